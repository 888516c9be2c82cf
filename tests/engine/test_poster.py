from __future__ import annotations

from pathlib import Path

from PIL import Image

from kling_widget.engine import poster

from ..clips import mp4


def test_a_poster_is_a_small_jpeg_of_the_clip(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(mp4(2.0, 640, 360))
    still = tmp_path / "posters" / "p.jpg"
    assert poster.make(clip, still)
    assert still.stat().st_size <= poster.MAX_BYTES
    with Image.open(still) as image:
        assert (image.format, image.size) == ("JPEG", (480, 270))


def test_a_clip_that_can_not_be_read_has_no_poster_and_no_rest(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"nothing of the kind")
    assert not poster.make(clip, tmp_path / "posters" / "p.jpg")
    assert list((tmp_path / "posters").iterdir()) == []
