"""Pictures and videos in a real page: chosen, dropped, pasted, named; too small ones are refused."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, expect

from tests.clips import mp4

from .notebook import Jupyter, Notebook

CELL = """
from pathlib import Path
import ipywidgets as w
from kling_widget.service.client import Client
from kling_widget.engine.uploader import Uploader
from kling_widget.practice import PracticeServer
from kling_widget.settings import Key
from kling_widget.store import Store
from kling_widget.store.media import MediaStore
from kling_widget.widgets.media.media import Media
folder = Path("library").absolute()
folder.mkdir(exist_ok=True)
server = PracticeServer(folder / "practice", as_live=True).__enter__()
client = Client(server.url, Key("play"))
uploader = Uploader(MediaStore(Store.in_folder(folder)._engine, folder), lambda service: client)
def slot(name, label, most=1, kind="image", required=False, help=""):
    return {"name": name, "label": label, "kind": kind, "most": most, "required": required, "help": help}
face = Media(lambda: uploader, "practice", slots=[
    slot("image", "First picture", required=True, help="The first frame."),
    slot("end_image", "Last picture", help="The last frame."),
    slot("images", "Pictures", most=7, help="Pictures to refer to, at most 7."),
    slot("video", "Video", kind="video"),
])
box = w.VBox([face]); box.add_class("kw").add_class("kw-studio"); box
"""
URLS = "import time; time.sleep(0.5)\nprint('URLS', face.ready, 'WAITING', face.waiting())"


def png(folder: Path, name: str, width: int = 480, height: int = 320, shade: int = 90) -> Path:
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    picture.paste((shade, 60, 40), (width // 4, height // 4, width // 2, height // 2))
    path = folder / name
    picture.save(path)
    return path


def opened(jupyter: Jupyter) -> tuple[Notebook, Locator]:
    notebook = jupyter.open([CELL, URLS])
    notebook.run(0)
    return notebook, jupyter.page.locator(".kw-media")


def slot(face: Locator, name: str) -> Locator:
    return face.locator(f'[data-slot="{name}"]')


def choose(face: Locator, name: str, *paths: Path) -> Locator:
    place = slot(face, name)
    place.locator("input[type=file]").set_input_files([str(path) for path in paths])
    return place


def drawn(item: Locator) -> None:
    """A thumbnail is a picture that has been read."""
    expect(item.locator("img")).to_have_js_property("complete", True)
    assert item.locator("img").evaluate("img => img.naturalWidth") > 0


def test_a_picture_is_chosen_seen_and_uploaded_and_seen_again_in_another_page(jupyter: Jupyter, tmp_path: Path) -> None:
    notebook, face = opened(jupyter)
    fox = choose(face, "image", png(tmp_path, "fox.png")).locator(".kw-medium")
    drawn(fox)
    expect(fox).to_have_attribute("data-state", "ready")
    expect(fox).to_contain_text("fox.png")
    small = choose(face, "end_image", png(tmp_path, "small.png", 480, 299))
    expect(small.locator(".kw-media-status")).to_have_text(
        "small.png has 480 x 299 pixels; the models take pictures from 300 x 300. Choose a larger one."
    )
    expect(small.locator(".kw-medium")).to_have_count(0)
    slot(face, "end_image").get_by_role("button", name="Last picture: name a path or an address").click()
    face.page.keyboard.type("https://pictures.example/a/wolf.png")
    face.page.keyboard.press("Enter")
    wolf = slot(face, "end_image").locator(".kw-medium")
    expect(wolf).to_contain_text("wolf.png")
    expect(wolf).to_have_attribute("data-state", "url")
    expect(small.locator(".kw-media-status")).to_have_text("")

    film = tmp_path / "film.mp4"
    film.write_bytes(mp4())
    expect(choose(face, "video", film).locator(".kw-medium")).to_have_attribute("data-state", "ready")

    notebook.run(1)
    said = notebook.output(1).inner_text()
    assert "'image': 'http://127.0.0.1" in said
    assert "'end_image': 'https://pictures.example/a/wolf.png'" in said
    assert "WAITING []" in said

    notebook.save()
    notebook.reload()
    drawn(slot(face, "image").locator(".kw-medium"))  # by the kernel, which kept it


def test_several_pictures_are_dropped_pasted_ordered_and_removed_by_the_keyboard(
    jupyter: Jupyter, tmp_path: Path
) -> None:
    _, face = opened(jupyter)
    pictures = choose(face, "images", png(tmp_path, "a.png", shade=10), png(tmp_path, "b.png", shade=20))
    items = pictures.locator(".kw-medium")
    names = pictures.locator(".kw-medium-name")
    expect(pictures.locator('[data-state="ready"]')).to_have_count(2)

    for event, name in (("drop", "c.png"), ("paste", "d.png")):
        content = io.BytesIO(png(tmp_path, name, shade=len(name) + ord(name[0])).read_bytes()).getvalue()
        pictures.get_by_role("button", name="Pictures: choose pictures").evaluate(
            """(el, [event, name, bytes]) => {
              const given = new DataTransfer();
              given.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
              const how = { bubbles: true, cancelable: true };
              el.dispatchEvent(event === "drop" ? new DragEvent("drop", { ...how, dataTransfer: given })
                : new ClipboardEvent("paste", { ...how, clipboardData: given }));
            }""",
            [event, name, list(content)],
        )
        expect(items.filter(has_text=name)).to_have_attribute("data-state", "ready")
    expect(names).to_have_text(["a.png", "b.png", "c.png", "d.png"])
    expect(pictures.locator(".kw-media-count")).to_have_text("4 of 7")

    items.filter(has_text="d.png").get_by_role("button", name="Move before").press("Enter")
    expect(names).to_have_text(["a.png", "b.png", "d.png", "c.png"])
    items.first.get_by_role("button", name="Remove").press("Enter")
    expect(names).to_have_text(["b.png", "d.png", "c.png"])
    assert face.page.evaluate("document.activeElement.closest('.kw-medium')?.title") == "b.png"
    choose(face, "images", *(png(tmp_path, f"{n}.png", shade=200 + n) for n in range(5)))
    expect(pictures.locator(".kw-media-status")).to_contain_text("at most 7. The first 4 of 5 are taken.")
    expect(pictures.locator('[data-state="ready"]')).to_have_count(7)
    expect(pictures.locator(".kw-media-drop")).to_be_hidden()
