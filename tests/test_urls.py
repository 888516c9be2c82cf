"""Which URLs are accepted, and for what: one policy, whoever gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from traitlets import TraitError

from kling_widget import Builder, Library, RequestError, generate, urls
from kling_widget.errors import KlingError, MediumRefused, SettingsError
from kling_widget.library.foreign_story import public
from kling_widget.request.catalog import bundled
from kling_widget.request.elements import as_inputs
from kling_widget.service.client import Client
from kling_widget.settings import Key
from kling_widget.widgets.media.entries import checked, of_address
from kling_widget.widgets.studio.saved_draft import held

FOX = "https://pictures.example/fox.png"
IMAGE_MODEL = next(model for model in bundled() if "image" in model.fields and model.kind == "image-to-video")

NO_INPUTS = [
    "ftp://pictures.example/fox.png",
    "file:///etc/passwd",
    "https://me:pw@pictures.example/fox.png",
    "https://me@pictures.example/fox.png",
    "https://",
    "https://[::1",
    "https://pictures.example:0/fox.png",
    "https://pictures.example:port/fox.png",
    "https://pictures.example/a fox.png",
    "https://pictures.example/" + "x" * 2000,
    "data:image/png;base64,iVBORw0KGgo=",
]


@pytest.mark.parametrize("url", [FOX, "HTTPS://pictures.example/fox.png", "http://127.0.0.1:8765/fox.png?a=1#b"])
def test_a_picture_may_lie_anywhere_on_the_web(url: str) -> None:
    assert urls.is_input(url)
    assert checked(url) == url
    assert as_inputs("Mara", "A dancer", [url])["image"] == url
    assert public({"image": url}) == {"image": url}


@pytest.mark.parametrize("url", NO_INPUTS)
def test_what_no_service_could_fetch_or_holds_a_password_is_refused_wherever_it_is_given(
    url: str, tmp_path: Path
) -> None:
    assert not urls.is_input(url)
    with pytest.raises(KlingError, match="without a password"):
        checked(url)
    with pytest.raises(RequestError, match="without a password"):
        as_inputs("Mara", "A dancer", [url])
    library = Library(tmp_path / "library")
    with pytest.raises(MediumRefused, match=r"without a password\. .*nothing was charged"):
        generate("A fox", library=library, practice=True, model=IMAGE_MODEL.id, image=url)
    assert len(library.takes()) == 0
    builder = Builder(model=IMAGE_MODEL.id)
    with pytest.raises(TraitError, match="without a password"):
        builder.image = url
    assert builder.image in ("", None)


@pytest.mark.parametrize("url", NO_INPUTS)
def test_neither_a_clip_nor_a_draft_passes_such_a_url_on(url: str) -> None:
    assert public({"image": url, "images": [url, FOX]}) == {"images": [FOX]}
    assert held(IMAGE_MODEL, {"image": url})["image"] == ""
    assert of_address(url)["url"] == url  # what an earlier version kept is still shown


@pytest.mark.parametrize("url", ["", "fox.png", "clip-12:30.png", "C:\\fox.png", "/home/me/fox.png", "~/fox.png"])
def test_a_path_is_no_url(url: str) -> None:
    assert not urls.has_scheme(url)
    assert not urls.is_web(url)


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("http://service.example", "not https"),
        ("https://me:pw@service.example", "no address of a service"),
        ("https://service.example/api", "no address of a service"),
        ("https://service.example:0", "no address of a service"),
        ("service.example", "no address of a service"),
    ],
)
def test_a_key_goes_to_an_origin_only_and_encrypted(origin: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Client(origin, Key("k" * 40))


@pytest.mark.parametrize(
    ("url", "service", "fetched"),
    [
        ("https://cdn.example/1.mp4", "https://service.example", True),
        ("http://cdn.example/1.mp4", "https://service.example", False),
        ("http://127.0.0.1:1/1.mp4", "http://127.0.0.1:1", True),
        ("http://127.0.0.1:2/1.mp4", "http://127.0.0.1:1", False),
        ("https://127.0.0.1/1.mp4", "https://service.example", False),
        ("https://[::ffff:10.0.0.1]/1.mp4", "https://service.example", False),
        ("https://localhost/1.mp4", "https://service.example", False),
        ("https://me@cdn.example/1.mp4", "https://service.example", False),
        ("https://[::1", "https://service.example", False),
        ("https:///1.mp4", "https://service.example", False),
    ],
)
def test_a_service_names_its_own_origin_or_a_public_host(url: str, service: str, fetched: bool) -> None:
    assert urls.may_be_fetched(url, service) is fetched


@pytest.mark.parametrize(("value", "web"), [(FOX, True), ("https://", False), (None, False), (7, False)])
def test_only_texts_with_a_host_are_urls(value: Any, web: bool) -> None:
    assert urls.is_web(value) is web
