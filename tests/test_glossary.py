"""Names come from docs/glossary.md: nothing in Python, JavaScript or CSS bears a word that it rules out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "kling_widget"

NOT_SAID = frozenset(
    [
        "asked",
        "backstage",
        "cast",
        "counter",
        "desk",
        "door",
        "doors",
        "face",
        "faces",
        "hands",
        "known",
        "look",
        "opening",
        "part",
        "parts",
        "purse",
        "reading",
        "room",
        "rooms",
        "said",
        "tend",
        "tender",
        "told",
        "trouble",
        "workshop",
    ]
)

KEPT = {
    ("library/library.py", "tend"),  # a keyword of Library, which people's notebooks have
    ("store/record.py", "trouble"),  # columns of the database, by their names
    ("store/sweep_record.py", "trouble"),
}

SCENERY = "practice/scenery/"
"""What is drawn there is a real desk, a real door."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_CSS = re.compile(r"\.(kw-[\w-]+)")
_JAVASCRIPT = re.compile(
    r"""(?xs) /\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?P<text>(?:\\.|[^`\\])*)`
    | (?P<name>[A-Za-z_$][\w$]*)"""
)
_INSERTED = re.compile(r"\$\{([^}]*)\}")


def defined(tree: ast.AST) -> Iterator[str]:
    """What a module names: its classes, functions, methods, parameters, variables and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr


def in_javascript(source: str) -> Iterator[str]:
    """The names in a script, those that are inserted into its texts too."""
    for found in _JAVASCRIPT.finditer(source):
        if name := found["name"]:
            yield name
        for inserted in _INSERTED.findall(found["text"] or ""):
            yield from in_javascript(inserted)


def names() -> Iterator[tuple[str, str]]:
    """Every name that is checked, with the file that it stands in."""
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        if not file.startswith(SCENERY):
            yield file, path.stem
            for name in defined(ast.parse(path.read_text("utf-8"))):
                yield file, name
    built = PACKAGE / "widgets" / "built"
    for kind, of in (("*.css", _CSS.findall), ("*.js", in_javascript)):
        for path in sorted(set(PACKAGE.rglob(kind)) - set(built.glob("*"))):
            for name in of(path.read_text("utf-8")):
                yield path.relative_to(PACKAGE).as_posix(), name


def ruled_out(name: str) -> bool:
    return any(word.lower() in NOT_SAID for word in _WORD.findall(name))


def found() -> set[tuple[str, str]]:
    return {(file, name) for file, name in names() if ruled_out(name)} - KEPT


def test_no_name_bears_a_word_that_the_glossary_rules_out() -> None:
    assert sorted(found()) == []


def test_what_is_kept_is_there_still() -> None:
    assert set(names()) >= KEPT


def test_names_are_read_out_of_scripts() -> None:
    script = "const told = `a ${known} b`; // said\nlet x = 'part' /* room */ + \"desk\";"
    assert [name for name in in_javascript(script) if ruled_out(name)] == ["told", "known"]


def test_names_are_split_into_words() -> None:
    assert all(map(ruled_out, ("SubmitDoor", "_known_ids", "HTTPDoor", "kw-code-said", "room")))
    assert not any(map(ruled_out, ("unknown", "multipart", "broadcast", "partial_file")))


def test_the_glossary_rules_out_the_same_words() -> None:
    page = (PACKAGE.parent / "docs" / "glossary.md").read_text("utf-8").partition("## We don't say")[2]
    assert all(re.search(rf"\b{word.removesuffix('s')}", page) for word in NOT_SAID)
