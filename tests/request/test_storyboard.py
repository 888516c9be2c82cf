"""Shots share out the clip's seconds, and a prompt becomes shots and they a prompt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.request.catalog import O3_PRO, bundled
from kling_widget.request.storyboard import Limits, Shots, fit, limits, to_prompt, to_shots
from kling_widget.request.video_request import VideoRequest

from .shots import ANY_SHOTS, TEXT, boards, lasting, lengths, shot, texts

# Seconds


@given(ANY_SHOTS, st.integers(0, 60), st.integers(1, 4))
def test_fitted_shots_are_as_long_as_the_clip_and_none_is_too_short(shots: Shots, total: int, shortest: int) -> None:
    fitted = fit(shots, total, shortest=shortest)
    assert lasting(fitted) == (max(total, shortest * len(shots)) if shots else 0)
    assert all(n >= shortest for n in lengths(fitted))
    assert texts(fitted) == texts(shots)


@given(boards())
def test_shots_that_fit_already_stay_as_they_are(given_: tuple[Shots, dict[str, int]]) -> None:
    shots, room = given_
    assert fit(shots, lasting(shots), shortest=room["shortest"]) == shots


@pytest.mark.parametrize(
    ("before", "total", "after"),
    [([4, 6], 15, [6, 9]), ([4, 6], 5, [3, 3]), ([3, 12], 10, [3, 7]), ([5, 5], 7, [4, 3]), ([3, 3, 9], 12, [3, 3, 6])],
)
def test_seconds_are_shared_in_proportion_and_the_largest_remainder_comes_first(
    before: list[int], total: int, after: list[int]
) -> None:
    assert lengths(fit([shot("", n) for n in before], total, shortest=3)) == after


# Words


@pytest.mark.parametrize(
    ("prompt", "said", "seconds"),
    [
        ("A fox runs", ["A fox runs"], [10]),
        ("  \n ", [], []),
        ("A fox runs.\nIt jumps\r\n\r\nSnow", ["A fox runs.", "It jumps", "Snow"], [4, 3, 3]),
        ("A fox runs. CUT TO: snow", ["A fox runs.", "snow"], [5, 5]),
        ("Shot 1: a fox. Shot 2 - snow", ["a fox.", "snow"], [5, 5]),
        ("Shot 1 (4s): a fox\nShot 2 (8 sec): snow", ["a fox", "snow"], [4, 8]),
        ("1. A fox runs. 2. It jumps", ["A fox runs.", "It jumps"], [5, 5]),
        ("1) A fox\n2) Snow\n3) Sun", ["A fox", "Snow", "Sun"], [4, 3, 3]),
        ("[4s] A fox [6s] Snow", ["A fox", "Snow"], [4, 6]),
        ("A fox runs (4 s), then snow falls (3 seconds).", ["A fox runs", "then snow falls"], [4, 3]),
        ("[4s] A fox\nSnow\nSun", ["A fox", "Snow", "Sun"], [4, 3, 3]),
        ("- A fox\n- Snow", ["A fox", "Snow"], [5, 5]),
        ("24. Dezember, Schnee. 1.5 m tief", ["24. Dezember, Schnee. 1.5 m tief"], [10]),
        ("a\nb\nc\nd\ne\nf", ["a", "b", "c", "d", "e f"], [3, 3, 3, 3, 3]),
    ],
)
def test_a_prompt_is_cut_where_it_says_so(prompt: str, said: list[str], seconds: list[int]) -> None:
    shots = to_shots(prompt, 10, shortest=3, most=5)
    assert (texts(shots), lengths(shots)) == (said, seconds)


@given(st.lists(TEXT, min_size=1, max_size=6), st.integers(3, 15))
def test_shots_that_became_a_prompt_are_the_same_shots_again(said: list[str], total: int) -> None:
    shots = fit([shot(text, 1) for text in said], total, shortest=1)
    again = to_shots(to_prompt(shots), total, shortest=1, most=6)
    assert texts(again) == said
    assert lasting(again) == max(total, len(said))


def test_a_shot_without_words_and_the_breaks_within_one_are_not_said() -> None:
    assert to_prompt([shot("A fox\n runs", 3), shot(" ", 3), shot("snow", 3)]) == "A fox runs\nCut to: snow"


# Limits


def test_what_a_model_takes_of_a_storyboard_is_read_off_its_schema() -> None:
    models = bundled()
    turbo = models["kwaivgi/kling-v3-turbo-pro/text-to-video"]
    assert limits(models[O3_PRO].schema) == Limits(3, 15, 3, 5, 512, offers_both=True)
    assert limits(turbo.schema) == Limits(3, 15, 1, 6, 512, offers_both=False)
    assert limits(models["kwaivgi/kling-v2.1-t2v-master"].schema) is None


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_a_prompt_cut_for_a_model_is_a_request_that_it_takes(said: list[str]) -> None:
    found = limits(bundled()[O3_PRO].schema)
    assert found
    shots = to_shots("\n".join(said), 10, shortest=found.shortest, most=found.most)
    assert VideoRequest(multi_prompt=shots, duration=lasting(shots)).seconds == lasting(shots)
