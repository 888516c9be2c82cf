"""What a page does with shots, in Node: the same as Python where both do it, and never what a model would not take."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kling_widget.request import storyboard
from kling_widget.request.storyboard import Shots, fit, to_prompt, to_shots
from tests.request.shots import ANY_SHOTS, LIMITS, PROMPTS, ROOM, TURBO, boards, lasting, lengths, shot, texts
from tools.bundle import module
from tools.node import have_node

STORYBOARD = Path(storyboard.__file__).parents[1] / "widgets" / "storyboard"

# An older Node takes a bare .js for something else than a module: the sources are bundled and handed over as one.
NODE = """
const page = await import("data:text/javascript;base64," + %s);
for await (const line of (await import("node:readline")).createInterface({ input: process.stdin })) {
  const [name, ...given] = JSON.parse(line);
  console.log(JSON.stringify(page[name](...given)));
}
"""


@dataclass
class Board:
    """What the page can do with shots, in one Node for all tests."""

    process: subprocess.Popen[str]

    def ask(self, name: str, *given: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([name, *given]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    source = module(STORYBOARD / "cuts.js", STORYBOARD / "shots.js", STORYBOARD / "undo.js")
    script = NODE % json.dumps(base64.b64encode(source.encode()).decode())
    command = [str(have_node()[0]), "--input-type=module", "--eval", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Board(process)
        process.communicate()


def lawful(shots: Shots, room: dict[str, int]) -> bool:
    enough = all(n >= room["shortest"] for n in lengths(shots))
    return enough and room["low"] <= lasting(shots) <= room["high"] and 1 <= len(shots) <= room["most"]


# The page does the same


@given(ANY_SHOTS, st.integers(0, 60), st.integers(1, 4))
def test_the_page_fits_shots_as_python_does(board: Board, shots: Shots, total: int, shortest: int) -> None:
    assert board.ask("fit", shots, total, shortest) == fit(shots, total, shortest=shortest)


@given(PROMPTS, st.integers(0, 15), st.integers(1, 3), st.integers(1, 6))
def test_the_page_cuts_a_prompt_as_python_does(board: Board, prompt: str, total: int, shortest: int, most: int) -> None:
    assert board.ask("toShots", prompt, total, shortest, most) == to_shots(prompt, total, shortest=shortest, most=most)


@given(st.lists(st.builds(shot, PROMPTS, st.integers(1, 15)), max_size=6))
def test_the_page_says_shots_in_one_prompt_as_python_does(board: Board, shots: Shots) -> None:
    assert board.ask("toPrompt", shots) == to_prompt(shots)


@given(st.text())
def test_the_page_counts_letters_as_python_does(board: Board, text: str) -> None:
    assert board.ask("lettersOf", text) == len(text)


# What only the page does


@given(boards(), st.integers(0, 5), st.integers(-20, 20), st.floats(-20, 20), st.integers(0, 40))
def test_whatever_is_done_the_shots_stay_what_the_model_takes(
    board: Board, given_: tuple[Shots, dict[str, int]], index: int, seconds: int, shift: float, caret: int
) -> None:
    shots, room = given_
    index %= len(shots)
    assert lawful(shots, room)
    for name, arguments in {
        "trade": (index, seconds, room["shortest"]),
        "move": (index, board.ask("placeAt", shots, index, shift)),
        "split": (index, room, caret),
        "join": (index,),
        "add": (room,),
        "remove": (index, room),
    }.items():
        after: Shots = board.ask(name, shots, *arguments)
        assert lawful(after, room), name
        if name in ("trade", "move", "join"):
            assert lasting(after) == lasting(shots), name
        if name in ("add", "split"):
            assert len(after) == len(shots) + (not board.ask("whyNoMore", shots, room)), name
        if name == "move":
            assert sorted(texts(after)) == sorted(texts(shots))


@given(boards(), st.integers(0, 4), st.integers(-20, 20))
def test_seconds_that_were_traded_can_be_traded_back(
    board: Board, given_: tuple[Shots, dict[str, int]], index: int, seconds: int
) -> None:
    shots, room = given_
    after = board.ask("trade", shots, index, seconds, room["shortest"])
    gained = after[index]["duration"] - shots[index]["duration"] if index < len(shots) else 0
    assert board.ask("trade", after, index, -gained, room["shortest"]) == shots


@given(boards(), st.integers(0, 5), st.integers(0, 5))
def test_a_shot_that_was_moved_can_be_moved_back(
    board: Board, given_: tuple[Shots, dict[str, int]], start: int, end: int
) -> None:
    shots, _ = given_
    start, end = start % len(shots), end % len(shots)
    assert board.ask("move", board.ask("move", shots, start, end), end, start) == shots


@given(boards(), st.integers(0, 5), st.none() | st.integers(0, 40))
def test_what_was_split_is_joined_again_without_loss(
    board: Board, given_: tuple[Shots, dict[str, int]], index: int, caret: int | None
) -> None:
    shots, room = given_
    index %= len(shots)
    assume(shots[index]["duration"] >= 2 * room["shortest"] and not board.ask("whyNoMore", shots, room))
    after = board.ask("split", shots, index, room, caret)
    assert abs(after[index]["duration"] - after[index + 1]["duration"]) <= 1
    assert board.ask("join", after, index) == shots


@pytest.mark.parametrize(
    ("caret", "first", "second"),
    [
        (None, "A fox runs", ""),
        (5, "A fox", "runs"),
        (8, "A fox", "runs"),
        (10, "A fox runs", ""),
        (0, "", "A fox runs"),
    ],
)
def test_words_are_parted_at_the_caret_and_never_within_one(
    board: Board, caret: int | None, first: str, second: str
) -> None:
    assert board.ask("split", [shot("A fox runs", 7)], 0, ROOM, caret) == [shot(first, 4), shot(second, 3)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([4, 6], [4, 6, 3]),
        ([4, 9], [4, 6, 3]),
        ([8, 7], [6, 6, 3]),
        ([4, 3, 3, 3], [3, 3, 3, 3, 3]),
        ([3] * 5, [3] * 5),
    ],
)
def test_a_new_shot_makes_the_clip_longer_or_takes_from_the_longest(
    board: Board, before: list[int], after: list[int]
) -> None:
    assert lengths(board.ask("add", [shot("", n) for n in before], ROOM)) == after


def test_a_shot_too_short_to_be_split_gets_what_it_lacks(board: Board) -> None:
    assert lengths(board.ask("split", [shot("a", 5), shot("b", 5)], 0, ROOM, None)) == [3, 3, 5]
    assert lengths(board.ask("split", [shot("a", 5), shot("b", 10)], 0, ROOM, None)) == [3, 3, 9]


def test_why_no_shot_can_be_added_is_said(board: Board) -> None:
    assert "a shot at least 3 s" in board.ask("whyNoMore", [shot("", 3)] * 5, ROOM)
    assert "at most 6 shots" in board.ask("whyNoMore", [shot("", 1)] * 6, TURBO)
    assert board.ask("whyNoMore", [shot("", 3)] * 4, ROOM) == ""


def test_a_shot_that_is_removed_makes_the_clip_shorter_as_far_as_it_may_be(board: Board) -> None:
    assert lengths(board.ask("remove", [shot("", n) for n in (4, 6, 3)], 0, ROOM)) == [6, 3]
    assert lengths(board.ask("remove", [shot("", n) for n in (1, 1, 2)], 2, TURBO)) == [2, 1]
    assert lengths(board.ask("remove", [shot("", 5)], 0, ROOM)) == [5]


@given(PROMPTS, st.integers(0, 30), LIMITS)
def test_a_storyboard_begins_with_two_shots_in_a_clip_that_may_be_had(
    board: Board, prompt: str, total: int, room: dict[str, int]
) -> None:
    shots = board.ask("begin", prompt, total, room)
    assert lawful(shots, room)
    assert len(shots) >= 2


def test_a_shot_goes_where_its_leading_edge_passes_the_middle_of_another(board: Board) -> None:
    shots = [shot("", 4), shot("", 6), shot("", 5)]
    places = [board.ask("placeAt", shots, 0, seconds) for seconds in (-9, 0, 2.9, 3.1, 8.4, 8.6, 40)]
    assert places == [0, 0, 0, 1, 1, 2, 2]
    assert [board.ask("placeAt", shots, 2, -seconds) for seconds in (2.9, 3.1, 7.9, 8.1)] == [2, 1, 1, 0]


@pytest.mark.parametrize(
    ("total", "numbers"),
    [(5, [0, 1, 2, 3, 4, 5]), (10, [0, 2, 4, 6, 8, 10]), (11, [0, 2, 4, 6, 8, 11]), (15, [0, 3, 6, 9, 12, 15])],
)
def test_the_ruler_has_numbers_where_there_is_room(board: Board, total: int, numbers: list[int]) -> None:
    assert board.ask("marks", total) == numbers


def test_undo_goes_back_step_by_step_and_redo_forward_again(board: Board) -> None:
    one, two, three = [shot("a", 5)], [shot("b", 5)], [shot("c", 5)]
    steps = board.ask("noted", board.ask("noSteps"), {"shots": one}, "words 0")
    steps = board.ask("noted", steps, {"shots": two}, "words 0")  # the same word, still being typed
    back = board.ask("gone", steps, "past", {"shots": three, "prompt": "p"})
    assert back["then"] == {"shots": one}
    assert board.ask("gone", back["steps"], "past", {"shots": one, "prompt": "p"}) is None
    forth = board.ask("gone", back["steps"], "future", {"shots": one, "prompt": "p"})
    assert forth["then"] == {"shots": three}


def test_a_step_that_changed_the_prompt_brings_it_back_and_forth(board: Board) -> None:
    steps = board.ask("noted", board.ask("noSteps"), {"shots": [shot("a", 5)], "prompt": "before"}, "")
    back = board.ask("gone", steps, "past", {"shots": [], "prompt": "after"})
    assert back["then"]["prompt"] == "before"
    assert board.ask("gone", back["steps"], "future", {"shots": [], "prompt": "before"})["then"]["prompt"] == "after"
