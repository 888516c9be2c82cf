"""A template means what a plain product of its tree does; what it can't mean is refused, with the place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.choices import MOST_AXES, MOST_VALUES, resolve
from kling_widget.analysis.template import MOST_NESTED, MOST_OPTIONS, Span, escape, parse, spans
from kling_widget.errors import KlingError, TemplateError

from .trees import SHOWN, TEXT, TREES, WILDCARDS, Node, Pick, values, written

COLOURS = {"colour": ["red", "blue", "green"], "camera moves": ["dolly in", "orbit"], "nothing": []}


def axes(template: str) -> dict[str, tuple[str, ...]]:
    return resolve({"prompt": template}, COLOURS)[1]


def only(template: str) -> list[str]:
    """The values of a template's only axis."""
    (found,) = axes(template).values()
    return list(found)


def ended_at(template: str) -> int:
    """Where a template is refused, or its end."""
    try:
        axes(template)
    except TemplateError as refused:
        return refused.offset
    return len(template)


# What a template means


@given(TREES)
def test_each_choice_at_the_top_is_an_axis_of_all_that_its_tree_stands_for(tree: list[Node]) -> None:
    skeletons, found = resolve({"prompt": "".join(map(written, tree))}, WILDCARDS)
    choices = [node for node in tree if isinstance(node, Pick)]
    assert found == {f"choice {number}": tuple(values(node)) for number, node in enumerate(choices, 1)}
    assert [piece for piece in skeletons["prompt"] if isinstance(piece, int)] == list(range(len(choices)))


@given(TEXT | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), SHOWN)
def test_escaped_text_comes_out_as_it_was_wherever_it_is_put(text: str, option: str) -> None:
    skeletons, found = resolve({"prompt": f"{escape(text)}{{{escape(option)}|b}}{escape(text)}"}, {})
    before = (text,) if text else ()
    assert skeletons["prompt"] == (*before, 0, *before)
    assert found == {"choice 1": (option, "b")}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{a|b {c|d}}", ["a", "b c", "b d"]),
        ("{2$$a|b|c}", ["a, b", "a, c", "b, c"]),  # not six orderings
        ("{2$$ and $$a|b|c}", ["a and b", "a and c", "b and c"]),
        ("{2$$$$a|b|c}", ["ab", "ac", "bc"]),
        ("{1-2$$a|b|c}", ["a", "b", "c", "a, b", "a, c", "b, c"]),
        ("{0-1$$ wet}", ["", " wet"]),
        ("{2$$__colour__}", ["red, blue", "red, green", "blue, green"]),
        ("{2$$__camera moves__|static}", ["dolly in, orbit", "dolly in, static", "orbit, static"]),
        ("{light __camera moves__|static}", ["light dolly in", "light orbit", "static"]),
        ("{ camera = 2$$a|b}", ["a, b"]),
        (r"{f\=1.4|f\=2.8}", ["f=1.4", "f=2.8"]),
        (r"{\$\$5|a\|b|\{c\}|\_\_colour\_\_|\n\\}", ["$$5", "a|b", "{c}", "__colour__", "\\n\\"]),
        ("{2$$ \\| $$a|b}", ["a | b"]),
        ("{लाल|নীল|أحمر|🦊}", ["लाल", "নীল", "أحمر", "🦊"]),
    ],
)
def test_the_values_of_a_choice_come_in_order(template: str, expected: list[str]) -> None:
    assert only(template) == expected


@pytest.mark.parametrize("text", ["#1: a fox # and all after it", "$5 or $$5", "f = 1.4", "a|b", "____", "a_b \\n"])
def test_all_else_is_literal(text: str) -> None:
    assert resolve({"prompt": text}, {}) == ({"prompt": (text,)}, {})


# Names


def test_an_axis_has_the_name_that_is_given_or_the_wildcards_or_one_by_order() -> None:
    template = "{camera=a|b} {c|d} __colour__ {choice 2=e|f} {g|h} {छवि=i|j}"
    assert list(axes(template)) == ["camera", "choice 1", "colour", "choice 2", "choice 3", "छवि"]


def test_one_name_is_one_axis_in_all_its_places_and_templates() -> None:
    templates = {"prompt": "__colour__ on __colour__, {Café=x|y}", "negative_prompt": "not __colour__ {cafe\u0301=x|y}"}
    skeletons, found = resolve(templates, COLOURS)
    assert found == {"colour": ("red", "blue", "green"), "Café": ("x", "y")}
    assert skeletons == {"prompt": (0, " on ", 0, ", ", 1), "negative_prompt": ("not ", 0, " ", 1)}


def test_two_uses_of_a_wildcard_vary_independently_if_they_are_named() -> None:
    assert list(axes("{a=__colour__} {b=__colour__}")) == ["a", "b"]


def test_spans_are_the_places_that_a_page_marks() -> None:
    prompt = "🦊 in {neon rain|sea {fog|mist}}, __colour__"
    found = spans({"prompt": prompt, "negative_prompt": "{blur|noise}"})
    assert found["prompt"] == (
        Span(5, 31, "choice 1", ("neon rain", "sea {fog|mist}")),
        Span(33, 43, "colour", ()),
    )
    assert [prompt[one.start : one.end] for one in found["prompt"]] == ["{neon rain|sea {fog|mist}}", "__colour__"]
    assert [one.axis for one in found["negative_prompt"]] == ["choice 2"]


# Refusals


@pytest.mark.parametrize(
    ("template", "offset", "words"),
    [
        ("a fox} runs", 5, "closes no choice"),
        ("a {red|{big|small} fox", 2, "never closed"),
        ("a {} fox", 3, "empty"),
        ("a {red|} fox", 7, "empty"),
        ("a {red| |blue}", 7, "empty"),
        ("a {red|\u200b\u2060}", 7, "empty"),
        ("a {2$$} fox", 6, "empty"),
        ("a __colr__ fox", 2, "Is colour meant?"),
        ("a {red|__pelt__} fox", 7, "no wildcard pelt"),
        ("a __nothing__ fox", 2, "has no lines"),
        ("a {4$$a|b|c}", 2, "4 can't be picked from 3"),
        ("a {4$$__colour__}", 2, "4 can't be picked from 3"),
        ("a {2-1$$a|b|c}", 2, "2-1 can't be picked from 3"),
        ("a {0$$b}", 2, "0 can't be picked from 1"),
        ("a {two$$a|b|c}", 6, "how many to pick"),
        ("a {b|c costs $$5}", 13, "how many to pick"),
        ("a {b|{c=d|e}}", 5, "inside another"),
        ("at {f=1.4|f=2.8}", 10, "write \\="),
        ("{c=a|b} {c=a|d}", 8, "other values"),
        ("{colour=a|b} __colour__", 13, "other values"),
        ("a \ud83e fox", 2, "half of a character"),
        ("a \0 fox", 2, "NUL"),
        ("{" * (MOST_NESTED + 1), MOST_NESTED, "nested"),
        ("{" + "a|" * MOST_OPTIONS, 2 * MOST_OPTIONS, f"{MOST_OPTIONS:,} options"),
        ("{a|b}" * (MOST_AXES + 1), MOST_AXES * 5, "axes"),
        ("x {y " + "{a|b}" * 40 + "}", 3, f"{MOST_VALUES:,} values"),
    ],
)
def test_what_can_mean_nothing_is_refused_with_the_place(template: str, offset: int, words: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(words)) as refused:
        axes(template)
    assert (refused.value.offset, refused.value.field) == (offset, "prompt")
    assert isinstance(refused.value, KlingError)
    assert isinstance(refused.value, ValueError)
    assert "Nothing was sent." in str(refused.value)
    str(refused.value).encode()  # it can be shown, whatever the template holds


@pytest.mark.parametrize("line", ["", " \u200b", "half \ud83e", 5])
def test_a_line_of_a_wildcard_that_is_no_text_is_refused(line: str) -> None:
    with pytest.raises(TemplateError, match="Line 2 of the wildcard w"):
        resolve({"prompt": "a __w__"}, {"w": ["fox", line]})


@pytest.mark.parametrize("before", ["a fox ", "猫🦊 ", "कि ", "line\n\t", "x" * 80])
def test_a_caret_stands_below_the_place(before: str) -> None:
    with pytest.raises(TemplateError) as refused:
        parse(f"{before}}}{'y' * 80}")
    _, excerpt, caret = str(refused.value).splitlines()
    wide = sum(letter in "猫🦊" for letter in excerpt)
    assert caret.index("^") == excerpt.index("}") + wide
    assert len(excerpt) < 80


_SIGNS = [*"ab12{}|\\$_=-# ", "{", "|", "}", "$$", "2$$", "__", "__colour__", "x=", "\u200b", "\ud800"]


@given(st.lists(st.sampled_from(_SIGNS), max_size=30).map("".join))
def test_any_text_is_expanded_or_refused_at_a_place_within_it(template: str) -> None:
    assert 0 <= ended_at(template) <= len(template)


@pytest.mark.parametrize(
    "template",
    [
        "a fox " * 170_000,
        "_" * 1_000_000,
        "__a " * 250_000,
        "\\{" * 500_000,
        "{" + "a " * 500_000,
        "{2$$" + "a$" * 500_000,
        "{a|" + " " * 1_000_000 + "}",
        "{a|b}" * 200_000,
        "{500$$" + "a|" * 500_000 + "b}",
        "{" + "{0-1$$x}" * 8_000 + "y" * 900_000 + "}",
        "{500$$" + f"{'a' * 100}|" * 9_000 + "b}",
        "{a|" + ("{" + "{a|b}" * 12 + "}") * 500 + "b" * 900_000 + "}",
    ],
    ids=[
        "words",
        "lines",
        "wildcards",
        "escapes",
        "name",
        "joiner",
        "spaces",
        "axes",
        "options",
        "left out",
        "picks",
        "nested",
    ],
)
def test_a_megabyte_ends_in_an_expansion_or_a_refusal(template: str) -> None:
    """A quadratic step would take hours here, and the time-out of the tests would end it."""
    assert ended_at(template) <= len(template)
