"""Take the panel's picture in every state it has: in a real JupyterLab, on the practice server, into ``shots/``.

``python -m tools.shots`` takes all, ``python -m tools.shots dark narrow`` only those named; scenes.py has the scenes.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import chrome
from tests.browser.notebook import Jupyter
from tests.browser.server import Server, serve
from tools.scenes import SCENES
from tools.stage import Scene, Stage

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "shots"


def shoot(scene: Scene, server: Server, browser: Browser) -> list[str]:
    """Play a scene in a page and a library of its own and keep its picture; answer with what the page complained of."""
    folder = server.root / scene.name
    folder.mkdir()
    # Twice the pixels: small type is judged as it looks on the screens of today.
    context = browser.new_context(viewport={"width": 1600, "height": 1200}, device_scale_factor=2)
    page = context.new_page()
    console = chrome.Console()
    console.listen(page)
    jupyter = Jupyter(server, page, console, folder)
    try:
        notebook = jupyter.open(scene.cells, f"{scene.name}.ipynb")
        notebook.theme(scene.theme)
        notebook.command("application:toggle-left-area")
        notebook.run_all()
        stage = Stage(notebook)
        stage.fit(scene.width)
        scene.play(stage)
        stage.fit(scene.width)
        stage.panel.screenshot(path=SHOTS / f"{scene.name}.png")
    except Exception:
        jupyter.keep(SHOTS / f"{scene.name}-broken")
        raise
    finally:
        context.close()
        server.end_kernels()
    return console.faults()


def main(names: Sequence[str]) -> None:
    """Take the pictures; the program fails if a page complained."""
    known = {scene.name: scene for scene in SCENES}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"No scene is called {', '.join(unknown)}. There are: {', '.join(known)}.")
    if not names:
        shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(exist_ok=True)
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as place, serve(Path(place) / "jupyter") as server, chrome.launch() as browser:
        for name in names or known:
            started = time.monotonic()
            faults += [f"{name}: {fault}" for fault in shoot(known[name], server, browser)]
            print(f"shots/{name}.png ({time.monotonic() - started:.0f} s)", flush=True)
    if faults:
        sys.exit("The page complained:\n" + "\n".join(faults))


if __name__ == "__main__":
    main(sys.argv[1:])
