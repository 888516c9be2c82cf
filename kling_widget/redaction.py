"""Find a secret in text, also escaped, percent-encoded, in base64 or hex.

A service, or a gateway before it, may echo what it was sent, in any encoding.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

MARK = "•••"
"""The replacement for a secret."""

_PIECE = 12  # consecutive characters of a secret that count as the secret
_HEX_PIECE, _BASE64_PIECE = 24, 16  # and the digits that hold as many
_BASE64 = re.compile(r"[A-Za-z0-9+/]")

_SLASHES = r"(?:\\|%(?:25){0,4}5c){1,8}"  # each layer of escaping doubles them

# Invisible characters that may separate two characters, as they are or escaped.
_BETWEEN = (
    r"(?:[\x00-\x20\x7f-\xa0\xad\u034f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd\ud800-\udfff]"
    rf"|{_SLASHES}(?:u(?:00[01]|007f|00[89]|00ad|20[026]|feff|fffd|d[89a-f])[0-9a-f]{{0,2}}|[nrtbf](?![a-z]))){{0,8}}?"
)

# What a character may be written as. A group holds its number: h… in hexadecimal, o… in octal, d… in decimal. What has
# no group stands between characters and is nothing.
_BASES = {"h": 16, "o": 8, "d": 10}
_INVISIBLE = r"[\x00-\x20\x7f-\xa0\xad\u034f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd\ud800-\udfff]+"


def _way(numbered: str) -> re.Pattern[str]:
    """Return what is written for a character or between two, given what a number after a backslash is."""
    return re.compile(
        rf"{_INVISIBLE}"
        rf"|{_SLASHES}(?:u(?P<h1>[0-9a-f]{{4}})|[ux]\{{0{{0,6}}(?P<h2>[0-9a-f]{{1,4}})\}}|x(?P<h3>[0-9a-f]{{2}})"
        rf"|{numbered}|[nrtbfv]|(?=[^0-9a-z]))"
        r"|%(?:25){0,4}(?:u00)?(?P<h4>[0-9a-f]{2})"
        r"|&(?:amp;){0,3}\#(?:0{0,6}(?P<d>[0-9]{1,4})|x0{0,6}(?P<h5>[0-9a-f]{1,4}));?"
        r"|=(?:(?P<h6>[0-9a-f]{2})|\r?\n)",
        re.IGNORECASE,
    )


_WAYS = (
    _way("0?(?P<o>[0-7]{2,3})"),  # as in C
    _way("0{0,4}(?P<h7>[0-9a-f]{2})"),  # as in CSS
    re.compile(rf"{_INVISIBLE}|[-:;,_]|0x", re.IGNORECASE),  # hexadecimal with something between its pairs
)


class Redaction:
    """Removes a secret from text.

    Parameters
    ----------
    secret
        ASCII.
    """

    __slots__ = ("_forms", "_runs")

    def __init__(self, secret: str) -> None:
        self._forms = re.compile("|".join([_spelt(secret), *_packed(secret)]), re.IGNORECASE)
        self._runs = [_Run(secret, _PIECE), _Run(secret.encode().hex(), _HEX_PIECE)]
        for digits in _base64(secret):
            safe = digits.replace("+", "-").replace("/", "_")
            self._runs += [_Run(one, _BASE64_PIECE) for one in dict.fromkeys((digits, safe))]

    def __call__(self, text: str) -> str:
        """Return the text with ``MARK`` in place of the secret and of longer pieces of it."""
        text = self._forms.sub(MARK, text)
        for way in (*_WAYS, None):
            text = self._blotted(text, way)
        return text

    def _blotted(self, text: str, way: re.Pattern[str] | None) -> str:
        """Return the text with ``MARK`` in place of pieces that are written in some way (None: as they are)."""
        read = _lower(text if way is None else way.sub(_character, text))
        spans = sorted(span for run in self._runs for span in run.find(read))
        if spans and way is not None:
            places = _places(text, way)
            spans = [(places[first][0], places[last - 1][1]) for first, last in spans]
        pieces, end = [], 0
        for first, last in spans:
            if first >= end:
                pieces += [text[end:first], MARK]
            end = max(end, last)
        return "".join([*pieces, text[end:]])

    def __repr__(self) -> str:
        return "<redaction>"


class _Run:
    """Characters of which any piece of some length is to be found, in either case."""

    __slots__ = ("_least", "_seeds", "_whole")

    def __init__(self, whole: str, least: int) -> None:
        self._whole, self._least = _lower(whole), least
        size = least // 2  # each piece holds one of these, since they begin so close to each other
        self._seeds = [
            (at, self._whole[at : at + size])
            for at in range(0, len(whole) - size + 1, least - size + 1)
            if len(whole) >= least
        ]

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Find where each piece begins and ends, as long as it goes."""
        for offset, seed in self._seeds:
            at = text.find(seed)
            while at >= 0:
                first, end = self._around(text, at, offset, len(seed))
                if end - first >= self._least:
                    yield first, end
                at = text.find(seed, at + 1)

    def _around(self, text: str, at: int, offset: int, size: int) -> tuple[int, int]:
        first, end = at, at + size
        before, after = offset, offset + size
        while first and before and text[first - 1] == self._whole[before - 1]:
            first, before = first - 1, before - 1
        while end < len(text) and after < len(self._whole) and text[end] == self._whole[after]:
            end, after = end + 1, after + 1
        return first, end


def _lower(text: str) -> str:
    """Return the text in lower case, with each character where it was."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(one.lower() if one.isascii() else one for one in text)


def _character(found: re.Match[str]) -> str:
    """Return the character that was written; empty for what stands between two."""
    if found.lastgroup is None:
        return ""
    number = int(found[found.lastgroup], _BASES[found.lastgroup[0]])
    return chr(number) if 0x20 < number < 0x7F else ""


def _places(text: str, way: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return from where to where each character is written."""
    places: list[tuple[int, int]] = []
    end = 0
    for found in way.finditer(text):
        places += ((at, at + 1) for at in range(end, found.start()))
        places += [found.span()] if _character(found) else []
        end = found.end()
    return places + [(at, at + 1) for at in range(end, len(text))]


def _spelt(secret: str) -> str:
    """Return a pattern for the secret character by character, each as it is or escaped."""
    return _BETWEEN.join(_ways(character) for character in secret)


def _ways(character: str) -> str:
    number = ord(character)
    code, plain = f"{number:02x}", re.escape(character)
    escaped = "" if character.isalnum() else f"|{plain}"
    return (
        rf"(?:{plain}"
        rf"|{_SLASHES}(?:[ux]?\{{?0{{0,6}}{code}\}}?|0{{0,2}}{number:o}{escaped})"
        rf"|%(?:25){{0,4}}(?:u00)?{code}"
        rf"|&(?:amp;){{0,3}}\#(?:0{{0,6}}{number}|x0{{0,6}}{code});?"
        rf"|={code})"
    )


def _packed(secret: str) -> list[str]:
    """Return patterns for the secret in hexadecimal, and in base64 at any offset."""
    lines = r"(?:\\{0,8}[\r\n]|\\{1,8}[rn]){0,4}"
    return [
        secret.encode().hex(),
        *(lines.join(_BASE64.sub(_either, one) for one in whole) for whole in _base64(secret)),
    ]


def _base64(secret: str) -> Iterator[str]:
    """Return the secret in base64 at each offset, without the digits that it shares with its neighbours."""
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + secret.encode()).decode()
        yield packed[(before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6]


def _either(found: re.Match[str]) -> str:
    return {"+": r"(?:[-+]|\\{1,8}u002b|%2b)", "/": r"(?:\\{0,8}/|_|%2f)"}.get(found[0], found[0])
