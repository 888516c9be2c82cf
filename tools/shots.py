"""Take the panel's picture in every state it has: in a real JupyterLab, on the practice server, into ``shots/``.

``python -m tools.shots`` takes all, ``python -m tools.shots dark narrow`` only those named; scenes.py has the scenes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.browser import chrome
from tests.browser.notebook import Jupyter
from tests.browser.pages import Pages
from tests.browser.server import Server, own_environment, serve
from tools.leftovers import none_left
from tools.scenes import SCENES
from tools.stage import Scene, Stage

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "shots"


def shoot(scenes: Sequence[Scene], server: Server, pages: Pages) -> list[str]:
    """Play a scene once, with a library of its own, and keep its pictures; answer with what the page complained of."""
    first = scenes[0]
    folder = server.root / first.name
    if first.library:
        shutil.copytree(made(first.library, server), folder / "kling_library")
    page, console = pages.lend(), chrome.Console()
    console.listen(page)
    jupyter = Jupyter(server, page, console, folder)
    try:
        notebook = jupyter.open(first.cells, f"{first.name}.ipynb")
        notebook.theme(first.theme)
        if page.locator("#jp-left-stack").is_visible():
            notebook.command("application:toggle-left-area")
        notebook.run_all()
        stage = Stage(notebook)
        stage.settle()
        stage.fit(first.width)
        first.play(stage)
        for scene in scenes:
            notebook.theme(scene.theme)
            stage.fit(scene.width)
            stage.panel.screenshot(path=SHOTS / f"{scene.name}.png")
        notebook.theme("JupyterLab Light")
    except Exception:
        jupyter.keep(SHOTS / f"{first.name}-broken")
        raise
    finally:
        pages.take_back(page, spent=sys.exc_info()[0] is not None)
        console.leave(page)
        server.end_kernels()
        server.forget_theme()  # of a scene that broke off
    return console.faults()


def made(program: str, server: Server) -> Path:
    """Run a program that makes a library, once for each server, and answer with the library's folder."""
    folder = server.root.parent / f"made-{abs(hash(program))}"
    if not folder.exists():
        folder.mkdir()
        environment = own_environment(server.root.parent / "home", {})
        subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment, check=True)
    return folder / "kling_library"


def take(scenes: Sequence[Scene]) -> None:
    """Take pictures in this process; the program fails if a page complained."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as place, serve(Path(place) / "jupyter") as server, chrome.launch() as browser:
        pages = Pages(browser, scale=2)  # twice the pixels: small type is judged as it looks on the screens of today
        for _, group in groupby(scenes, lambda scene: scene.performance):
            together, started = list(group), time.monotonic()
            faults += [f"{together[0].name}: {fault}" for fault in shoot(together, server, pages)]
            names = ", ".join(f"shots/{scene.name}.png" for scene in together)
            print(f"{names} ({time.monotonic() - started:.0f} s)", flush=True)
        pages.close()
    if faults:
        sys.exit("The page complained:\n" + "\n".join(faults))


def take_all() -> None:
    """Take all pictures, in two processes at once: those of a library that is made before, and the others."""
    shutil.rmtree(SHOTS, ignore_errors=True)
    running = []
    for with_library in (True, False):
        names = [scene.name for scene in SCENES if bool(scene.library) == with_library]
        running.append(subprocess.Popen([sys.executable, "-m", "tools.shots", *names], cwd=ROOT))
    if max([process.wait() for process in running]):
        sys.exit("Some pictures could not be taken, or their pages complained.")


def main(names: Sequence[str]) -> None:
    """Take the pictures that are named, or all."""
    known = {scene.name: scene for scene in SCENES}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"No scene is called {', '.join(unknown)}. There are: {', '.join(known)}.")
    with none_left():
        if names:
            SHOTS.mkdir(exist_ok=True)
            take([known[name] for name in names])
        else:
            take_all()


if __name__ == "__main__":
    main(sys.argv[1:])
