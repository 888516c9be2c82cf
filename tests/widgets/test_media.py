"""The places for pictures and videos, without a page: what is asked of them, and what a request may say."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kling_widget.engine.uploader import Uploader
from kling_widget.errors import KlingError
from kling_widget.practice import PracticeServer
from kling_widget.service.client import Client
from kling_widget.settings import Key
from kling_widget.store import Store
from kling_widget.store.media import MediaStore, media
from kling_widget.widgets.media.entries import amended, checked, entry, moved, of_address, put, without
from kling_widget.widgets.media.media import Media
from tests.clips import mp4

from ..patience import PATIENCE_S, until

SERVICE = "practice"


def slot(name: str, most: int = 1, kind: str = "image") -> dict[str, Any]:
    return {"name": name, "label": name.title(), "kind": kind, "most": most, "required": False, "help": ""}


SLOTS = [slot("image"), slot("images", 3), slot("video", kind="video")]


class Page:
    """What a page does: it sends commands with bytes, and hears answers and theirs."""

    def __init__(self, face: Media) -> None:
        self.face, self.count = face, 0
        self.heard: list[tuple[dict[str, Any], list[bytes]]] = []
        face.send = lambda content, buffers=None: self.heard.append((content, list(buffers or ())))

    def tell(self, kind: str, place: str = "image", buffers: Sequence[bytes] = (), **fields: Any) -> dict[str, Any]:
        self.count += 1
        self.face._receive(self.face, {"id": f"c{self.count}", "kind": kind, "slot": place, **fields}, list(buffers))
        return self.heard[-1][0]

    def bring(self, whole: bytes, name: str = "fox.png", place: str = "image", upload: str = "") -> dict[str, Any]:
        """Send a file in three pieces; gives the last answer."""
        step, answer = max(1, -(-len(whole) // 3)), dict[str, Any]()
        for index, at in enumerate(range(0, len(whole), step)):
            how = {"upload": upload or f"u{name}", "index": index, "name": name, "size": len(whole)}
            answer = self.tell("piece", place, [whole[at : at + step]], last=at + step >= len(whole), **how)
            if not answer["ok"]:
                break
        return answer


def picture(shade: int = 90, height: int = 300) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, height), (shade, 40, 60)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "service", as_live=True) as running:
        yield running


@pytest.fixture
def uploader(tmp_path: Path, server: PracticeServer) -> Iterator[Uploader]:
    client = Client(server.url, Key("play"))
    store = MediaStore(Store.in_folder(tmp_path)._engine, tmp_path)
    running = Uploader(store, lambda service: client, again_s=())
    yield running
    running.close()


@pytest.fixture
def face(uploader: Uploader) -> Media:
    return Media(lambda: uploader, SERVICE, slots=SLOTS)


@pytest.fixture
def page(face: Media) -> Page:
    return Page(face)


def states(face: Media, place: str = "image") -> list[str]:
    return [one["state"] for one in face.value.get(place, ())]


def settled(face: Media) -> None:
    until(lambda: not face.waiting())


def test_a_file_that_comes_in_pieces_is_uploaded_and_named_in_the_request(
    face: Media, page: Page, server: PracticeServer
) -> None:
    server.faults.add(call="put", hang=0.3)
    answer = page.bring(picture())
    assert answer["ok"]
    (shown,) = face.value["image"]
    assert (shown["id"], shown["name"], shown["state"]) == (answer["medium"], "fox.png", "uploading")
    assert (shown["type"], shown["bytes"], shown["upload"]) == ("image/png", len(picture()), "ufox.png")
    assert (face.waiting(), face.ready) == (["image"], {})
    settled(face)
    assert states(face) == ["ready"]
    assert face.ready["image"].startswith(server.url)


def test_a_file_on_its_way_from_the_page_is_waited_for(face: Media, page: Page) -> None:
    page.tell("piece", buffers=[b"\x89PNG"], upload="u1", index=0, last=False, name="fox.png", size=900)
    assert face.waiting() == ["image"]
    page.tell("remove", medium="u1")
    assert face.waiting() == []
    assert "not here any more" in page.tell("piece", buffers=[b"x"], upload="u1", index=1, name="f", size=900)["error"]


@pytest.mark.parametrize(
    ("whole", "place", "words"),
    [
        (picture(height=200), "image", "fox.png has 320 x 200 pixels"),
        (b"<html>" * 9, "image", "fox.png is not a JPEG, PNG or WebP picture"),
        (mp4(), "image", "but MP4"),
        (picture(), "video", "is not an MP4 or MOV video, but PNG"),
        (picture(), "sound", "takes no 'sound'"),
    ],
)
def test_what_can_not_be_used_is_an_answer_in_words(
    face: Media, page: Page, whole: bytes, place: str, words: str
) -> None:
    answer = page.bring(whole, place=place)
    assert words in answer["error"]
    assert "Nothing was sent" in answer["error"]
    assert (face.value, face.waiting()) == ({}, [])


def test_one_picture_takes_the_place_of_another_and_several_stand_in_order(face: Media, page: Page) -> None:
    for shade in (1, 2):
        page.bring(picture(shade), f"{shade}.png")
    assert [one["name"] for one in face.value["image"]] == ["2.png"]
    for shade in (1, 2, 3, 1):
        page.bring(picture(shade), f"{shade}.png", "images", f"u{shade}")
    assert [one["name"] for one in face.value["images"]] == ["1.png", "2.png", "3.png"]
    assert "at most 3" in page.bring(picture(9), "9.png", "images")["error"]
    first = face.value["images"][0]["id"]
    page.tell("move", "images", medium=first, to=2)
    assert [one["name"] for one in face.value["images"]] == ["2.png", "3.png", "1.png"]
    settled(face)
    assert face.ready["images"] == [one["url"] for one in face.value["images"]]
    page.tell("remove", "images", medium=first)
    assert len(face.ready["images"]) == 2


@pytest.mark.parametrize(
    "address", ["https://pictures.example/a/fox.png?x=1", "http://127.0.0.1:8765/uploads/1/fox.png"]
)
def test_an_address_is_taken_as_it_is(face: Media, page: Page, address: str) -> None:
    assert page.tell("place", text=f" {address} ")["ok"]
    (shown,) = face.value["image"]
    assert (shown["id"], shown["name"], shown["state"], shown["url"]) == (address, "fox.png", "url", address)
    assert (face.ready, face.waiting()) == ({"image": address}, [])


@pytest.mark.parametrize(
    "text",
    ["file:///etc/passwd", "ftp://h.example/x", "https://me:secret@h.example/x", "https://", "https://h.example/a b",
     "data:image/png;base64,AAAA", "https://[x/", "https://h.example/" + "a" * 3000, ""],
)  # fmt: skip
def test_what_no_service_could_fetch_is_refused(face: Media, page: Page, text: str) -> None:
    assert "https://" in page.tell("place", text=text)["error"]
    assert face.value == {}


def test_a_path_is_read_by_the_kernel_in_the_background(face: Media, page: Page, tmp_path: Path) -> None:
    path = tmp_path / "wolf.png"
    path.write_bytes(picture(7))
    assert page.tell("place", "images", text=str(path))["ok"]
    until(lambda: states(face, "images") == ["ready"])
    assert face.value["images"][0]["name"] == "wolf.png"
    page.tell("place", "images", text=str(path))  # the same once more
    until(lambda: states(face, "images") == ["ready"])


def test_a_path_that_leads_nowhere_is_said_beside_its_place(face: Media, page: Page, tmp_path: Path) -> None:
    page.tell("place", text=str(tmp_path / "none.png"))
    until(lambda: face.problem)
    assert face.problem["image"].startswith("There is no file")
    assert states(face) == []
    page.tell("place", text="https://pictures.example/fox.png")
    assert face.problem == {}


def test_what_is_wrong_with_the_request_stands_beside_its_place_too(face: Media, page: Page, tmp_path: Path) -> None:
    face.show_problems({"image": "The model needs one.", "prompt": "Too long."})
    assert face.problem == {"image": "The model needs one."}
    page.tell("place", text=str(tmp_path / "none.png"))
    until(lambda: "There is no file" in face.problem["image"])
    face.show_problems({})
    assert "There is no file" in face.problem["image"]


def test_an_upload_that_failed_says_why_and_is_tried_again_by_a_click(
    face: Media, page: Page, server: PracticeServer
) -> None:
    server.faults.add(call="put", cut=-1)
    known = page.bring(picture())["medium"]
    until(lambda: states(face) == ["failed"])
    assert "nothing was charged" in face.value["image"][0]["problem"]
    assert (face.waiting(), face.ready) == (["image"], {})
    page.tell("again", medium=known)
    settled(face)
    assert face.value["image"][0]["problem"] == ""
    assert "image" in face.ready


def test_what_was_removed_does_not_come_back_when_its_upload_ends(
    face: Media, page: Page, server: PracticeServer, uploader: Uploader
) -> None:
    server.faults.add(call="put", hang=0.3)
    page.tell("remove", medium=page.bring(picture())["medium"])
    over = threading.Event()
    uploader.later(over.set)
    assert over.wait(PATIENCE_S)
    assert face.value == {"image": []}


def test_a_kept_picture_is_shown_and_nothing_else_is_given(face: Media, page: Page, tmp_path: Path) -> None:
    known = page.bring(picture())["medium"]
    film = page.bring(mp4(), "film.mp4", "video")["medium"]
    assert page.tell("picture", medium=known)["type"] == "image/png"
    assert page.heard[-1][1] == [picture()]
    page.tell("remove", medium=known)
    for other in (known, film, "../library.db", "*"):
        page.tell("picture", medium=other)
        assert page.heard[-1][1] == []


def test_a_takes_inputs_are_shown_again_and_made_good_again(
    face: Media, page: Page, uploader: Uploader, server: PracticeServer
) -> None:
    page.bring(picture())
    settled(face)
    inputs = {**face.ready, "images": ["https://pictures.example/a.png"], "prompt": "A fox"}
    again = Media(lambda: uploader, SERVICE, slots=SLOTS)
    again.hold(inputs)
    assert (again.waiting(), again.ready) == ([], {name: inputs[name] for name in ("image", "images")})
    with uploader.store._engine.begin() as connection:
        connection.execute(media.update().values(uploaded_at=0))
    again.hold(inputs)
    assert again.value["image"][0]["name"] == "fox.png"
    assert again.value["video"] == []
    settled(again)
    assert again.ready["images"] == inputs["images"]
    assert again.ready["image"].startswith(server.url)
    assert again.ready["image"] != inputs["image"]
    uploader.store.path(uploader.store.keep(picture())).unlink()
    again.hold(inputs)  # its file is gone: the address is all there is
    assert again.ready == {"image": inputs["image"], "images": inputs["images"]}


def test_what_the_service_is_about_to_throw_away_is_uploaded_again(face: Media, page: Page, uploader: Uploader) -> None:
    page.bring(picture())
    settled(face)
    before = face.ready
    face.renew()
    assert (face.waiting(), face.ready) == ([], before)
    with uploader.store._engine.begin() as connection:
        connection.execute(media.update().values(uploaded_at=0))
    face.renew()
    assert face.waiting() == ["image"] or face.ready != before
    settled(face)
    assert face.ready != before
    uploader.store.path(uploader.store.keep(picture())).unlink()
    with uploader.store._engine.begin() as connection:
        connection.execute(media.update().values(uploaded_at=0))
    face.renew()
    assert "not in the library any more" in face.value["image"][0]["problem"]


def test_another_models_places_keep_what_they_have_has_place_for(face: Media, page: Page) -> None:
    page.tell("place", text="https://pictures.example/fox.png")
    page.tell("place", "images", text="https://pictures.example/wolf.png")
    face.fit([slot("images", 4), slot("video", kind="video")])
    assert face.ready == {"images": ["https://pictures.example/wolf.png"]}
    assert "takes no 'image'" in page.tell("place", text="https://pictures.example/fox.png")["error"]


def test_no_change_is_lost_between_threads(face: Media) -> None:
    face.fit([slot("images", 1000)])

    def work(number: int) -> None:
        for n in range(40):
            url = f"https://pictures.example/{number}/{n}.png"
            face._put(face.slots[0], of_address(url))
            if n % 2:
                face._amend("images", url, problem="seen")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(face.ready["images"]) == 160
    assert sum(one["problem"] == "seen" for one in face.value["images"]) == 80


def test_the_trait_holds_no_bytes_and_no_path(face: Media, page: Page, tmp_path: Path) -> None:
    path = tmp_path / "secret folder" / "wolf.png"
    path.parent.mkdir()
    path.write_bytes(picture())
    page.tell("place", text=str(path))
    settled(face)
    until(lambda: states(face) == ["ready"])
    assert "secret folder" not in str(face.get_state())
    assert all(not isinstance(held, (bytes, memoryview)) for held in face.value["image"][0].values())


ENTRIES = st.lists(st.integers(0, 9), unique=True).map(lambda ids: [entry(str(n), f"{n}.png", "ready") for n in ids])


@given(ENTRIES, st.integers(0, 9).map(str), st.integers(-3, 12))
def test_moving_loses_nothing_and_removing_loses_one(entries: list[dict[str, Any]], known: str, to: int) -> None:
    after = moved(entries, known, to)
    assert sorted(one["id"] for one in after) == sorted(one["id"] for one in entries)
    assert [one for one in after if one["id"] != known] == without(entries, known)
    assert all(one["url"] == "x" for one in amended(entries, known, url="x") if one["id"] == known)
    twice = put(put(entries, entry(known, "new", "url"), 7), entry(known, "newer", "url"), 7)
    assert [one["name"] for one in twice if one["id"] == known] == ["newer"]
    assert without(twice, known) == without(entries, known)


def test_an_address_without_a_path_is_called_by_its_host() -> None:
    assert of_address(checked("https://pictures.example"))["name"] == "pictures.example"
    with pytest.raises(KlingError, match="Change it"):
        checked("https://pictures.example:port\\x/")
