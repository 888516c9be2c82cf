"""PowerShell cut into tokens, and which of its variables stand for the value that they are assigned.

A script is never run, so a variable counts only if nothing in the script may change it: one plain assignment, in the
same block as what reads it or in one around it, and no other place that could write to it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from .parsed import unreadable
from .posix_shell import BLANK

FORM = "PowerShell"
TEXTS = ("block", "filled", "single", "double")
SENDS = frozenset(("invoke-restmethod", "invoke-webrequest", "irm", "iwr", "curl", "wget"))
"""Commands that send a request; in Windows' own PowerShell the last two are names for ``Invoke-WebRequest``."""

_TOKEN = re.compile(
    rf"""
      (?P<space>(?:[{BLANK}]|`[{BLANK}]*\n|\#[^\n]*|<\#.*?\#>)+)
    | (?P<end>[\n;]+)
    | @'[ \t]*\n(?P<block>.*?)\n'@
    | @"[ \t]*\n(?P<filled>.*?)\n"@
    | '(?P<single>(?:[^']|'')*)'
    | "(?P<double>(?:[^"`]|`.|"")*)"
    | (?P<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.])
    | \$(?P<braced>\{{)?(?:(?:script|global|local|private):)?(?P<variable>[\w:]+)(?(braced)\}})
    | (?P<open>@[\{{(]|[({{]) | (?P<mark>[)\}},=|])
    | (?P<word>\[[\w.]+(?:\[\])?\](?=[@$'"(\[\d-])|[^\s'"`$;,=|(){{}}\#]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_TYPE = re.compile(r"\[[\w.\[\]]+\]")
_VARIABLE = re.compile(r"\$\{?(?:\w+:)?(\w+)")
_WRITES = re.compile(r"\$\{?(?:\w+:)?(\w+)\}?\s*(?:[-+*/%?]*=|\+\+|--)|(?:\+\+|--)\s*\$\{?(?:\w+:)?(\w+)")
_MOST_TOKENS = 5_000
_MOST_WORK = 200_000  # tokens that are gone through; beyond that everything may have changed
_REACH_ALL = frozenset(
    ("set-variable", "sv", "new-variable", "nv", "clear-variable", "clv", "remove-variable", "rv", "invoke-expression",
     "iex", ".", "set-item", "si", "set-content", "sc")
)  # fmt: skip
_ONLY_READ = SENDS | {"convertto-json", "write-host", "write-verbose", "write-debug", "write-information"}


@dataclass(frozen=True)
class Token:
    """A token: its kind (a group of ``_TOKEN``), its text, whether a blank stands before it, and its blocks."""

    kind: str
    text: str
    spaced: bool
    blocks: tuple[int, ...]


def tokens(text: str) -> list[Token]:
    """Cut a script into tokens. Raises ``RequestError`` if a quote stays open or it is too long."""
    found: list[Token] = []
    opened: list[int] = []
    spaced = True
    for match in _TOKEN.finditer(text):
        kind, inner = str(match.lastgroup), match[str(match.lastgroup)]
        if kind == "other" and match[0] in "'\"":
            raise unreadable(FORM, "A quote is opened in the PowerShell and not closed, or it breaks off.")
        if kind == "space":
            spaced = True
            continue
        if kind == "open":
            opened.append(match.start() + 1 if inner == "{" else 0)
        if kind == "mark" and inner in ")}" and opened:
            opened.pop()
        inner = inner.lower() if kind == "variable" else inner
        found.append(Token(kind, inner, spaced, tuple(filter(None, opened))))
        spaced = kind == "end"
        if len(found) > _MOST_TOKENS or len(opened) > _MOST_TOKENS // 10:
            raise unreadable(FORM, "The PowerShell is far longer than a request.")
    return found


class Variables:
    """The variables of a script, by what may become of them.

    Attributes
    ----------
    assigned
        Where the one plain assignment of a variable stands among the tokens; without those that anything else writes.
    changed
        Variables whose value may have changed, if it is a list or table.
    """

    def __init__(self, script: list[Token]) -> None:
        self._script = script
        self.assigned: dict[str, int] = {}
        self.changed: set[str] = set()
        self._openers: list[int] = []
        self._left = _MOST_WORK
        words = Counter(t.text.lower() for n, t in enumerate(script) if t.kind == "word" and not self._is(n + 1, "="))
        written: Counter[str] = Counter()
        held: dict[str, set[str]] = {}  # variables, by the one whose value holds theirs
        for at, token in enumerate(script):
            if token.kind == "open":
                self._openers.append(at)
            elif token.kind == "mark" and token.text in ")}" and self._openers:
                self._openers.pop()
            elif token.kind in ("double", "filled") and "$(" in token.text:
                inside = token.text[token.text.index("$(") :].lower()
                self.changed |= set(_VARIABLE.findall(inside))
                written.update({one: 2 for pair in _WRITES.findall(inside) for one in pair if one})
            elif token.kind == "variable":
                if self._assigns(at):
                    self.assigned.setdefault(token.text, at)
                    written[token.text] += 1
                elif self._writes(at):
                    written[token.text] += 2
                elif (holder := self._holder(at)) is None:
                    self.changed.add(token.text)
                elif holder:
                    held.setdefault(holder, set()).add(token.text)
        if _REACH_ALL & words.keys():
            self.assigned.clear()
        self.assigned = {name: at for name, at in self.assigned.items() if written[name] == 1 and not words[name]}
        reached = [*self.changed, *(name for name in held if name not in self.assigned)]
        while reached:
            fresh = held.pop(reached.pop(), set())
            self.changed |= fresh
            reached += fresh

    def _assigns(self, at: int) -> bool:
        """Return whether a plain assignment stands here: the first thing of a statement of its own."""
        inside = self._openers and self._script[self._openers[-1]].text != "{"
        return self._begins(at) and self._is(at + 1, "=") and not inside

    def _begins(self, at: int) -> bool:
        before = at - 1
        while before >= 0 and self._kind(before) == "word" and _TYPE.fullmatch(self._script[before].text):
            before -= 1
        prompt = self._kind(before) == "word" and self._script[before].text.endswith(">")
        return before < 0 or prompt or self._kind(before) == "end" or self._script[before].text == "{"

    def _writes(self, at: int) -> bool:
        """Return whether what stands around a variable may give it another value."""
        before, after = (self._word(at - 1), self._word(at + 1))
        if self._is(at + 1, "=") or (after and self._is(at + 2, "=")):  # += and its like
            return True
        if after.startswith(("++", "--")) or after == "in" or before.endswith(("++", "--", "[ref]")):
            return True
        if (self._begins(at) and self._is(at + 1, ",")) or (self._is(at - 1, ",") and self._is(at + 1, "=")):
            return True
        brackets = [opener for opener in self._openers if self._script[opener].text == "("]
        return any(  # parameters: param(…), function name(…)
            self._word(opener - 1) == "param" or self._word(opener - 2) in ("function", "filter") for opener in brackets
        )

    def _holder(self, at: int) -> str | None:
        """Return the variable whose value holds the one read here; empty if none does, None if anything may."""
        after = at + 1
        if after < len(self._script) and not self._script[after].spaced and not self._closes(after):
            return None  # $b.duration, $b['sound'], $b.Add(…)
        for opener in [*reversed(self._openers), -1]:
            if not self._works():
                return None
            if self._is(after, "|"):
                return "" if self._word(after + 1) in _ONLY_READ else None
            first = holder = self._first(at, opener)
            if self._kind(first) == "variable" and self._is(first + 1, "=") and first != at:
                first += 2
            if self._kind(first) == "word" and not _TYPE.fullmatch(self._script[first].text):
                return "" if self._word(first) in _ONLY_READ else None
            if first != holder:
                return self._script[holder].text
            if opener < 0 or self._script[opener].text == "{":
                return "" if first == at else None
            after, at = self._end(opener) + 1, opener
        return None

    def _first(self, at: int, opener: int) -> int:
        """Return where the value, or the command, begins that a token belongs to within a bracket."""
        first, depth = at, 0
        while first - 1 > opener and self._works():
            token = self._script[first - 1]
            depth += (token.kind == "mark" and token.text in ")}") - (token.kind == "open")
            if depth == 0 and (token.kind == "end" or (token.kind == "mark" and token.text == "|")):
                break
            if depth == 0 and token.text == "=" and self._kind(first - 2) != "variable":
                break
            first -= 1
        prompted = [n for n in range(first, at) if self._word(n).endswith(">")]
        return prompted[-1] + 1 if prompted else first

    def _end(self, opener: int) -> int:
        depth = 0
        for at in range(opener, len(self._script)):
            token = self._script[at]
            depth += (token.kind == "open") - (token.kind == "mark" and token.text in ")}")
            if depth == 0 or not self._works():
                return at
        return len(self._script)

    def _works(self) -> bool:
        self._left -= 1
        return self._left > 0

    def _closes(self, at: int) -> bool:
        return self._kind(at) == "end" or self._is(at, ")", "}", ",", "|")

    def _kind(self, at: int) -> str:
        return self._script[at].kind if 0 <= at < len(self._script) else ""

    def _word(self, at: int) -> str:
        return self._script[at].text.lower() if self._kind(at) == "word" else ""

    def _is(self, at: int, *marks: str) -> bool:
        return self._kind(at) == "mark" and self._script[at].text in marks
