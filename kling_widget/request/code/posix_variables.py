"""Fill the variables of a shell's script into its commands, where nothing in the script may change them.

A script is never run, so a variable counts only if it has one plain assignment, which what reads it must have passed,
and its name stands nowhere else but behind a dollar sign.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ...errors import RequestError
from .posix_shell import DOLLAR, FILLED, TICK, Command, Word, plain, split

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_NAMED = re.compile(r"([A-Za-z_]\w*)(?:\Z|\[|\+\+|--|[-+*/%]?=)")
_INSIDE = re.compile(r"\$\{(\w+):?=|\$\(\(([^)]*)\)\)")  # expansions that may assign
_PROMPTS = frozenset(("$", "%", "#", ">", "❯", "➜", DOLLAR))
_OPENS, _TURNS, _CLOSES = ("if", "while", "until", "for", "select", "case", "{"), ("then", "else", "elif", "do"), (
    "fi", "done", "esac", "}",
)  # fmt: skip
_DEEP = 30  # branches and brackets around a command
_DECLARES = frozenset(("export", "readonly", "declare", "typeset", "local"))
_HARMLESS = frozenset(
    ("echo", "cat", "jq", "test", "[", "[[", "exit", "cd", "sleep", "mkdir", "grep", "sed", "curl", "wget", "http",
     "https", "xh", "xhs")
)  # fmt: skip


def commands(text: str, before: str = "") -> Iterator[list[Word]]:
    """Yield the commands of a text, each as its words, with the variables filled in that surely have a value.

    Parameters
    ----------
    text
        The commands.
    before
        What stands before them: it may assign variables, and need not be a shell's throughout.

    Raises
    ------
    RequestError
        If a quote stays open in the text.
    """
    if any(sign in text for sign in (DOLLAR, TICK)):
        text = text.replace(DOLLAR, " ").replace(TICK, " ")
    last_commands = split(text)
    earlier, unclear = _tolerant(before)
    begun = earlier.pop()  # the first command may begin before the text
    last_commands[:1] = [Command(begun.marks, [*begun.words, *last_commands[0].words])]
    variables = _Variables([*earlier, *last_commands], unclear)
    for number, command in enumerate([*earlier, *last_commands]):
        words = [variables.resolved(word, number) for word in command.words]
        variables.pass_by(words, number)
        if number >= len(earlier):
            yield [Word(plain(word.text), word.filled) for word in words]


def _tolerant(text: str) -> tuple[list[Command], set[str]]:
    """Split what can be split, line by line if need be; return also the names in lines that can't."""
    try:
        return split(text), set()
    except RequestError:
        pass
    found: list[Command] = []
    unclear: set[str] = set()
    for line in text.split("\n"):
        try:
            found += split(f"\n{line}")
        except RequestError:
            unclear |= set(re.findall(r"[A-Za-z_]\w*", line))
    return found, unclear


class _Variables:
    """The variables of a script, by the commands that assign them."""

    def __init__(self, script: list[Command], unclear: set[str]) -> None:
        self._written: Counter[str] = Counter(dict.fromkeys(unclear, 2))
        self._places: dict[str, int] = {}
        self._chains: list[tuple[int, ...]] = []
        self._plain: list[list[str]] = []
        self._values: dict[str, str] = {}
        self._fresh, self._sourced, self._lost = 0, -1, False
        opened: list[tuple[int, bool]] = []  # a number for each branch, group or subshell, and whether it is a bracket
        listed = 0
        for number, command in enumerate(script):
            listed = self._within(opened, command.marks, listed)
            words = command.words[1:] if command.words and command.words[0].text in _PROMPTS else command.words
            words = self._branch(opened, words)
            self._lost = self._lost or len(opened) > _DEEP
            del opened[_DEEP + 1 :]
            self._chains.append(tuple([one for one, _ in opened] + ([listed] if listed else [])))
            array = number + 1 < len(script) and script[number + 1].marks.startswith("(")
            names = [] if array else self._assigns(words)
            self._plain.append(names)
            for name in names:
                self._written[name] += 1
                self._places.setdefault(name, number)
            self._touch(number, words, set(names), command.words)

    def resolved(self, word: Word, number: int) -> Word:
        """Return a word with what surely has a value filled in."""
        if not word.filled:
            return word
        names = {match[1] or match[2] for match in _VARIABLE.finditer(word.text)}
        values = {name: self._values[name] for name in names if name in self._values and self._holds(name, number)}
        text = _VARIABLE.sub(lambda m: values.get(m[1] or m[2], m[0]), word.text)
        others = FILLED.search(_VARIABLE.sub("", word.text)) is not None
        return Word(text, names != values.keys() or others or text == word.text)

    def pass_by(self, words: list[Word], number: int) -> None:
        """Take the values that a command assigns plainly."""
        for word in words:
            given = _ASSIGNED.fullmatch(word.text)
            if given and given[1] in self._plain[number] and not word.filled:
                self._values[given[1]] = given[2]

    def _holds(self, name: str, number: int) -> bool:
        chain = self._chains[self._places[name]]
        passed = self._places[name] > self._sourced and not self._lost
        return passed and self._written[name] == 1 and self._chains[number][: len(chain)] == chain

    def _new(self) -> int:
        self._fresh += 1
        return self._fresh

    def _within(self, opened: list[tuple[int, bool]], marks: str, listed: int) -> int:
        """Follow brackets; return a number for the list that runs only if what came before it went well, or 0."""
        for mark in marks:
            if mark == "(":
                opened.append((self._new(), True))
            elif mark == ")" and opened and opened[-1][1]:
                opened.pop()
        if "||" in marks:
            return self._new()
        return (listed or self._new()) if "&&" in marks else 0

    def _branch(self, opened: list[tuple[int, bool]], words: list[Word]) -> list[Word]:
        """Follow the words that open, turn and close branches, and return the words behind them."""
        for at, word in enumerate(words):
            if word.text in ("for", "select"):
                self._written.update(dict.fromkeys([one.text for one in words[at + 1 : at + 2]], 2))
            if word.text in _OPENS:
                opened.append((self._new(), False))
            elif word.text in _TURNS and opened:
                opened[-1] = (self._new(), opened[-1][1])
            elif word.text in _CLOSES and opened:
                opened.pop()
            elif word.text not in ("!", "time", *_TURNS, *_CLOSES):
                return words[at:]
        return []

    def _assigns(self, words: list[Word]) -> list[str]:
        """Return the names that a command assigns, if it does nothing else."""
        given = words[1:] if words and words[0].text in _DECLARES else words
        found = [match[1] for word in given if (match := _ASSIGNED.fullmatch(word.text))]
        return found if len(found) == len(given) else []

    def _touch(self, number: int, words: list[Word], names: set[str], everything: list[Word]) -> None:
        """Count what may write to a variable in another way than by a plain assignment."""
        program = words[0].text if words else ""
        if program in ("source", "."):
            self._sourced = number  # what it runs may change what was assigned before
        refers = program in _DECLARES and any(re.match(r"-\w*n", word.text) for word in words)  # one name for another
        self._lost = self._lost or refers or program == "eval"
        if program in ("export", "readonly") and not any(word.text.startswith("-n") for word in words):
            words = [word for word in words if "=" in word.text]  # a name alone keeps its value
        quiet = program.rpartition("/")[2] in _HARMLESS
        for word in words[:1] if quiet else words:
            match = _NAMED.match(word.text)
            if match and match[1] not in names and (word is not words[0] or len(match[0]) > len(match[1])):
                self._written[match[1]] += 2
        for word in everything:
            for match in _INSIDE.finditer(word.text) if word.filled else ():
                inner = [match[1]] if match[1] else re.findall(r"[A-Za-z_]\w*", match[2])
                self._written.update(dict.fromkeys(inner, 2))
