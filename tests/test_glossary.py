"""Names come from docs/glossary.md: no module, class, function or CSS class bears a word that it rules out."""

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

SCENERY = "practice/scenery/"
"""What is drawn there is a real desk, a real door."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_CSS = re.compile(r"\.(kw-[\w-]+)")


def defined(tree: ast.AST) -> Iterator[str]:
    """The names of the classes and functions of a module, methods included."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name


def names() -> Iterator[tuple[str, str]]:
    """Every name that is checked, with the file that it stands in."""
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        if not file.startswith(SCENERY):
            yield file, path.stem
            for name in defined(ast.parse(path.read_text("utf-8"))):
                yield file, name
    built = PACKAGE / "widgets" / "built"
    for path in sorted(set(PACKAGE.rglob("*.css")) - set(built.glob("*"))):
        for name in _CSS.findall(path.read_text("utf-8")):
            yield path.relative_to(PACKAGE).as_posix(), name


def ruled_out(name: str) -> bool:
    return any(word.lower() in NOT_SAID for word in _WORD.findall(name))


def found() -> set[tuple[str, str]]:
    return {(file, name) for file, name in names() if ruled_out(name)}


def test_no_name_bears_a_word_that_the_glossary_rules_out() -> None:
    assert sorted(found()) == []


def test_names_are_split_into_words() -> None:
    assert all(map(ruled_out, ("SubmitDoor", "_known_ids", "HTTPDoor", "kw-code-said", "room")))
    assert not any(map(ruled_out, ("unknown", "multipart", "broadcast", "partial_file")))


def test_the_glossary_rules_out_the_same_words() -> None:
    page = (PACKAGE.parent / "docs" / "glossary.md").read_text("utf-8").partition("## We don't say")[2]
    assert all(re.search(rf"\b{word.removesuffix('s')}", page) for word in NOT_SAID)
