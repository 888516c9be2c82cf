"""Templates as trees: what a sweep's template means, in the plainest code that can say it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

from hypothesis import strategies as st

from kling_widget.analysis.template import escape
from kling_widget.text import is_blank

WILDCARDS = {"colour": ("red", "deep blue"), "रंग": ("लाल", "{not|parsed} #1 \\", "नीला")}

_SIGNS = [*"ab {}|\\$_=#,-12", "\n", "é", "猫", "🦊", "कि", "\u200d", "__", "$$", "=x|", "\\{", "__colour__"]
TEXT = st.lists(st.sampled_from(_SIGNS), max_size=8).map("".join)
SHOWN = TEXT.filter(lambda text: not is_blank(text))


@dataclass(frozen=True)
class Word:
    text: str


@dataclass(frozen=True)
class Line:
    """A wildcard."""

    name: str


@dataclass(frozen=True)
class Pick:
    """A choice; ``least`` is None where no count is written."""

    options: tuple[tuple[Node, ...], ...]
    least: int | None = None
    most: int = 1
    joiner: str | None = None


Node = Word | Line | Pick


def options(nested: st.SearchStrategy[Node]) -> st.SearchStrategy[tuple[Node, ...]]:
    return st.one_of(
        st.tuples(SHOWN.map(Word)),
        st.tuples(TEXT.map(Word), nested, TEXT.map(Word)),
        st.tuples(nested),
    )


@st.composite
def picks(draw: st.DrawFn, nested: st.SearchStrategy[Node]) -> Pick:
    of = tuple(draw(st.lists(options(nested), min_size=1, max_size=3)))
    if draw(st.booleans()):
        return Pick(of)
    most = draw(st.integers(1, len(pool(Pick(of)))))
    return Pick(of, draw(st.integers(0, most)), most, draw(st.none() | TEXT))


NODES: st.SearchStrategy[Node] = st.recursive(
    st.one_of(SHOWN.map(Word), st.sampled_from(sorted(WILDCARDS)).map(Line)), picks, max_leaves=5
)
_OUTER: st.SearchStrategy[Node] = st.one_of(TEXT.map(Word), picks(NODES))
TREES: st.SearchStrategy[list[Node]] = st.lists(_OUTER, max_size=4).filter(lambda tree: size(tree) <= 500)


def written(node: Node) -> str:
    """The tree as a template."""
    if isinstance(node, Word):
        return escape(node.text)
    if isinstance(node, Line):
        return f"__{node.name}__"
    head = ""
    if node.least is not None:
        head = f"{node.most}$$" if node.least == node.most else f"{node.least}-{node.most}$$"
        head += "" if node.joiner is None else f"{escape(node.joiner)}$$"
    return f"{{{head}{'|'.join(''.join(map(written, option)) for option in node.options)}}}"


def values(node: Node) -> list[str]:
    """All that a node can stand for, in order."""
    if isinstance(node, Word):
        return [node.text]
    if isinstance(node, Line):
        return list(WILDCARDS[node.name])
    least = 1 if node.least is None else node.least
    joiner = ", " if node.joiner is None else node.joiner
    return [
        joiner.join(texts)
        for number in range(least, node.most + 1)
        for items in combinations(pool(node), number)
        for texts in product(*items)
    ]


def pool(node: Pick) -> list[list[str]]:
    items: list[list[str]] = []
    for option in node.options:
        if len(option) == 1 and isinstance(option[0], Line):
            items += [[line] for line in values(option[0])]
        else:
            items.append(["".join(texts) for texts in product(*map(values, option))])
    return items


def size(tree: list[Node]) -> int:
    total = 1
    for node in tree:
        total *= len(values(node))
    return total
