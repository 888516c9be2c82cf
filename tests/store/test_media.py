"""What is taken as a picture or a video, how it is kept, and how long an upload counts."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kling_widget.errors import LibraryError, MediumRefused
from kling_widget.store import Store
from kling_widget.store.media import PIECE_MOST, SPARE_MS, MediaStore
from kling_widget.store.media_types import LEAST_SIDE, MOST_BYTES, Medium, dimensions, examine, plain, recognise
from kling_widget.store.record import KEPT_MS, now_ms
from tests.clips import mp4

FILM = mp4()


def picture(kind: str = "PNG", width: int = 320, height: int = 300, **how: Any) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(file, kind, **how)
    return file.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(Store.in_folder(tmp_path)._engine, tmp_path)


def files(store: MediaStore) -> list[str]:
    return sorted(path.name for path in (store._library / "media").iterdir())


def sent(store: MediaStore, whole: bytes, *, step: int = 1000, size: int | None = None) -> Medium | None:
    """Bring bytes in pieces, as a page does."""
    found = None
    for index, at in enumerate(range(0, len(whole), step)):
        last, total = at + step >= len(whole), len(whole) if size is None else size
        found = store.piece("u1", index, whole[at : at + step], last=last, name="fox.png", size=total, kind="image")
    return found


# What it is


@pytest.mark.parametrize(
    ("kind", "how", "mime"),
    [
        ("JPEG", {}, "image/jpeg"),
        ("JPEG", {"progressive": True, "exif": b"Exif\0\0" + bytes(60_000)}, "image/jpeg"),
        ("PNG", {}, "image/png"),
        ("WEBP", {}, "image/webp"),
        ("WEBP", {"lossless": True}, "image/webp"),
        ("WEBP", {"exif": b"Exif\0\0" + bytes(40)}, "image/webp"),
    ],
)
@given(width=st.integers(1, 700), height=st.integers(1, 700))
def test_a_picture_is_known_by_its_bytes_and_its_size_is_read_off(
    kind: str, how: dict[str, Any], mime: str, width: int, height: int
) -> None:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, kind, **how)
    assert recognise(file.getvalue()) == mime
    assert dimensions(file.getvalue(), mime) == (width, height)


@given(
    st.sampled_from([picture("JPEG"), picture("PNG"), picture("WEBP"), picture("WEBP", lossless=True), FILM]),
    st.integers(0, 400),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6),
)
def test_a_header_however_broken_is_read_without_harm(whole: bytes, cut: int, changes: list[tuple[int, int]]) -> None:
    head = bytearray(whole[:cut] if cut % 2 else whole[:1000])
    for at, value in changes:
        head[at : at + 1] = bytes([value])
    found = dimensions(bytes(head), recognise(bytes(head)))
    assert found is None or min(found) > 0


@pytest.mark.parametrize(
    ("whole", "kind", "words"),
    [
        (b"", None, "is not a JPEG, PNG or WebP picture, or an MP4 or MOV video. Nothing was sent"),
        (b"<html>hello</html>", "image", "is not a JPEG, PNG or WebP picture. Nothing was sent and"),
        (picture("GIF"), "image", "but GIF"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "image", "but HEIC"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "video", "but HEIC"),
        (b"\x1aE\xdf\xa3" + bytes(40), "video", "but WebM"),
        (FILM, "image", "is not a JPEG, PNG or WebP picture, but MP4"),
        (picture(), "video", "is not an MP4 or MOV video, but PNG"),
        (picture(width=299), "image", "has 299 x 300 pixels; the models take pictures from 300 x 300"),
        (picture("WEBP", height=20), None, "has 320 x 20 pixels"),
        (picture() + bytes(10_000_000), "image", "pictures of at most 10 MB are taken"),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_what_can_not_be_used_is_refused_in_words_and_leaves_nothing(
    store: MediaStore, whole: bytes, kind: Any, words: str
) -> None:
    with pytest.raises(MediumRefused) as refused:
        store.keep(whole, "fox.jpg", kind)
    assert str(refused.value).startswith("fox.jpg ")
    assert words in str(refused.value)
    assert files(store) == []


def test_a_picture_whose_size_can_not_be_read_is_not_refused() -> None:
    head = b"\xff\xd8\xff\xe0" + (0xFFFF).to_bytes(2, "big") + bytes(100)
    assert examine("0" * 64, "a.jpg", 100, head, "image").width is None


def test_a_quicktime_film_is_told_from_an_mp4() -> None:
    assert recognise(FILM) == "video/mp4"
    assert recognise(FILM[:8] + b"qt  " + FILM[12:]) == "video/quicktime"


@pytest.mark.parametrize(
    ("given_", "seen"),
    [
        ("C:\\Users\\me\\fox.png", "fox.png"),
        ("/home/me/fox.png/", "fox.png"),
        ("fo\r\nx\u202e.png", "fox.png"),
        ("", "The file"),
        ("../..", ".."),
        ("a" * 300 + ".png", "a" * 96 + ".png"),
    ],
)
def test_a_name_shows_no_folders_and_nothing_odd(given_: str, seen: str) -> None:
    assert plain(given_) == seen


# How it is kept


@pytest.mark.parametrize("way", ["path", "bytes", "pieces"])
def test_a_file_is_kept_once_under_its_hash(tmp_path: Path, store: MediaStore, way: str) -> None:
    whole = picture("JPEG")
    path = tmp_path / "A fox.jpg"
    path.write_bytes(whole)
    source: Path | bytes | Iterator[bytes] = path if way == "path" else whole
    if way == "pieces":
        source = iter([whole[:100], whole[100:]])
    kept = store.keep(source, "" if way == "path" else "A fox.jpg", "image")
    digest = hashlib.sha256(whole).hexdigest()
    assert kept == Medium(digest, "A fox.jpg", "image/jpeg", len(whole), 320, 300)
    assert store.keep(whole, "again.jpg").sha256 == digest
    assert files(store) == [f"{digest}.jpg"]
    assert store.path(kept).read_bytes() == whole
    found = store.find(digest)
    assert found is not None
    assert (found.type, found.width, found.height) == ("image/jpeg", 320, 300)


@pytest.mark.parametrize("digest", ["0" * 64, "*", "../library", ""])
def test_what_is_not_kept_is_not_found(store: MediaStore, digest: str) -> None:
    assert store.find(digest) is None


@pytest.mark.parametrize("name", ["nowhere.png", "folder", "a\0b", "x" * 5000])
def test_a_path_that_leads_to_no_file_is_said(tmp_path: Path, store: MediaStore, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(MediumRefused, match=r"Nothing was sent and nothing was charged\. C"):
        store.keep(tmp_path / name)


def test_a_folder_that_can_not_be_written_to_is_said(tmp_path: Path, store: MediaStore) -> None:
    (tmp_path / "media").write_text("a file in the folder's place")
    with pytest.raises(LibraryError, match=r"could not be written into the library.*nothing was charged"):
        store.keep(picture())


# Pieces from a page


@pytest.mark.parametrize("step", [500, 100_000, PIECE_MOST])
def test_pieces_in_order_come_to_the_whole(store: MediaStore, step: int) -> None:
    whole = picture()
    kept = sent(store, whole, step=step)
    assert kept is not None
    assert store.path(kept).read_bytes() == whole
    assert files(store) == [kept.file_name]


@pytest.mark.parametrize(
    ("index", "piece", "last", "size"),
    [
        (2, b"x", False, 5000),  # one is missing
        (0, b"x", False, 5000),  # the first comes again
        (1, bytes(4990), False, 5000),  # more than there is
        (1, b"x", True, 5000),  # less than there is
        (1, bytes(PIECE_MOST + 1), False, 9_000_000),
        (1, b"x", False, MOST_BYTES["image"] + 1),
    ],
)
def test_a_piece_that_does_not_fit_ends_it_and_leaves_nothing(
    store: MediaStore, index: int, piece: bytes, last: bool, size: int
) -> None:
    store.piece("u1", 0, picture()[:100], last=False, name="fox.png", size=min(size, 9_000_000), kind="image")
    with pytest.raises(MediumRefused, match="Nothing was sent and nothing was charged"):
        store.piece("u1", index, piece, last=last, name="fox.png", size=size, kind="image")
    with pytest.raises(MediumRefused, match="The beginning of this file is not here any more"):
        store.piece("u1", 1, b"x", last=False, name="fox.png", size=size, kind="image")
    assert files(store) == []


def test_what_a_page_no_longer_wants_is_thrown_away(store: MediaStore) -> None:
    store.piece("u1", 0, b"x" * 100, last=False, name="fox.png", size=5000, kind="image")
    assert len(files(store)) == 1
    store.forget("u1")
    store.forget("u1")
    assert files(store) == []


def test_what_was_abandoned_goes_when_the_next_file_comes(store: MediaStore) -> None:
    store.piece("u0", 0, b"x" * 100, last=False, name="mine.png", size=5000, kind="image")
    (left,) = (store._library / "media").iterdir()
    another = left.with_name(".0123.part")  # of a kernel that died
    another.write_bytes(b"half")
    lately = left.with_name(".4567.part")  # of a kernel that lives
    lately.write_bytes(b"half")
    store._arriving["u0"].at -= 7200
    for path in (left, another):
        os.utime(path, (time.time() - 7200,) * 2)
    kept = sent(store, picture())
    assert kept is not None
    assert files(store) == sorted([kept.file_name, lately.name])


def test_a_page_can_not_fill_the_disk_with_beginnings(store: MediaStore) -> None:
    for number in range(16):
        store.piece(f"u{number}", 0, b"x", last=False, name="fox.png", size=5000, kind="image")
    with pytest.raises(MediumRefused, match="16 files are on their way already"):
        store.piece("one more", 0, b"x", last=False, name="fox.png", size=5000, kind="image")


# Uploads


def test_an_upload_counts_while_the_service_keeps_it_for_half_a_day_more(store: MediaStore) -> None:
    fox, now = store.keep(picture(), "fox.png"), now_ms()
    assert store.fresh(fox.sha256, "practice") is None
    store.uploaded(fox, "practice", "https://h.example/1")
    assert store.fresh(fox.sha256, "practice") == "https://h.example/1"
    assert store.fresh(fox.sha256, "https://api.wavespeed.ai") is None
    limit = now + KEPT_MS - SPARE_MS
    assert store.fresh(fox.sha256, "practice", now=limit - 1000) == "https://h.example/1"
    assert store.fresh(fox.sha256, "practice", now=limit + 60_000) is None
    assert store.fresh(fox.sha256, "practice", now=now - KEPT_MS) is None  # by a clock that was wrong
    store.uploaded(fox, "practice", "https://h.example/2")
    assert store.fresh(fox.sha256, "practice") == "https://h.example/2"


def test_an_old_address_still_tells_which_file_it_was(store: MediaStore) -> None:
    fox = store.keep(picture(), "fox.png")
    for number in (1, 2):
        store.uploaded(fox, "practice", f"https://h.example/{number}")
    store.path(fox).unlink()
    for number in (1, 2):
        assert store.by_url(f"https://h.example/{number}") == Medium(fox.sha256, "fox.png", "image/png", fox.bytes)
    assert store.by_url("https://h.example/3") is None


def test_the_name_for_people_is_that_of_the_latest_upload(store: MediaStore) -> None:
    fox = store.keep(picture(), "fox.png")
    store.uploaded(fox, "practice", "https://h.example/1")
    found = MediaStore(store._engine, store._library).find(fox.sha256)
    assert found is not None
    assert found.name == "fox.png"
    assert min(found.width or 0, found.height or 0) >= LEAST_SIDE
