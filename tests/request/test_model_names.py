"""Models and inputs by the names that people type, and what is suggested for a wrong one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kling_widget.errors import RequestError
from kling_widget.request.catalog import O3_PRO, bundled
from kling_widget.request.model_names import find, nearest

T2V, I2V, R2V = "text-to-video", "image-to-video", "reference-to-video"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("orientation", "aspect_ratio"),
        ("lenght", "duration"),
        ("secondz", "duration"),
        ("with_audio", "sound"),
        ("clip_length", "duration"),
        ("Ｄｕｒａｔｉｏｎ", "duration"),
        ("musik", "sound"),
        ("dura", "duration"),
        ("image_of", None),
        ("negative", None),  # it has none
        ("zzz", None),
    ],
)
def test_an_input_is_suggested_by_its_name_and_by_what_people_call_it(typed: str, meant: str | None) -> None:
    assert nearest(typed, bundled()[O3_PRO].fields) == meant


@pytest.mark.parametrize(
    ("typed", "model"),
    [
        ("o3 pro i2v", f"kling-video-o3-pro/{I2V}"),
        ("O3 Pro img2vid", f"kling-video-o3-pro/{I2V}"),
        ("o3-std-i2v", f"kling-video-o3-std/{I2V}"),
        ("O3 Pro ref2video", f"kling-video-o3-pro/{R2V}"),
        ("O3 4K t2v", f"kling-video-o3-4k/{T2V}"),
        ("O3 4K text2video", f"kling-video-o3-4k/{T2V}"),
        ("v2.1 text to video master", "kling-v2.1-t2v-master"),
        ("Ｏ３ Ｐｒｏ", f"kling-video-o3-pro/{T2V}"),
    ],
)
def test_a_model_goes_by_what_people_call_its_kind_and_in_any_shape_of_letters(typed: str, model: str) -> None:
    assert find(typed, bundled()).id == f"kwaivgi/{model}"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Kling 2.5", "Did you mean 'V2.5 Turbo Pro · text to video'?"),
        ("03 Pro", "Did you mean 'O3 Pro · text to video'?"),
        ("03", r"Did you mean 'O3 Pro · .*', 'O3 Standard · .*' or 'O3 4K · .*'\?"),
        ("v3 pro i2v", "Did you mean '.* · image to video'?"),
        ("V3 Prop", "Did you mean 'V3 Pro · text to video'?"),
        ("Kling 9", r"There are 'O3 Pro', 'O3 Standard'.* and \d+ more, which Library\(\).models\(\) lists"),
        ("V99 Pro", "There are 'O3 Pro'"),
        ("", "There are 'O3 Pro'"),
    ],
)
def test_a_model_of_another_number_or_kind_is_not_suggested(typed: str, said: str) -> None:
    with pytest.raises(RequestError) as refused:
        find(typed, bundled())
    assert re.search(said, str(refused.value))
    assert ("Did you mean" in str(refused.value)) == ("mean" in said)


@pytest.mark.parametrize("given", [["O3 Pro"], None, 3, b"O3 Pro"])
def test_what_is_no_text_names_no_model(given: Any) -> None:
    with pytest.raises(RequestError, match=rf"such as 'O3 Pro'; this is a {type(given).__name__}"):
        find(given, bundled())
