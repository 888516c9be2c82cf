"""What a notebook keeps of something shown: a live view and, beside it, a still that outlives the kernel.

They are two outputs. A host that gets an update of an output draws it anew, which would stop what plays and take the
keyboard from who types; so what changes, the still, is an output of its own. While the live view is in the page, it
keeps the still out of sight; where there is no kernel any more, the view's own output is empty and the still is what
one sees.
"""

from __future__ import annotations

import secrets
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from IPython.core.getipython import get_ipython

from ...library import Library
from ...store import Record
from .clip import notebook_folder
from .still import MOST, Shown, plain, stills

IMAGE_MOST = 40_000
"""The longest poster in base64 that an output carries as an image of its own, in characters."""

_VIEW = "application/vnd.jupyter.widget-view+json"


class View(Protocol):
    """A widget, as far as it is shown here."""

    @property
    def model_id(self) -> str:
        """Its name in the page."""


class SavedOutput:
    """The outputs of one thing shown.

    Parameters
    ----------
    library
        Where the takes are.
    empty
        What the still says while there is no take.

    Attributes
    ----------
    name
        The class of the still. The live view's ``Player`` gets it as ``still``, and hides it.
    """

    def __init__(self, library: Library, *, empty: str = "") -> None:
        self.name = f"kw-still-{secrets.token_hex(6)}"
        self._library, self._empty = library, empty
        self._lock = threading.Lock()
        self._published: dict[str, str] = {}

    def show(self, view: View, records: Sequence[Record]) -> None:
        """Display the view and the still of these takes in the cell that runs now."""
        if not _in_kernel() and _in_solara():
            _publish(self.mimebundle(view, records))
            return
        still = self._still(records)
        with self._lock:
            self._published = still
        if _in_kernel():
            # An empty text is what a host falls back to once the model is gone.
            _publish({_VIEW: _model(view), "text/html": "<span></span>", "text/plain": ""})
        _publish(still, transient={"display_id": self.name})

    def mimebundle(self, view: View, records: Sequence[Record]) -> dict[str, Any]:
        """Return the view and the still as one output, for hosts that choose what they can show of an object.

        Parameters
        ----------
        view
            The widget; a host that shows widgets shows this one.
        records
            The takes.

        Returns
        -------
        dict
            ``text/html`` and ``text/plain`` as a notebook keeps them, the widget's view, and as ``image/jpeg`` the
            first poster whose base64 is at most ``IMAGE_MOST`` characters.
        """
        posters = (self._shown(record).poster for record in records[:MOST])
        images = (b64encode(poster).decode("ascii") for poster in posters if poster)
        image = next((image for image in images if len(image) <= IMAGE_MOST), None)
        return {**self._still(records), **({"image/jpeg": image} if image else {}), _VIEW: _model(view)}

    def renew(self, records: Sequence[Record]) -> None:
        """Change what the notebook will keep, from any thread; nothing is sent where nothing changed."""
        still = self._still(records)
        with self._lock:
            if not self._published or still == self._published or not _in_kernel():
                return
            self._published = still
            _publish(still, transient={"display_id": self.name}, update=True)

    def _still(self, records: Sequence[Record]) -> dict[str, str]:
        takes = [self._shown(record) for record in records[:MOST]]
        base = notebook_folder()
        return {
            "text/html": stills(takes, base, name=self.name, empty=self._empty),
            "text/plain": plain(takes, base, empty=self._empty),
        }

    def _shown(self, record: Record) -> Shown:
        path = self._library._gateway.path(record) if record.state == "completed" else None
        poster = self._library._gateway.poster(record) if path else None
        return Shown(record, path if path and path.is_file() else None, poster)


def at_cell_end(act: Callable[[], None]) -> Callable[[], None]:
    """Call ``look`` whenever a cell has run, before its outputs are closed. Returns what stops it.

    A notebook that runs without a page keeps only what is sent while a cell runs, and the engine's thread may be late.
    """
    shell = get_ipython()
    if shell is None:
        return lambda: None

    def after(*_result: object) -> None:
        act()

    def stop() -> None:
        if after in shell.events.callbacks["post_run_cell"]:
            shell.events.unregister("post_run_cell", after)

    shell.events.register("post_run_cell", after)
    return stop


def _model(view: View) -> dict[str, Any]:
    return {"version_major": 2, "version_minor": 0, "model_id": view.model_id}


def _publish(bundle: dict[str, Any], **how: Any) -> None:
    if shell := get_ipython():
        shell.display_pub.publish(bundle, **how)


def _in_kernel() -> bool:
    return getattr(get_ipython(), "kernel", None) is not None


def _in_solara() -> bool:
    """Tell whether a page of Solara is drawn: it shows widgets, and keeps nothing."""
    context = sys.modules.get("solara.server.kernel_context")
    return context is not None and bool(context.has_current_context())
