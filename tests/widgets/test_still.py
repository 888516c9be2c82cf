"""What stays in the notebook: small, escaped, and pointing at the file beside it."""

from __future__ import annotations

import re
from pathlib import Path

from kling_widget.store import Record
from kling_widget.widgets.player.still import BUDGET, MOST, POSTER_MOST, Shown, plain, still, stills
from tests.made import a_record

BASE = Path("/home/ada/notebooks")
CLIP = BASE / "kling_library" / "takes" / "t1.mp4"


def finished(**given: object) -> Record:
    return a_record(**given)  # type: ignore[arg-type]  # fields by name, each checked by the dataclass


def test_it_plays_the_file_beside_the_notebook() -> None:
    html = still(Shown(finished(), CLIP, b"\xff\xd8jpeg"), BASE)
    assert 'src="kling_library/takes/t1.mp4"' in html
    assert 'poster="data:image/jpeg;base64,/9hqcGVn"' in html
    assert "<video controls" in html


def test_a_clip_is_fetched_before_it_is_played_only_where_it_has_no_poster() -> None:
    assert 'preload="none"' in still(Shown(finished(), CLIP, b"\xff\xd8jpeg"), BASE)
    assert 'preload="metadata"' in still(Shown(finished(), CLIP), BASE)


def test_a_take_whose_clip_is_gone_keeps_its_poster() -> None:
    html = still(Shown(finished(), None, b"\xff\xd8jpeg"), BASE)
    assert '<img width="400"' in html
    assert "data:image/jpeg;base64,/9hqcGVn" in html
    assert "<video" not in html


def test_it_says_what_was_asked_what_it_cost_and_that_it_is_simulated() -> None:
    html = still(Shown(finished(prompt="A red fox in snow", inputs={"sound": True}), CLIP), BASE)
    assert "A red fox in snow" in html
    assert "2 s · 16:9 · sound · $0.56 play money" in html
    assert "Not a real generation: simulated." in html
    live = still(Shown(finished(service="https://api.wavespeed.ai"), CLIP), BASE)
    assert "$0.56" in live
    assert "play money" not in live
    assert "simulated" not in live


def test_words_from_outside_stay_words() -> None:
    nasty = '<img src=x onerror="alert(1)"></script>&'
    html = still(Shown(finished(prompt=nasty, tags=('"><b>',)), BASE / 'a "quoted" #1?.mp4'), BASE)
    assert "<img" not in html
    assert "</script" not in html
    assert "<b>" not in html
    assert 'src="a%20%22quoted%22%20%231%3F.mp4"' in html


def test_the_largest_poster_and_the_longest_prompt_stay_under_60_kb() -> None:
    html = still(Shown(finished(prompt="&" * 2500), CLIP, b"x" * POSTER_MOST), BASE)
    assert "base64," in html
    assert len(html.encode()) < 60_000


def test_a_poster_that_is_too_large_is_left_out() -> None:
    html = still(Shown(finished(), CLIP, b"x" * (POSTER_MOST + 1)), BASE)
    assert "base64" not in html
    assert "<video" in html


def test_a_clip_elsewhere_is_named_in_words() -> None:
    html = still(Shown(finished(), Path("/media/kling/t1.mp4"), b"jpeg"), BASE)
    assert "<video" not in html
    assert "The clip is at /media/kling/t1.mp4" in html
    assert "<img" in html


def test_a_take_without_a_clip_says_what_became_of_it() -> None:
    failed = finished(state="failed", trouble="Flagged. Nothing was charged. Change it.", charge=None)
    html = still(Shown(failed), BASE)
    assert "Not made, not charged" in html
    assert "Flagged. Nothing was charged. Change it." in html
    assert "<video" not in html
    assert "Under way when this was saved" in still(Shown(finished(state="processing", charge=None)), BASE)


def test_a_panel_keeps_the_newest_within_a_budget() -> None:
    takes = [Shown(finished(prompt=f"take {n}"), CLIP, b"x" * POSTER_MOST) for n in range(12)]
    html = stills(takes, BASE, name="kw-still-abc")
    assert html.startswith('<div class="kw-still kw-still-abc">')
    assert re.findall(r"take \d+", html) == [f"take {n}" for n in range(MOST)]
    assert 0 < html.count("base64,") < MOST
    assert len(html) < BUDGET + 60_000


def test_without_takes_it_says_so() -> None:
    assert "Nothing yet" in stills([], BASE, empty="Nothing yet")
    assert plain([], BASE, empty="Nothing yet") == "Nothing yet"


def test_text_alone_is_useful_too() -> None:
    record = finished(prompt="A red fox in snow")
    first, second = plain([Shown(record, CLIP)], BASE).splitlines()
    assert first.startswith(f"Kling take {record.id} · 2 s · 16:9 · $0.56 play money")
    assert second == "  A red fox in snow  [kling_library/takes/t1.mp4]"


def test_words_and_tags_are_read_from_their_own_side(tmp_path: Path) -> None:
    record = a_record("שועל אדום, 35 mm.", tags=("לילה",), note="")
    page = still(Shown(record), tmp_path)
    assert '<div dir="auto">שועל אדום, 35 mm.</div>' in page
    assert "<bdi>#לילה</bdi>" in page
    assert "שועל אדום, 35 mm.\n" not in page
