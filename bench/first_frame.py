"""From running a cell to the first frame of a finished clip, by each route, and what that leaves in the notebook."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal

import av
import numpy as np
from playwright.sync_api import Browser

from kling_widget.practice import PracticeServer
from kling_widget.request.catalog import O3_PRO
from kling_widget.service.client import Client
from kling_widget.settings import Key
from kling_widget.store import Store
from kling_widget.store.record import fresh_id, now_ms
from tests.browser import chrome
from tests.browser.notebook import Notebook, write
from tests.browser.server import Server, serve
from tests.made import a_record, write_clip

from .table import Cell, Table, spread

TITLE = "A finished clip of 28 MB: to its first frame in JupyterLab, and the notebook it leaves"

ROUNDS = 5
SECONDS, WIDTH, HEIGHT, RATE = 10, 1920, 1080, 24
BYTES = 28_000_000
Route = Literal["files", "bytes", "service"]

_IMPORTS = """
from pathlib import Path
from IPython.display import Video
from kling_widget import Library
from kling_widget.widgets.player import Player
import kling_widget.widgets.studio
"""
_SCREEN = "Player(Library({folder!r}).takes()[0])"

# From giving the command until a frame of the clip was painted. Where no frame callback comes (nothing plays), a frame
# that is there is painted with the page's next one. What the notebook keeps of a screen has a hidden video too.
_FIRST_FRAME = """async ([at, within]) => {
  const app = window.jupyterapp;
  const panel = [...app.shell.widgets("main")].find((one) => one.sessionContext && one.content?.widgets);
  panel.content.activeCellIndex = at;
  panel.content.deselectAll();
  const place = `.jp-Notebook-cell[data-windowed-list-index="${at}"] .jp-Cell-outputArea video:not(.kw-still video)`;
  const frame = () => new Promise(requestAnimationFrame);
  const began = performance.now();
  let shown = 0;
  let asked = null;
  app.commands.execute("notebook:run-cell");
  while (!shown && performance.now() - began < within) {
    await frame();
    const video = document.querySelector(place);
    if (video && video !== asked) (asked = video).requestVideoFrameCallback(() => { shown ||= performance.now(); });
    if (!shown && video?.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !video.seeking) {
      await frame();
      await frame();
      shown ||= performance.now();
    }
  }
  const card = asked?.closest(".kw-screen-card");
  for (let n = 0; card && !card.dataset.route && n < 100; n++) await frame(); // a small clip is painted first
  return { ms: shown ? shown - began : -1, route: card?.dataset.route ?? "", width: asked?.videoWidth ?? 0 };
}"""
_WITHIN_MS = 60_000


@dataclass
class Case:
    """A cell that shows the clip, by which route it should come (empty: not ours), and what was measured."""

    source: str
    route: Route | Literal[""] = ""
    first_ms: list[float] = field(default_factory=list)
    grown_kb: list[float] = field(default_factory=list)


def write_noise(path: Path) -> None:
    """Write a clip of about ``BYTES``: noise over a slow gradient, which H.264 can't make small."""
    draw = np.random.default_rng(1)
    rows = np.linspace(40, 200, HEIGHT, dtype=np.float32)[:, None, None]
    noise = [draw.integers(-20, 20, (HEIGHT, WIDTH, 1), dtype=np.int16) for _ in range(6)]
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "nal-hrd": "cbr"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate = BYTES * 8 // SECONDS
        for number in range(SECONDS * RATE):
            picture = np.clip(np.roll(noise[number % 6], 7 * number, 1) + rows, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.repeat(picture, 3, 2), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def keep(folder: Path, clip: bytes, *, address: str = "") -> Path:
    """Make a library whose one take has this clip, or whose clip only the service has; gives where its file is."""
    at, take = now_ms(), fresh_id(now_ms())
    path = folder / "takes" / f"{take}.mp4"
    path.parent.mkdir(parents=True)
    if not address:
        path.write_bytes(clip)
    record = a_record(
        id=take,
        at=at,
        saved_at=now_ms(),
        finished_at=at,
        outputs=json.dumps([address]) if address else "",
        inputs={"duration": SECONDS},
        file=f"takes/{path.name}",
        bytes=len(clip),
        sha256=hashlib.sha256(clip).hexdigest(),
        width=WIDTH,
        height=HEIGHT,
    )
    store = Store.in_folder(folder)
    store.add(record)
    store.close()
    return path


def at_service(server: PracticeServer, clip: bytes) -> str:
    """Put the clip where a practice server keeps one that it made; gives its address."""
    client = Client(server.url, Key("bench"))
    client.submit(O3_PRO, {"prompt": "Noise", "duration": 3})
    while True:
        found = client.recent().tasks
        if found and found[0].status == "completed" and (made := client.result(found[0].id)).urls:
            break
        time.sleep(0.1)
    client.close()
    server.service.clip(made.id).write_bytes(clip)
    return made.urls[0]


def measure(server: Server, browser: Browser, name: str, case: Case) -> None:
    """Show the clip once, in a fresh page with a fresh kernel that has imported everything."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        path = server.root / f"{name}.ipynb"
        write(path, [_IMPORTS, case.source])
        shown = Notebook(context.new_page(), server, path, "lab")
        shown.open()
        shown.run(0)
        before = path.stat().st_size
        found = shown.page.evaluate(_FIRST_FRAME, [1, _WITHIN_MS])
        shown.wait_until_idle()
        if found["ms"] < 0 or found["route"] != case.route or not found["width"]:
            raise RuntimeError(f"{case.source} did not show the clip as it should: {found}")
        shown.save()
        case.first_ms.append(found["ms"])
        case.grown_kb.append((path.stat().st_size - before) / 1e3)
    finally:
        context.close()
        server.end_kernels()


def run(rounds: int = ROUNDS) -> Table:
    """Measure the routes in turn."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_noise(folder / "noise.mp4")
        clip = (folder / "noise.mp4").read_bytes()
        write_clip(folder / "small.mp4", 640, 360, SECONDS)
        service = stack.enter_context(PracticeServer(median=0.1, scale=0.25, as_live=True))
        server = stack.enter_context(serve(folder / "server"))
        browser = stack.enter_context(chrome.launch())
        inside = keep(server.root / "lib", clip)
        outside = keep(folder / "outside", clip)
        keep(folder / "gone", clip, address=at_service(service, clip))
        keep(server.root / "small", (folder / "small.mp4").read_bytes())
        cases = {
            "Player: the server's files": Case(_SCREEN.format(folder="lib"), "files"),
            "Player: pieces through the kernel": Case(_SCREEN.format(folder=str(folder / "outside")), "bytes"),
            "Player: the service's address": Case(_SCREEN.format(folder=str(folder / "gone")), "service"),
            "Player: the server's files, a clip of 0.1 MB": Case(_SCREEN.format(folder="small"), "files"),
            "Video(path, embed=True)": Case(f"Video({str(outside)!r}, embed=True)"),
            "Video(relative path)": Case(f"Video({inside.relative_to(server.root).as_posix()!r})"),
        }
        for turn in range(rounds):
            for number, case in enumerate(cases.values()):
                measure(server, browser, f"frame-{turn}-{number}", case)
        version = browser.version
    rows: list[tuple[Cell, ...]] = [
        (name, *spread(case.first_ms), spread(case.grown_kb)[0]) for name, case in cases.items()
    ]
    return Table(
        ("what", "first frame, median, ms", "lower quartile", "upper quartile", "the notebook grows by, KB"),
        tuple(rows),
        f"A clip of {len(clip) / 1e6:.1f} MB ({SECONDS} s, {WIDTH}x{HEIGHT}, H.264) in JupyterLab "
        f"{metadata.version('jupyterlab')}, Chromium {version} without a GPU; {rounds} rounds in turn, each in a fresh "
        "page with a fresh kernel that has imported everything. Measured in the page: from the command to run the "
        "cell until a frame of the clip was painted. The aim: under 500 ms. The service stands on this machine: no "
        "network is in its row.",
    )
