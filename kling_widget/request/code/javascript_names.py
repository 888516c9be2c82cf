"""Which names of a JavaScript text stand for the value that they are declared with, wherever the text reads them.

A text is never run, so a name counts only if nothing in the text may change it: one plain declaration, in the same
block as what reads it or in one around it, and no other place that binds or writes it. An object or list may also be
changed through whatever else holds it, so its name is only read by calls that are known to change nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from .javascript_tokens import Token

DECLARES = ("const", "let", "var")
_BINDS = (*DECLARES, "function", "class", "import", "catch", "enum", "namespace")
_TESTS = ("if", "while", "switch", "for")
_BEFORE_LITERAL = (":", ",", "(", "[", "=", "?", "...")
_KEEPS = frozenset(
    ("stringify", "log", "info", "warn", "debug", "error", "fetch", "$fetch", "post", "put", "axios", "request", "ajax",
     "run", "subscribe", "send", "Request", "got", "ky", *_TESTS)
)  # fmt: skip
_INSERTED = re.compile(r"\$\{([^`]*)")
_NAME = re.compile(r"[^\W\d][\w$]*")
_WRITES = re.compile(
    r"(?<![\w$])([^\W\d][\w$]*)(?![\w$])\s*(?:[-+*/%|&?^<>]*=(?!=)|\+\+|--)|(?:\+\+|--)\s*([^\W\d][\w$]*)"
)
_DEEP = 20  # brackets around a name
_LONG = 200  # tokens of a type
_FEW = 40  # ... of a call


class Names:
    """The names of a text, by what may become of them.

    Attributes
    ----------
    declared
        Where the one plain declaration of a name stands among the tokens; without the names that anything else writes.
    changed
        Names whose value may have changed, if it is an object or a list.
    """

    def __init__(self, text: Sequence[Token]) -> None:
        self._text = text
        self._around: list[tuple[int, ...]] = []
        self._close: dict[int, int] = {}
        self._pair()
        places: dict[str, list[int]] = {}
        for at, token in enumerate(text):
            if token.kind == "name" and not self._is_property(at):
                places.setdefault(token.text, []).append(at)
        self.changed: set[str] = set()
        self._valued: set[str] = set()
        written = self._in_templates()
        self.declared: dict[str, int] = {}
        for name, found in places.items():
            for at in found:
                if self._declares(at):
                    self.declared[name] = at
                    self._valued.add(name)
                    written[name] += 1
                elif self._writes(at):
                    written[name] += 2
        self.declared = {name: at for name, at in self.declared.items() if written[name] == 1}
        if {"eval", "Function"} & places.keys():
            self.declared.clear()
        own = {token.text for at, token in enumerate(text) if token.text in _KEEPS and self._is_function(at)}
        held: dict[str, set[str]] = {}  # names, by the one whose value holds theirs
        for name, found in places.items():
            for at in found:
                holder = "" if self.declared.get(name) == at else self._holder(at, own)
                if holder is None:
                    self.changed.add(name)
                elif holder:
                    held.setdefault(holder, set()).add(name)
        reached = [*self.changed, *(name for name in held if name not in self.declared)]
        while reached:
            fresh = held.pop(reached.pop(), set())
            self.changed |= fresh
            reached += fresh

    def _in_templates(self) -> Counter[str]:
        """Return the names that the parts to fill in of templates write; all that stand in such a part may change."""
        written: Counter[str] = Counter()
        for token in self._text:
            for inserted in _INSERTED.findall(token.text) if token.kind == "template" else ():
                self.changed |= set(_NAME.findall(inserted))
                written.update({one: 2 for pair in _WRITES.findall(inserted) for one in pair if one})
        return written

    def unsure(self, name: str) -> bool:
        """Return whether a text gives a name a value that something else in it may change."""
        return name in self._valued and (name not in self.declared or name in self.changed)

    def seen(self, name: str, at: int) -> bool:
        """Return whether a place lies in the block that declares a name, or in one within."""
        blocks = self._blocks(self.declared[name])
        return self._blocks(min(at, len(self._text) - 1))[: len(blocks)] == blocks

    def _pair(self) -> None:
        opened: list[int] = []
        for at, token in enumerate(self._text):
            if token.kind == "mark" and token.text in ")]}" and opened:
                self._close[opened.pop()] = at
            self._around.append(tuple(opened[-_DEEP - 1 :]))
            if token.kind == "mark" and token.text in "([{":
                opened.append(at)

    def _blocks(self, at: int) -> tuple[int, ...]:
        return tuple(one for one in self._around[at] if self._mark(one) == "{")

    def _is_property(self, at: int) -> bool:
        """Return whether a name is no name of a value: it follows a point, or is an object's key."""
        inside = self._around[at][-1:]
        key = self._mark(at + 1) == ":" and inside and self._mark(inside[0]) == "{"
        return self._mark(at - 1) == "." or (bool(key) and self._mark(at - 1) in ("{", ","))

    def _declares(self, at: int) -> bool:
        """Return whether a plain declaration stands here: no loop's, and no branch without braces."""
        if self._word(at - 1) not in DECLARES or value_at(self._text, at) is None:
            return False
        inside, before = self._around[at], at - 2
        alone = not self._text[at - 1].begins and (self._mark(before) == ")" or self._word(before) == "else")
        return not alone and (not inside or self._mark(inside[-1]) == "{") and len(inside) <= _DEEP

    def _writes(self, at: int) -> bool:
        """Return whether what stands around a name may bind it, or give it another value."""
        one, two, three = (self._mark(at + n) for n in (1, 2, 3))
        if self._word(at - 1) in _BINDS or one == "=>" or self._word(at + 1) in ("of", "in"):
            return True
        if (one == "=" and two != "=") or (one and one in "+-*/%&|^" and two == "="):
            return True
        if one and one == two and (one in "+-" or (one in "*|&?<>" and three == "=")):
            return True
        if one == two == three == ">" and self._mark(at + 4) == "=":
            return True
        if self._mark(at - 1) == self._mark(at - 2) != "" and self._mark(at - 1) in "+-":
            return True
        return len(self._around[at]) > _DEEP or any(map(self._binds, self._around[at]))

    def _binds(self, opener: int) -> bool:
        """Return whether a bracket holds parameters, or a pattern that takes a value apart."""
        close = self._close.get(opener, len(self._text))
        after, twice = self._mark(close + 1), self._mark(close + 2)
        if self._mark(opener) != "(":
            pattern = (after == "=" and twice != "=") or self._word(close + 1) in ("of", "in", "from")
            return pattern or self._word(opener - 1) in _BINDS
        called = self._word(opener - 1)
        return after in ("=>", ":") or (after == "{" and called not in _TESTS) or called == "catch"

    def _holder(self, at: int, own: set[str]) -> str | None:
        """Return the name whose value holds the one read here; empty if none does, None if anything may."""
        start, after = at, at + 1
        for opener in [*reversed(self._around[at]), -1]:
            if self._word(after) in ("as", "satisfies"):
                after += 2
            if self._mark(after) not in ("", ",", ")", "]", "}", ";") or (
                self._word(after) and not self._text[after].begins
            ):
                return None
            if self._mark(start - 1) == "=":
                named = next(
                    (n for n in range(start - 2, max(start - _LONG, 0), -1) if self._word(n - 1) in DECLARES), 0
                )
                plain = named and value_at(self._text, named) == start
                return self._text[named].text if plain else None
            if self._mark(start - 1) not in _BEFORE_LITERAL and self._mark(start - 1) != "{":
                return None
            if opener < 0:
                return None
            if self._mark(opener) == "(":
                callee = self._word(self._callee(opener))
                return "" if callee in _KEEPS and callee not in own else None
            if self._mark(opener - 1) not in _BEFORE_LITERAL:
                return None
            start, after = opener, self._close.get(opener, len(self._text)) + 1
        return None

    def _callee(self, opener: int) -> int:
        """Return where the name of what is called stands, before the types in ``post<T>(…)``."""
        at = opener - 1
        if self._mark(at) == ">":
            at -= 1
            while at > opener - _FEW and (opens_at(self._text, at) != opener or self._mark(at - 1) in ("<", ",", "|")):
                at -= 1
        return at

    def _is_function(self, at: int) -> bool:
        """Return whether the text itself says here what a function or method of this name does."""
        if self._word(at - 1) == "function" or self._mark(at + 1) == "=>":
            return True
        if self._mark(at + 1) == "(":
            behind = self._mark(self._close.get(at + 1, at) + 1)
            return behind in ("{", ":") and self._text[at].text not in _TESTS
        if self._mark(at + 1) not in ("=", ":"):
            return False
        value = value_at(self._text, at) or at + 2
        return self._word(value) in ("function", "async") or self._mark(value) == "(" or self._mark(value + 1) == "=>"

    def _mark(self, at: int) -> str:
        return self._text[at].text if 0 <= at < len(self._text) and self._text[at].kind == "mark" else ""

    def _word(self, at: int) -> str:
        return self._text[at].text if 0 <= at < len(self._text) and self._text[at].kind == "name" else ""


def value_at(text: Sequence[Token], at: int) -> int | None:
    """Return where the value of a declared name begins, behind its type if it has one; None if it has no value."""
    depth = 0
    for n in range(at + 1, min(at + 1 + _LONG, len(text))):
        token = text[n].text if text[n].kind == "mark" else ""
        if depth == 0 and token == "=":
            return n + 1
        if n == at + 1 and token != ":":
            return None
        depth += (token in ("(", "[", "{", "<")) - (token in (")", "]", "}", ">"))
        if depth < 0 or (token == ";" and depth == 0):
            return None
    return None


def opens_at(text: Sequence[Token], at: int) -> int:
    """Return where the arguments of a call at a place open, behind the types in ``post<T>(…)``; 0 if it is no call."""
    mark = text[at + 1].text if 0 <= at < len(text) - 1 and text[at + 1].kind == "mark" else ""
    if mark != "<":
        return at + 1 if mark == "(" else 0
    for n in range(at + 2, min(at + _FEW, len(text))):
        if text[n].text in ("(", ";"):
            return n if text[n].text == "(" and text[n - 1].text == ">" else 0
    return 0
