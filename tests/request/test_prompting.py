"""Help with the prompt: templates, hints and what a change changed. No page and no service is needed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_widget.errors import LibraryError
from kling_widget.request.prompt_help import (
    KINDS,
    Blank,
    Template,
    blanks,
    builtin,
    diff,
    fill,
    hints,
    own,
    pieces,
    remove,
    save,
)
from kling_widget.request.prompt_help.own_templates import FILE, MOST_BYTES

EXAMPLES = (
    "A red fox crosses fresh snow at dawn, handheld camera follows at eye level, breath in the cold air",
    "Neon rain in a narrow market street, slow dolly in, wet asphalt mirrors the signs, 35 mm, melancholy",
    "A lighthouse above a stormy sea, drone orbits to the right, low sun breaks through the clouds",
)
RAIN = Template("My rain", "sound", "rain on {ground: gravel | slate}")
WORDS = st.lists(st.sampled_from(["fox", "snow", "a", ",", " ", "  ", "\n", "é", "dawn"]), max_size=30).map("".join)


# Templates


def test_there_are_pieces_of_every_kind_to_begin_with() -> None:
    kinds = [template.kind for template in builtin()]
    assert {kind: kinds.count(kind) >= 6 for kind in KINDS} == dict.fromkeys(KINDS, True)
    assert len({template.name for template in builtin()}) == len(builtin())


def test_the_blanks_of_what_comes_with_the_package_are_meant() -> None:
    for template in builtin():
        filled = fill(template.text, {blank.name: "X" for blank in blanks(template.text)})
        assert not set("{}|") & set(filled), template.name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{subject} in snow", [Blank("subject")]),
        (
            "{ shot : wide | close-up| wide |} of {first person}",
            [Blank("shot", ("wide", "close-up")), Blank("first person")],
        ),
        ("{who} and {who}, {who: a fox | a hare}", [Blank("who", ("a fox", "a hare"))]),
        ('{"scene": "a fox"} {} {1: a} {a|b} {unclosed', []),
        ("{a {inner} b}", [Blank("inner")]),
    ],
)
def test_blanks_are_found_where_they_are_meant_and_nowhere_else(text: str, found: list[Blank]) -> None:
    assert list(blanks(text)) == found


def test_a_blank_that_stands_twice_is_filled_twice() -> None:
    assert fill("{who} runs, {who: a | b} falls", {"who": "Mara"}) == "Mara runs, Mara falls"


def test_what_is_filled_in_is_text_and_makes_no_new_blank() -> None:
    assert fill("{one} {two}", {"one": "{two}", "two": "snow"}) == "{two} snow"


@given(st.text(alphabet="ab {}:|\n", max_size=40))
def test_a_blank_without_a_value_stays_as_it_was_written(text: str) -> None:
    assert fill(text, {}) == text


@given(st.text(alphabet="ab {}:|\n", max_size=40))
def test_the_pieces_filled_and_joined_are_the_filled_text(text: str) -> None:
    values = {blank.name: f"<{blank.name}>" for blank in blanks(text)}
    joined = "".join(values[piece.name] if isinstance(piece, Blank) else piece for piece in pieces(text))
    assert joined == fill(text, values)


# A person's own


def test_what_was_saved_is_there_again_and_can_be_replaced_and_removed(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    assert own(folder).templates == ()
    save(folder, RAIN)
    save(folder, Template("Other", "mood", "calm"))
    save(folder, Template("My rain", "sound", "rain on tin"))
    assert [template.text for template in own(folder).templates] == ["rain on tin", "calm"]
    remove(folder, "My rain")
    remove(folder, "never there")
    assert [template.name for template in own(folder).templates] == ["Other"]
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_a_file_that_is_shared_is_the_built_in_format(tmp_path: Path) -> None:
    shared = [vars(template) for template in builtin()]
    (tmp_path / FILE).write_text(json.dumps(shared), "utf-8")
    assert own(tmp_path).templates == builtin()
    assert own(tmp_path).problem == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{not json", "no JSON"),
        (b'{"name": "x"}', "list of templates"),
        (b"\xff\xfe[]", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]" + b" " * MOST_BYTES, "bytes"),
    ],
    ids=["broken", "no list", "no UTF-8", "deep", "large"],
)
def test_a_file_that_can_not_be_read_is_told_of_and_never_written_over(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / FILE).write_bytes(content)
    found = own(tmp_path)
    assert found.templates == ()
    assert said in found.problem
    assert str(tmp_path / FILE) in found.problem
    with pytest.raises(LibraryError, match="left as it is"):
        save(tmp_path, RAIN)
    assert (tmp_path / FILE).read_bytes() == content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_nobody_waits_at_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    assert "is no file" in own(tmp_path).problem


def test_what_is_not_understood_is_told_of_and_stays_in_the_file(tmp_path: Path) -> None:
    odd: list[Any] = ["words", {"name": "", "kind": "mood", "text": "x"}, {"name": "A", "kind": "colour", "text": "x"}]
    odd.append({"name": "Half", "kind": "mood", "text": "\ud800"})
    mine = {"name": "Mine", "kind": "mood", "text": "calm", "by": "Ann"}
    (tmp_path / FILE).write_text(json.dumps([*odd, mine]), "utf-8-sig")
    assert [template.name for template in own(tmp_path).templates] == ["Mine"]
    assert "4 templates" in own(tmp_path).problem
    save(tmp_path, Template("Mine", "mood", "bright"))
    save(tmp_path, RAIN)
    assert json.loads((tmp_path / FILE).read_text("utf-8")) == [*odd, {**mine, "text": "bright"}, vars(RAIN)]


def test_a_link_to_another_file_of_the_library_stays_a_link(tmp_path: Path) -> None:
    shared = tmp_path / "team.json"
    shared.write_text("[]", "utf-8")
    (tmp_path / FILE).symlink_to(shared)
    save(tmp_path, RAIN)
    assert (tmp_path / FILE).is_symlink()
    assert json.loads(shared.read_text("utf-8")) == [vars(RAIN)]


def test_a_link_that_leads_out_of_the_library_is_neither_read_nor_written(tmp_path: Path) -> None:
    folder, outside = tmp_path / "library", tmp_path / "mine.json"
    outside.write_text(json.dumps([vars(RAIN)]), "utf-8")
    folder.mkdir()
    (folder / FILE).symlink_to(outside)
    found = own(folder)
    assert found.templates == ()
    assert "leads out of the library" in found.problem
    with pytest.raises(LibraryError, match="leads out of the library"):
        save(folder, RAIN)
    with pytest.raises(LibraryError, match="leads out of the library"):
        remove(folder, RAIN.name)
    assert json.loads(outside.read_text("utf-8")) == [vars(RAIN)]


def test_a_folder_that_can_not_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("a file where the folder should be")
    with pytest.raises(LibraryError, match="nothing was saved"):
        save(tmp_path / "library", RAIN)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {"name": "A", "kind": "mood"},
        {"name": "  ", "kind": "mood", "text": "x"},
        {"name": "A\nB", "kind": "mood", "text": "x"},
        {"name": "A" * 61, "kind": "mood", "text": "x"},
        {"name": "A", "kind": "save", "text": "x"},
        {"name": "A", "kind": "mood", "text": "x" * 2_501},
        {"name": "A", "kind": "mood", "text": "\0"},
        {"name": 5, "kind": "mood", "text": "x"},
    ],
)
def test_what_is_no_template_is_refused_in_words(entry: object) -> None:
    with pytest.raises(LibraryError, match=r"Nothing was saved and nothing was charged"):
        Template.read(entry)


# Hints


@pytest.mark.parametrize("prompt", ["", "  \n", *EXAMPLES])
def test_nothing_is_said_of_an_empty_prompt_or_of_the_examples(prompt: str) -> None:
    assert hints(prompt, sound=False, has_sound=True) == []


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("A fox", ["short"]),
        ("A fox in the rain", ["sound", "camera"]),
        ("Rain, at night", ["sound", "short"]),
        ("A portrait of an old fisherman", ["action", "camera"]),
        ("A portrait of an old fisherman, 85 mm, window light", ["action"]),
        ("A bowl of ramen on a wooden table, top-down, soft light", ["action"]),
        ("An old fisherman mends his net, 85 mm, window light", []),
        ("An old fisherman mending his net in the morning, tracking shot", []),
        ("A wedding in a building by the railing, tracking shot, evening", ["action"]),
        ("Two dancers spin across an empty stage", ["camera", "light"]),
        ("Two dancers spin across an empty stage, crane up, spotlight", []),
        ("A train crosses the bridge, aerial shot", ["light"]),
        ("A delighted man in flight jumps, close-up", ["light"]),
        ("A lighthouse keeper climbs the stairs, handheld", ["light"]),
        ("A crowd at a night market, orbit left, vendors wave", ["sound"]),
        ("A jazz band plays in a dim cellar, slow push in", ["sound"]),
        ('She looks up and says: "Stay with me." Close-up, candlelight', ["speech"]),
        ("She looks up and says “Stay with me”, rain outside, close-up, candlelight", ["speech"]),
        ('A neon sign that reads "OPEN" sways at night, close-up', []),
        ("It's the dog's birthday and it runs at noon, wide shot", []),
        ("Children run across a beach at sunset, drone follows from above, waves", []),
        ("Ein Fuchs läuft durch den Schnee und das Licht ist kalt", []),
        ("Un renard traverse la neige dans une forêt avec les corbeaux", []),
        ("一只狐狸走过雪地", []),
        ("The camera pans across El Capitan as climbers wave at dusk", []),
    ],
)
def test_real_prompts_get_the_hints_that_they_need(prompt: str, names: list[str]) -> None:
    assert [hint.name for hint in hints(prompt, sound=False, has_sound=True)] == names


@pytest.mark.parametrize("prompt", ['He says: "No."', "A crowd cheers", "Rain on a tin roof"])
@pytest.mark.parametrize(("sound", "has_sound"), [(True, True), (False, False)])
def test_sound_is_not_offered_where_it_is_on_or_not_to_be_had(prompt: str, sound: bool, has_sound: bool) -> None:
    assert {hint.kind for hint in hints(prompt, sound=sound, has_sound=has_sound)} == {"insert"}


def test_a_silenced_hint_leaves_its_place_to_another() -> None:
    prompt = "A portrait of an old fisherman"
    assert [hint.name for hint in hints(prompt, sound=False, has_sound=True, without=["action"])] == ["camera", "light"]


def test_following_the_hints_ends_them() -> None:
    for prompt in ("A fox", "A portrait of an old fisherman", "Two dancers spin across an empty stage"):
        while found := hints(prompt, sound=True, has_sound=True):
            assert found[0].text not in prompt, f"the hint did not help: {prompt}"
            prompt = f"{prompt}, {found[0].text}"


@given(st.text(max_size=200))
def test_there_are_at_most_two_hints_and_each_has_something_to_click(prompt: str) -> None:
    found = hints(prompt, sound=False, has_sound=True)
    assert len(found) <= 2
    assert all(hint.label and (hint.kind == "sound" or hint.text) for hint in found)


# What a change changed


@given(WORDS | st.text(max_size=60), WORDS | st.text(max_size=60))
def test_the_parts_of_a_change_join_to_the_old_text_and_to_the_new_one(old: str, new: str) -> None:
    parts = diff(old, new)
    assert "".join(text for tag, text in parts if tag != "ins") == old
    assert "".join(text for tag, text in parts if tag != "del") == new
    assert all(text for _, text in parts)


@given(st.text(max_size=60))
def test_what_did_not_change_is_one_part(text: str) -> None:
    assert diff(text, text) == ([("same", text)] if text else [])


def test_a_sentence_that_was_written_anew_reads_as_two() -> None:
    assert diff("Mara walks through neon rain, slow dolly in", "Mara walks through sea fog at dawn, slow dolly in") == [
        ("same", "Mara walks through "),
        ("del", "neon rain"),
        ("ins", "sea fog at dawn"),
        ("same", ", slow dolly in"),
    ]
