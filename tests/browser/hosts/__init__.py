"""Other hosts than Jupyter's own applications, as processes on loopback: Voila, marimo and Shiny."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.bundle import module

from ..server import START_WITHIN, _free_port, _stop, own_environment

ECHO = module(Path(__file__).parent / "echo.js")
"""The page's half of a widget that sends bytes to Python and shows whether they came back turned round."""

_ECHO = f"""
from kling_widget.widgets.base.widget import CommandWidget
class Echo(CommandWidget):
    _esm = {ECHO!r}
    commands = {{"turn": "_turn"}}
    def _turn(self, command, buffers):
        return {{"many": len(buffers)}}, [bytes(buffers[0])[::-1]]
echo = Echo()
"""
_SCREEN = """
from kling_widget import Library
from kling_widget.widgets.player import Player
screen = Player(Library({library!r}).takes()[0])
"""
_MARIMO = """import marimo
app = marimo.App()

@app.cell
def _():
    import marimo as mo
{cell}
    return

if __name__ == "__main__":
    app.run()
"""
_SHINY = """
from shiny import App, ui
from shinywidgets import output_widget, render_widget

def server(input, output, session):
    @render_widget
    def shown():
{source}
        return screen

app = App(ui.page_fluid(output_widget("shown")), server)
"""


def cell(library: Path) -> str:
    """The source of a cell that makes ``screen``, of a library's newest take, and ``echo``."""
    return _SCREEN.format(library=str(library)) + _ECHO


@contextmanager
def voila(folder: Path) -> Iterator[str]:
    """Run Voila over the notebooks of a folder; gives the address below which it renders them."""
    command = ["-m", "voila", "--no-browser", "--Voila.ip=127.0.0.1", "--port={port}"]
    with _running(folder, command) as origin:
        yield f"{origin}/voila/render"


@contextmanager
def marimo(folder: Path, source: str) -> Iterator[str]:
    """Run a marimo app of one cell, which shows its last line; gives its address."""
    (folder / "app.py").write_text(_MARIMO.format(cell="\n".join("    " + line for line in source.splitlines())))
    with marimo_app(folder, "app.py") as origin:
        yield origin


@contextmanager
def marimo_app(folder: Path, name: str) -> Iterator[str]:
    """Run a marimo app that lies in a folder; gives its address."""
    command = ["-m", "marimo", "run", name, "--headless", "--no-token", "--host", "127.0.0.1", "--port", "{port}"]
    with _running(folder, command) as origin:
        yield origin


@contextmanager
def shiny(folder: Path, source: str) -> Iterator[str]:
    """Run a Shiny app that shows the ``screen`` of a source, made for each page; gives its address."""
    (folder / "app.py").write_text(_SHINY.format(source="\n".join("        " + line for line in source.splitlines())))
    with _running(folder, ["-m", "shiny", "run", "app.py", "--host", "127.0.0.1", "--port", "{port}"]) as origin:
        yield origin


@contextmanager
def _running(folder: Path, command: Sequence[str]) -> Iterator[str]:
    port, home = _free_port(), folder / ".home"
    home.mkdir(exist_ok=True)
    log = home / "host.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *(word.format(port=port) for word in command)],
            cwd=folder,
            env=own_environment(home, {}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_up(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(process)


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The host did not start.\n{log.read_text()[-4000:]}")
