"""A sweep has the cells of a plain product, each once; what is added later is all that is paid later."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.analysis.cells import MOST_CELLS, Axis, Duplicate, Expansion, Mark, Mode
from kling_widget.analysis.expansion import added, expand, extend
from kling_widget.analysis.frozen import from_json, to_json
from kling_widget.analysis.template import escape
from kling_widget.errors import BadValue, TemplateError

from .trees import SHOWN, TEXT, TREES, WILDCARDS, Node, values, written

FOX = {"prompt": "A {red|blue} fox, {camera=dolly in|handheld}"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 5.0, "", "नीला", "a"]),
    lambda one: st.lists(one, max_size=2) | st.dictionaries(TEXT, one, max_size=2),
    max_leaves=3,
)
INPUT_AXES = st.dictionaries(st.sampled_from(["duration", "sound"]), st.lists(JSON, min_size=1, max_size=4), max_size=2)
_WORDS = st.sampled_from(["a", "b", "ab", "b a", "a {b", "नीला"])


def prompts(sweep: Expansion) -> list[str]:
    return [cell.inputs["prompt"] for cell in sweep.cells]


@st.composite
def expansions(draw: st.DrawFn) -> Expansion:
    """An expansion with two choices and some inputs, in any mode."""
    mode: Mode = draw(st.sampled_from(["full", "random", "paired"]))
    lengths = st.just(draw(st.integers(1, 3))) if mode == "paired" else st.integers(1, 3)

    def some(of: st.SearchStrategy[Any]) -> list[Any]:
        length = draw(lengths)
        return draw(st.lists(of, min_size=length, max_size=length))

    words = [f"{{{name}={'|'.join(map(escape, some(_WORDS)))}}}" for name in ("subject", "camera")]
    return expand(
        {"prompt": " ".join(words)},
        {"sound": draw(JSON)},
        {name: some(JSON) for name in draw(st.sampled_from([[], ["duration"], ["duration", "shot_type"]]))},
        mode=mode,
        repeats=draw(st.integers(1, 2)),
        limit=draw(st.none() | st.integers(1, 30)),
        seed=draw(st.integers(0, 3)),
    )


# The product


@given(TREES, INPUT_AXES, st.integers(1, 3), st.none() | st.integers(1, 20))
def test_a_full_sweep_has_the_cells_of_a_plain_product_each_once(
    tree: list[Node], inputs: dict[str, list[Any]], repeats: int, limit: int | None
) -> None:
    sweep = expand(
        {"prompt": "".join(map(written, tree))}, {}, inputs, wildcards=WILDCARDS, repeats=repeats, limit=limit
    )
    texts = [list(dict.fromkeys(values(node))) for node in tree]
    varied = [
        [*{json.dumps(_plain(one), sort_keys=True): _plain(one) for one in of}.values()] for of in inputs.values()
    ]
    combinations = list(product(*texts, *varied))
    made: dict[str, dict[str, Any]] = {}
    for combination in islice(combinations, limit):
        whole = {
            **dict(zip(inputs, combination[len(tree) :], strict=True)),
            "prompt": "".join(combination[: len(tree)]),
        }
        sent = {name: value for name, value in whole.items() if value is not None}
        made.setdefault(json.dumps(sent, sort_keys=True), sent)
    assert [cell.inputs for cell in sweep.cells] == [one for one in made.values() for _ in range(repeats)]
    assert [cell.repeat for cell in sweep.cells] == list(range(repeats)) * len(made)
    assert [cell.index for cell in sweep.cells] == list(range(len(sweep.cells)))
    assert sweep.total == len(combinations) * repeats
    assert len({cell.key for cell in sweep.cells}) == len(sweep.cells)
    dropped = [one for one in sweep.duplicates if one.axis is None]
    assert len(dropped) + len(made) == len(combinations[:limit])


def test_the_first_axis_changes_slowest_and_repeats_follow_each_other() -> None:
    sweep = expand(FOX, {"sound": True, "seed": None}, {"duration": (5, 10.0)}, repeats=2)
    assert prompts(sweep)[:6] == ["A red fox, dolly in"] * 4 + ["A red fox, handheld"] * 2
    assert [cell.inputs["duration"] for cell in sweep.cells[:4]] == [5, 5, 10, 10]
    assert sweep.cells[-1].inputs == {"prompt": "A blue fox, handheld", "sound": True, "duration": 10}
    assert sweep.values(sweep.cells[-1]) == {"choice 1": "blue", "camera": "handheld", "duration": 10}
    assert (len(sweep.cells), sweep.total) == (16, 16)


def test_a_template_without_choices_is_one_cell_for_each_repeat() -> None:
    assert [cell.repeat for cell in expand({"prompt": "A fox"}, repeats=3).cells] == [0, 1, 2]


def test_prompts_of_shots_are_templates_too() -> None:
    shots = [{"prompt": "", "duration": 4}, {"prompt": "", "duration": 6}]
    templates = {"multi_prompt.0.prompt": "{who=Mara|Noor} walks", "multi_prompt.1.prompt": "{who=Mara|Noor} sleeps"}
    sweep = expand(templates, {"multi_prompt": shots}, {"multi_prompt.1.duration": [6, 8]})
    assert [[tuple(shot.values()) for shot in cell.inputs["multi_prompt"]] for cell in sweep.cells[1:3]] == [
        [("Mara walks", 4), ("Mara sleeps", 8)],
        [("Noor walks", 4), ("Noor sleeps", 6)],
    ]
    assert shots[0]["prompt"] == ""


# Duplicates


def test_equal_values_and_equal_cells_are_dropped_and_listed() -> None:
    sweep = expand({"prompt": "{a|a b|a} {b c|c}"}, axes={"duration": [5, 5.0, np.int64(5)]})
    assert prompts(sweep) == ["a b c", "a c", "a b b c"]
    assert sweep.duplicates == (
        Duplicate("choice 1", "a"),
        Duplicate("duration", 5),
        Duplicate("duration", 5),
        Duplicate(None, {"choice 1": "a b", "choice 2": "c", "duration": 5}),
    )
    assert sweep.total == 4


def test_true_is_not_one_and_a_value_left_out_is_not_false() -> None:
    assert len(expand({}, axes={"sound": [True, 1, None, False]}).cells) == 4


# Random and paired


@given(st.integers(0, 5), st.integers(1, 40), st.integers(1, 40))
def test_a_random_sweep_has_different_cells_and_a_higher_limit_keeps_them(seed: int, fewer: int, more: int) -> None:
    templates, axes = {"prompt": "{a|b|c}{d|e} {1-3$$f|g|h}"}, {"duration": [5, 10]}
    whole = {cell.key for cell in expand(templates, axes=axes).cells}
    first, second = (expand(templates, axes=axes, mode="random", limit=one, seed=seed) for one in (fewer, more))
    for sweep, limit in ((first, fewer), (second, more)):
        assert len({cell.key for cell in sweep.cells} & whole) == len(sweep.cells) == min(limit, len(whole))
    shorter = min(fewer, more)
    assert first.combinations[:shorter] == second.combinations[:shorter]


def test_every_cell_is_drawn_about_equally_often() -> None:
    drawn = [expand({"prompt": "{a|b}{c|d|e}"}, mode="random", limit=1, seed=seed).cells[0] for seed in range(600)]
    counts = [sum(cell.inputs["prompt"] == text for cell in drawn) for text in map("".join, product("ab", "cde"))]
    assert sum(counts) == 600
    assert sum((n - 100) ** 2 / 100 for n in counts) < 20.5  # chi-squared, 5 degrees of freedom, p = 0.001


def test_what_is_drawn_is_the_same_in_each_process_and_version_of_python() -> None:
    code = (
        "from kling_widget.analysis.expansion import expand;"
        "print(*[c.inputs['prompt'] for c in expand({'prompt': '{a|b|c}' * 60}, mode='random', limit=3, seed=7).cells])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == prompts(expand({"prompt": "{a|b|c}" * 60}, mode="random", limit=3, seed=7))
    assert prompts(expand({"prompt": "{a|b|c}" * 9}, mode="random", limit=3, seed=7)) == [
        "bcbaacacb",
        "bccaabcac",
        "bbbaabbaa",
    ]


def test_a_product_of_any_size_is_sampled_and_never_made() -> None:
    sweep = expand({"prompt": "{a|b}" * 40}, axes={"duration": list(range(1000))}, mode="random", limit=50, repeats=2)
    assert (len(sweep.cells), sweep.total) == (100, 2**41 * 1000)
    huge = expand(
        {"prompt": "__w__ " * 3 + "{x=__w__}" + "{y=__w__}"}, wildcards={"w": [f"w{n}" for n in range(9999)]}, limit=5
    )
    assert (len(huge.cells), huge.total) == (5, 9999**3)


def test_paired_axes_walk_together_and_equal_values_may_meet_other_partners() -> None:
    sweep = expand({"prompt": "{a|b|a}"}, axes={"duration": [5, 10, 15]}, mode="paired")
    assert [tuple(sweep.values(cell).values()) for cell in sweep.cells] == [("a", 5), ("b", 10), ("a", 15)]
    assert sweep.duplicates == ()


# Refusals


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"templates": {"prompt": "{a|b}" * 40}}, "1,099,511,627,776 cells, and at most 20,000"),
        ({"templates": {"prompt": "{a|b}" * 90}}, "about 10^27 cells"),
        ({"templates": FOX, "repeats": 10_000}, "40,000 cells"),
        (
            {"templates": FOX, "axes": {"duration": [3, 5, 10]}, "mode": "paired"},
            "choice 1 has 2, camera has 2, duration has 3",
        ),
        ({"templates": FOX, "axes": {"duration": []}}, "duration has no values"),
        ({"templates": FOX, "axes": {"duration": "510"}}, "values of duration are a list"),
        ({"templates": FOX, "axes": {"duration": 5}}, "values of duration are a list"),
        ({"templates": {"shots.-1.prompt": "a"}, "inputs": {"shots": [{}]}}, "shots.-1.prompt leads nowhere"),
        ({"templates": {"sound.on": "a"}, "inputs": {"sound": "x"}}, "sound.on leads nowhere"),
        ({"templates": FOX, "axes": {"camera": [1, 2]}}, "Two axes are named camera"),
        ({"templates": FOX, "axes": {"prompt": ["a"]}}, "prompt is varied in two ways"),
        ({"templates": {"shots.0.prompt": "a"}, "axes": {"shots": [[]]}}, "shots.0.prompt is varied in two ways"),
        ({"templates": {"shots.2.prompt": "a"}, "inputs": {"shots": [{}]}}, "shots.2.prompt leads nowhere"),
        ({"templates": {"shots.x.prompt": "a"}, "inputs": {"shots": [{}]}}, "shots.x.prompt leads nowhere"),
        ({"templates": FOX, "axes": {"duration": [object()]}}, "no JSON value"),
        ({"templates": FOX, "axes": {"cfg_scale": [math.nan]}}, "no JSON value"),
        ({"templates": FOX, "inputs": {"elements": {1: 2}}}, "no JSON value"),
        ({"templates": FOX, "inputs": {"negative_prompt": "half \ud83e"}}, "negative_prompt: It holds half"),
        ({"templates": FOX, "repeats": 0}, "repeats is a whole number from 1"),
        ({"templates": FOX, "limit": True}, "limit is a whole number from 1"),
        ({"templates": FOX, "seed": "7"}, "seed is a whole number"),
        ({"templates": FOX, "axes": {"Sound": [1], "sound": [2]}}, "Two axes are named Sound"),
        ({"templates": FOX, "axes": {"half \ud83e": [1]}}, "The name of an input: It holds half"),
        ({"templates": FOX, "mode": "all"}, "full, random, paired"),
        ({"templates": FOX, "axes": {f"input_{n}": [1] for n in range(99)}}, "at most 100 axes"),
    ],
)
def test_a_sweep_that_can_not_be_is_refused_before_it_is_made(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(BadValue, match=re.escape(words)) as refused:
        expand(**arguments)
    assert "Nothing was sent." in str(refused.value)


def test_the_input_whose_template_is_refused_is_named() -> None:
    with pytest.raises(TemplateError) as refused:
        expand({**FOX, "negative_prompt": "no {blur"})
    assert (refused.value.field, refused.value.offset) == ("negative_prompt", 3)


# Extension


@given(expansions(), st.data())
def test_an_extended_sweep_pays_only_for_what_is_new(before: Expansion, data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 2))
    names = [axis.name for axis in before.axes]
    more: dict[str, list[Any]] = {}
    for axis in (
        before.axes if before.mode == "paired" else data.draw(st.lists(st.sampled_from(before.axes), max_size=1))
    ):
        of = JSON if axis.is_input else SHOWN
        more[axis.name] = data.draw(st.lists(of, min_size=length, max_size=length))
    repeats = before.repeats + data.draw(st.integers(0, 1))
    limit = None if before.limit is None else before.limit + data.draw(st.integers(0, 3))
    after = extend(before, more, repeats=repeats, limit=limit)
    old, new = ({cell.key for cell in sweep.cells} for sweep in (before, after))
    paid = added(before, after)
    assert {cell.key for cell in paid} == new - old
    assert [axis.name for axis in after.axes] == names
    assert old <= new
    assert len(paid) == len(after.cells) - len(before.cells)
    if not more and limit == before.limit:
        assert {cell.repeat for cell in paid} == set(range(before.repeats, repeats))


def test_a_value_added_to_an_axis_costs_its_own_row_however_it_is_added() -> None:
    before = expand(FOX, axes={"duration": [5, 10]})
    by_value = added(before, extend(before, {"camera": ["orbit"]}))
    by_template = added(
        before, expand({"prompt": "A {red|blue} fox, {view=orbit|dolly in|handheld}"}, {}, {"duration": [5, 10]})
    )
    assert [cell.key for cell in by_value] == [cell.key for cell in by_template]
    assert {cell.inputs["prompt"] for cell in by_value} == {"A red fox, orbit", "A blue fox, orbit"}
    assert added(before, before) == ()


@pytest.mark.parametrize("mode", ["full", "random"])
def test_a_limit_that_is_raised_after_a_value_was_added_brings_just_so_many_more(mode: Mode) -> None:
    before = expand(FOX, axes={"duration": [5, 10]}, mode=mode, limit=5)
    assert added(before, extend(before, {"camera": ["orbit"]})) == ()
    after = extend(before, {"camera": ["orbit"]}, limit=9)
    assert [cell.key for cell in after.cells[:5]] == [cell.key for cell in before.cells]
    assert added(before, after) == after.cells[5:9]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"zoom": ["a"]}, "no axis zoom; it has: choice 1, camera"),
        ({"camera": [5]}, "are texts"),
        ({"camera": [" "]}, "are texts"),
    ],
)
def test_what_can_not_extend_a_sweep_is_refused(more: dict[str, list[Any]], words: str) -> None:
    with pytest.raises(BadValue, match=words):
        extend(expand(FOX), more)


# What a page shows


@given(expansions())
def test_marks_are_where_the_values_stand(sweep: Expansion) -> None:
    for cell in sweep.cells:
        marked = {one.axis: cell.inputs["prompt"][one.start : one.end] for one in sweep.marks(cell)["prompt"]}
        assert marked == {axis.name: sweep.values(cell)[axis.name] for axis in sweep.axes if not axis.is_input}


def test_marks_of_a_cell() -> None:
    sweep = expand(FOX)
    assert sweep.marks(sweep.cells[0]) == {"prompt": (Mark(2, 5, "choice 1"), Mark(11, 19, "camera"))}


def test_labels_are_short_and_say_which_input_they_are_of() -> None:
    assert expand(FOX).axes[1].labels == ("dolly in", "handheld")
    assert Axis("duration", (5, 10), is_input=True).labels == ("duration 5", "duration 10")
    assert Axis("sound", (True, False, None), is_input=True).labels == ("sound on", "sound off", "sound not set")
    assert Axis("wet", ("", " wet"), is_input=False).labels == ("nothing", " wet")
    long = Axis("light", ("x" * 60 + "a", "x" * 60 + "b"), is_input=False).labels
    assert long == ("x" * 39 + "…", "x" * 39 + "… · 2")


@given(st.lists(st.sampled_from(["a", "a · 2", "a · 3", "", "nothing"]), min_size=1))
def test_no_two_labels_of_an_axis_are_alike(texts: list[str]) -> None:
    assert len(set(Axis("a", tuple(texts), is_input=False).labels)) == len(texts)


# Frozen


@given(expansions())
def test_a_frozen_sweep_is_read_as_it_was(sweep: Expansion) -> None:
    again = from_json(to_json(sweep))
    assert again == sweep
    assert again.cells == sweep.cells
    assert [cell.key for cell in again.cells] == [cell.key for cell in sweep.cells]


def test_the_key_of_a_cell_stays_what_it_is_in_libraries() -> None:
    cell = expand(FOX, {"sound": True}, {"duration": [5]}).cells[0]
    kept = '{"inputs":{"duration":5,"prompt":"A red fox, dolly in","sound":true},"repeat":0}'
    assert cell.key == hashlib.sha256(kept.encode()).hexdigest()


def test_a_frozen_sweep_of_nothing_in_particular_is_read_too() -> None:
    sweep = expand({}, {"sound": None}, {"seed": [None]})
    assert from_json(to_json(sweep)) == sweep


def broken() -> Iterator[tuple[str, Any]]:
    """Each entry of a frozen sweep with values that it can't have."""
    two, one = [0, 0], {"name": "a", "values": ["b"], "is_input": False}
    wrong: dict[str, list[Any]] = {
        "version": [None, 2, "1"],
        "inputs": [None, [], {"sound": "\ud83e"}, {"sound": math.nan}],
        "axes": [None, {}, [one], [one, one], [one, {**one, "name": "A"}], [one, {**one, "values": []}]],
        "texts": [None, [], {"prompt": "A"}, {"prompt": [2]}, {"prompt": [True]}, {"prompt": [-1]}, {"a.b": ["c"]}],
        "mode": [None, "all"],
        "repeats": [0, 1.5, True, MOST_CELLS + 1],
        "limit": [0, "1"],
        "seed": [None, 0.5],
        "duplicates": [None, [{}], [{"axis": 1, "value": 1}], [{"axis": "a"}]],
        "combinations": [None, [], [0], [[0]], [[0, 2]], [[0, -1]], [[0, True]], [two, two], [[0, 0, 0]], [{}]],
    }
    for name, values_ in wrong.items():
        yield from ((name, value) for value in values_)


@pytest.mark.parametrize(("name", "value"), list(broken()))
def test_a_damaged_entry_is_refused(name: str, value: Any) -> None:
    whole = json.loads(to_json(expand(FOX)))
    assert from_json(json.dumps(whole)) == expand(FOX)
    with pytest.raises(BadValue, match="wrote this sweep" if name == "version" else "damaged"):
        from_json(json.dumps({**whole, name: value}))
    del whole[name]
    with pytest.raises(BadValue, match="damaged"):
        from_json(json.dumps(whole))


@pytest.mark.parametrize("text", ["", "null", "[]", "5", "{", "[" * 100_000, '{"version": 1}'])
def test_what_is_no_frozen_sweep_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="damaged"):
        from_json(text)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value).replace("5.0", "5"))
