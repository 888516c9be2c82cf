"""Drive a notebook in a real page: open, run, save, restart, reload, read what was saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import nbformat
from playwright.sync_api import Locator, Page

from .chrome import Console
from .server import Server

Host = Literal["lab", "notebook"]
Theme = Literal["JupyterLab Light", "JupyterLab Dark"]

READY_WITHIN = 60_000.0  # milliseconds; a page's first load on a busy machine takes about ten seconds

# The notebook's panel in whatever application shows it; what the scripts below are called with comes second.
_PANEL = """
const app = window.jupyterapp;
const panel = app && [...app.shell.widgets("main")].find((one) => one.sessionContext && one.content?.widgets);
"""
_READY = f"""() => {{ {_PANEL}
  return Boolean(panel?.context.isReady && panel.sessionContext.isReady
    && panel.sessionContext.session?.kernel?.status === "idle");
}}"""
# The host has opened the notebook and shows it without a kernel ("No Kernel"), which no notebook here asks for.
_WITHOUT = f"""() => {{ {_PANEL}
  const session = panel?.sessionContext;
  return Boolean(session?.isReady && (!session.session?.kernel || session.session.kernel.status === "dead"));
}}"""
# What was in the main area goes: the launcher, which comes by itself where there is nothing else.
_OPEN = """async (path) => {
  const { shell, commands } = window.jupyterapp;
  const before = [...shell.widgets("main")];
  await commands.execute("docmanager:open", { path, factory: "Notebook" });
  for (const one of before) one.dispose();
}"""
_RESTART = f"async () => {{ {_PANEL} await panel.sessionContext.session.kernel.restart(); }}"
_SAVE = f"async () => {{ {_PANEL} await panel.context.save(); }}"
_COMMAND = "async ([id, args]) => { await window.jupyterapp.commands.execute(id, args); }"
_SELECT = f"(at) => {{ {_PANEL} panel.content.activeCellIndex = at; panel.content.deselectAll(); }}"


class CellFailed(AssertionError):
    """A cell raised; the message is its traceback."""


class NoKernel(AssertionError):
    """The host opened a notebook and gave it no kernel: before a line of ours could run."""


def write(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells, with a kernelspec: without one the page asks for a kernel."""
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]  # nbformat types only part of itself
        cells=[nbformat.v4.new_code_cell(source) for source in cells],  # type: ignore[no-untyped-call]  # as above
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]  # as above


@dataclass
class Notebook:
    """A notebook open in a page."""

    page: Page
    server: Server
    path: Path
    host: Host

    def open_within(self) -> None:
        """Open it in a page that shows the application already, and wait until the notebook has its kernel."""
        self.page.evaluate(_OPEN, self.path.relative_to(self.server.root).as_posix())
        self._wait_until_opened()

    def open(self) -> None:
        """Load the page and wait until the notebook has its kernel."""
        relative = quote(self.path.relative_to(self.server.root).as_posix())
        place = {"lab": f"lab/workspaces/{self.path.stem}/tree", "notebook": "notebooks"}[self.host]
        self.page.goto(f"{self.server.url}/{place}/{relative}?reset&token={self.server.token}")
        self._wait_until_opened()

    def reload(self) -> None:
        """Load the page anew, as after a lost tab; the kernel goes on."""
        self.page.reload()
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait until notebook and kernel are there and no cell runs."""
        self.page.wait_for_function(_READY, timeout=READY_WITHIN)

    def command(self, id: str, args: Mapping[str, Any] | None = None) -> None:  # noqa: A002  # Lab's own word
        """Carry out one of the application's commands and wait for its end."""
        self.page.evaluate(_COMMAND, [id, dict(args or {})])

    def run_all(self) -> None:
        """Run every cell and wait for the last.

        Raises
        ------
        CellFailed
            A cell raised.
        """
        self.command("notebook:run-all-cells")
        self.wait_until_idle()
        self._raise_failures()

    def run(self, at: int) -> None:
        """Run the cell at an index (from 0) and wait for it; raises as :meth:`run_all` does."""
        self.page.evaluate(_SELECT, at)
        self.command("notebook:run-cell")
        self.wait_until_idle()
        self._raise_failures()

    def save(self) -> dict[str, Any]:
        """Save, and return what is now in the file."""
        self.page.evaluate(_SAVE)
        return self.saved()

    def saved(self) -> dict[str, Any]:
        """Read the notebook's file."""
        found: dict[str, Any] = nbformat.read(self.path, as_version=4)  # type: ignore[no-untyped-call]  # as above
        return found

    def restart_kernel(self) -> None:
        """Restart the kernel as the menu does, and wait for the new one; outputs stay."""
        self.page.evaluate(_RESTART)
        self.wait_until_idle()

    def theme(self, name: Theme) -> None:
        """Change the application's theme."""
        self.command("apputils:change-theme", {"theme": name})
        light = "true" if name.endswith("Light") else "false"
        self.page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")

    def cell(self, at: int) -> Locator:
        """The cell at an index (from 0)."""
        return self.page.locator(f'.jp-Notebook-cell[data-windowed-list-index="{at}"]')

    def output(self, at: int) -> Locator:
        """The output area of the cell at an index (from 0)."""
        return self.cell(at).locator(".jp-Cell-outputArea")

    def _wait_until_opened(self) -> None:
        state = f"() => (({_READY})() && 'ready') || (({_WITHOUT})() && 'without')"
        # Asked at once: a kernel that is idle may be busy again a moment later.
        if self.page.wait_for_function(state, timeout=READY_WITHIN).json_value() != "ready":
            raise NoKernel(f"{self.path.name}: the host shows it without a kernel")

    def _raise_failures(self) -> None:
        for cell in self.save()["cells"]:
            for output in cell.get("outputs", ()):
                if output["output_type"] == "error":
                    raise CellFailed("\n".join(output["traceback"]))


@dataclass
class Jupyter:
    """What a browser test is given: a server, a page, and a folder of its own on the server.

    The page may have the application on it already, and may be another test's next: ``spent`` says that it can't.
    """

    server: Server
    page: Page
    console: Console
    folder: Path
    host: Host = "lab"
    spent: bool = False
    opened: list[Notebook] = field(default_factory=list)

    def open(self, cells: Sequence[str], name: str = "notebook.ipynb") -> Notebook:
        """Write a notebook of code cells into the folder and open it."""
        write(self.folder / name, cells)
        return self.show(name)

    def show(self, name: str) -> Notebook:
        """Open a notebook that lies in the folder already."""
        notebook = Notebook(self.page, self.server, self.folder / name, self.host)
        loaded = not self.opened and not self.spent and self.page.evaluate("Boolean(window.jupyterapp)")
        try:
            notebook.open_within() if loaded else notebook.open()
        except NoKernel:
            # Jupyter Server may lose a kernel's first connection on a busy machine. A person loads the page again.
            self.page.goto("about:blank")  # what it has still to say it says no more
            self.console.forget()
            self.spent = True
            self.server.end_kernels()
            notebook.open()
        self.opened.append(notebook)
        return notebook

    def show_copy(self, notebook: Notebook) -> Notebook:
        """Open what a notebook's file holds under another name: as text that was given away, whose widgets are gone."""
        copy = self.folder / f"copy-of-{notebook.path.name}"
        copy.write_text(notebook.path.read_text())
        self.console.forgive("widget model not found")  # said by the host if it has asked the new kernel by then
        return self.show(copy.name)

    def before_all_else(self, script: str) -> None:
        """Have the page carry out a script before anything else: the page is loaded anew, and no other test's after."""
        self.page.add_init_script(script)
        self.spent = True

    def keep(self, folder: Path) -> None:
        """Keep what tells why a test failed: the picture, the console, the server's and kernels' words."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / "page.png")
        (folder / "console.log").write_text("\n".join(self.console.lines) + "\n")
        (folder / "server.log").write_bytes(self.server.log.read_bytes())
        for notebook in self.opened:
            (folder / notebook.path.name).write_bytes(notebook.path.read_bytes())
