"""Find a secret in text, also escaped, percent-encoded, in base64 or hex.

A service, or a gateway before it, may echo what it was sent, in any encoding.
"""

from __future__ import annotations

import base64
import re

MARK = "•••"
"""The replacement for a secret."""

_PIECE = 12  # consecutive characters of a secret that count as the secret
_BASE64 = re.compile(r"[A-Za-z0-9+/]")

_SLASHES = r"(?:\\|%(?:25){0,4}5c){1,8}"  # each layer of escaping doubles them

# Invisible characters that may separate two characters, as they are or escaped.
_BETWEEN = (
    r"(?:[\x00-\x20\x7f-\xa0\xad\u034f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd\ud800-\udfff]"
    rf"|{_SLASHES}(?:u(?:00[01]|007f|00[89]|00ad|20[026]|feff|fffd|d[89a-f])[0-9a-f]{{0,2}}|[nrtbf](?![a-z]))){{0,8}}?"
)


class Redaction:
    """Removes a secret from text.

    Parameters
    ----------
    secret
        ASCII.
    """

    __slots__ = ("_forms", "_pieces", "_tails")

    def __init__(self, secret: str) -> None:
        self._forms = re.compile("|".join([_spelt(secret), *_packed(secret)]), re.IGNORECASE)
        self._pieces = tuple(secret[at : at + _PIECE] for at in range(len(secret) - _PIECE + 1))
        self._tails = re.compile("|".join(_piece(secret, at) for at in range(len(self._pieces))))

    def __call__(self, text: str) -> str:
        """Return the text with ``MARK`` in place of the secret and of longer pieces of it."""
        text = self._forms.sub(MARK, text)
        if any(piece in text for piece in self._pieces):
            text = self._tails.sub(MARK, text)
        return text

    def __repr__(self) -> str:
        return "<redaction>"


def _spelt(secret: str) -> str:
    """Return a pattern for the secret character by character, each as it is or escaped."""
    return _BETWEEN.join(_ways(character) for character in secret)


def _ways(character: str) -> str:
    number = ord(character)
    code, plain = f"{number:02x}", re.escape(character)
    escaped = "" if character.isalnum() else f"|{plain}"
    return (
        rf"(?:{plain}"
        rf"|{_SLASHES}(?:[ux]\{{?0{{0,6}}{code}\}}?|0?{number:03o}{escaped})"
        rf"|%(?:25){{0,4}}(?:u00)?{code}"
        rf"|&(?:amp;){{0,3}}\#(?:0{{0,6}}{number}|x0{{0,6}}{code});?"
        rf"|={code})"
    )


def _packed(secret: str) -> list[str]:
    """Return patterns for the secret in hexadecimal, and in base64 at any offset."""
    found = [secret.encode().hex()]
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + secret.encode()).decode()
        whole = packed[
            (before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6
        ]  # without the digits shared with neighbours
        found.append(r"(?:\\{0,8}[\r\n]|\\{1,8}[rn]){0,4}".join(_BASE64.sub(_either, one) for one in whole))
    return found


def _either(found: re.Match[str]) -> str:
    return {"+": r"(?:[-+]|\\{1,8}u002b|%2b)", "/": r"(?:\\{0,8}/|_|%2f)"}.get(found[0], found[0])


def _piece(secret: str, at: int) -> str:
    """Return a pattern for a piece of the secret from ``at`` on, with as much of the rest as follows."""
    rest = ""
    for character in reversed(secret[at + _PIECE :]):
        rest = f"(?:{re.escape(character)}{rest})?"
    return re.escape(secret[at : at + _PIECE]) + rest
