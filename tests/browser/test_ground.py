"""The ground carries: widgets live, clips play, a restart and a reload are what they are for a person."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Route, expect

from .notebook import CellFailed, Jupyter

SLIDER = """
import ipywidgets
slider = ipywidgets.IntSlider(value=7, max=20, description="Seconds")
slider
"""
CLIP = """
from IPython.display import HTML
HTML('<video muted controls preload="metadata" src="clip.mp4"></video>')
"""
UNHAPPY = """
import anywidget
class Unhappy(anywidget.AnyWidget):
    _esm = '''export default { render({ el }) {
        console.error("said aloud");
        setTimeout(() => { throw new Error("thrown later"); });
        el.append("here I am");
    } }'''
Unhappy()
"""
HOSTS = pytest.mark.parametrize("host", ["lab", "notebook"], indirect=True)


def write_clip(path: Path, width: int = 320, height: int = 180, seconds: int = 2, rate: int = 24) -> None:
    """Write an H.264 clip whose frames grow brighter (sizes in pixels, rate in frames per second)."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * rate):
            image = np.full((height, width, 3), number * 255 // (seconds * rate), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())


@HOSTS
def test_a_widget_is_drawn_and_moves(jupyter: Jupyter) -> None:
    notebook = jupyter.open([SLIDER, "slider.value = 12"])
    notebook.run_all()
    expect(notebook.output(0).locator(".widget-readout")).to_have_text("12")


@HOSTS
def test_a_clip_beside_the_notebook_plays(jupyter: Jupyter) -> None:
    write_clip(jupyter.folder / "clip.mp4")
    notebook = jupyter.open([CLIP])
    notebook.run_all()
    video = notebook.output(0).locator("video")
    video.evaluate("video => video.play()")
    jupyter.page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    width, height, duration = video.evaluate("v => [v.videoWidth, v.videoHeight, v.duration]")
    assert (width, height) == (320, 180)
    assert duration == pytest.approx(2, abs=0.1)


def test_a_restart_forgets_what_the_kernel_knew_and_a_reload_does_not(jupyter: Jupyter) -> None:
    notebook = jupyter.open(["known = 42", "print('known' in globals())"])
    notebook.run_all()
    notebook.reload()
    notebook.run(1)
    assert notebook.saved()["cells"][1]["outputs"][0]["text"] == "True\n"
    notebook.restart_kernel()
    notebook.run(1)
    assert notebook.saved()["cells"][1]["outputs"][0]["text"] == "False\n"


def test_a_theme_is_kept_by_a_reload(jupyter: Jupyter) -> None:
    notebook = jupyter.open(["1"])
    notebook.theme("JupyterLab Dark")
    notebook.save()
    notebook.reload()
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")


def test_and_forgotten_by_the_next_test(jupyter: Jupyter) -> None:
    notebook = jupyter.open(["1"])
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-light", "true")


def test_a_notebook_that_the_host_opens_without_a_kernel_is_opened_once_more(jupyter: Jupyter) -> None:
    asked: list[str] = []

    def refuse_the_first(route: Route) -> None:
        if route.request.method != "POST" or asked:
            return route.fallback()
        asked.append(route.request.url)
        return route.fulfill(status=500, json={"message": "no kernel today"})

    jupyter.page.route("**/api/sessions?*", refuse_the_first)
    notebook = jupyter.open(["print(6 * 7)"])
    notebook.run_all()
    assert len(asked) == 1
    assert notebook.saved()["cells"][0]["outputs"][0]["text"] == "42\n"


def test_a_failing_cell_fails_the_test(jupyter: Jupyter) -> None:
    notebook = jupyter.open(["1 / 0"])
    with pytest.raises(CellFailed, match="ZeroDivisionError"):
        notebook.run_all()


def test_a_widget_that_throws_is_heard(jupyter: Jupyter) -> None:
    notebook = jupyter.open([UNHAPPY])
    notebook.run_all()
    expect(notebook.output(0).get_by_text("here I am")).to_be_visible()
    jupyter.page.wait_for_timeout(200)
    assert "said aloud" in "".join(jupyter.console.faults())
    assert "thrown later" in "".join(jupyter.console.faults())
    jupyter.console.forgive("said aloud|thrown later")


def test_the_kernel_has_no_key_and_no_library_of_the_person(jupyter: Jupyter) -> None:
    notebook = jupyter.open(["import os; print([n for n in os.environ if n.startswith(('KLING', 'WAVESPEED'))])"])
    notebook.run_all()
    assert notebook.saved()["cells"][0]["outputs"][0]["text"] == "[]\n"
