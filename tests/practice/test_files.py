"""Clips come over HTTP as from a good host: ranges, strong ETags, lengths."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
import requests

from kling_widget.practice import PracticeServer

from .conftest import Caller


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with PracticeServer(tmp_path_factory.mktemp("ledger"), median=0.05, scale=0.2) as server:
        call = Caller(server)
        yield str(call.finished(call.task())["outputs"][0])


@pytest.fixture(scope="module")
def whole(clip: str) -> requests.Response:
    return requests.get(clip, timeout=10)


def test_a_whole_clip_says_what_it_is(whole: requests.Response) -> None:
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert int(whole.headers["Content-Length"]) == len(whole.content)
    assert whole.headers["ETag"] == f'"{hashlib.sha256(whole.content).hexdigest()}"'


def test_head_says_the_same_without_the_bytes(clip: str, whole: requests.Response) -> None:
    head = requests.head(clip, timeout=10)
    assert head.content == b""
    for name in ("Content-Length", "ETag", "Accept-Ranges", "Content-Type"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=10-10", 10, 11),
     ("bytes=5-999999999", 5, None), ("bytes=-999999999", 0, None)],
)  # fmt: skip
def test_a_part_is_206(clip: str, whole: requests.Response, wanted: str, start: int, end: int | None) -> None:
    part = requests.get(clip, headers={"Range": wanted}, timeout=10)
    expected = whole.content[start:end]
    first = start % len(whole.content)
    assert part.status_code == 206
    assert part.content == expected
    assert part.headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{len(whole.content)}"
    assert int(part.headers["Content-Length"]) == len(expected)


@pytest.mark.parametrize("wanted", ["bytes=999999999-", "bytes=-0", "bytes=9-5"])
def test_a_part_that_is_not_there_is_416(clip: str, whole: requests.Response, wanted: str) -> None:
    answer = requests.get(clip, headers={"Range": wanted}, timeout=10)
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(whole.content)}"


@pytest.mark.parametrize("wanted", ["lines=1-2", "bytes=a-b", "bytes=0-1,5-6"])
def test_a_range_that_is_not_understood_gives_the_whole(clip: str, whole: requests.Response, wanted: str) -> None:
    answer = requests.get(clip, headers={"Range": wanted}, timeout=10)
    assert (answer.status_code, answer.content) == (200, whole.content)


def test_if_range_gives_the_part_of_the_same_file_and_the_whole_of_another(clip: str, whole: requests.Response) -> None:
    def ask(etag: str) -> int:
        return requests.get(clip, headers={"Range": "bytes=5-", "If-Range": etag}, timeout=10).status_code

    assert ask(whole.headers["ETag"]) == 206
    assert ask('"another"') == 200


def test_what_is_known_is_304(clip: str, whole: requests.Response) -> None:
    answer = requests.get(clip, headers={"If-None-Match": f'"x", {whole.headers["ETag"]}'}, timeout=10)
    assert (answer.status_code, answer.content) == (304, b"")


def test_an_unknown_clip_is_404_and_needs_no_key(clip: str) -> None:
    assert requests.get(clip.replace("/1.mp4", "/2.mp4"), timeout=10).status_code == 404
    unknown = clip.rsplit("/", 2)[0] + "/" + "0" * 32 + "/1.mp4"
    assert requests.get(unknown, timeout=10).status_code == 404
