"""How a widget and its page exchange messages.

A page sends commands ``{id, kind, …}``. Each gets exactly one answer ``{re, ok, …}``, also where its handler raises,
and a command that arrives twice is carried out once. What a page shows is in traits, which hold neither secrets nor
bytes of video; bytes travel as buffers of messages, which no notebook saves.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

import anywidget
import traitlets as t
from IPython.core.getipython import get_ipython

from ...errors import KlingError
from .mixins import DeclaredNames, UnicodeWidget
from .page_code import HIDDEN, built, page_code
from .page_sessions import send_from_any_thread

log = logging.getLogger(__name__)

Command = Mapping[str, Any]
Buffers = Sequence[bytes | memoryview]
Answer = Mapping[str, Any] | tuple[Mapping[str, Any], Buffers] | None
Handler = Callable[[Command, Buffers], Answer]

_IDS_KEPT = 512  # of commands already carried out; a page never has that many under way


class CommandWidget(DeclaredNames, UnicodeWidget, anywidget.AnyWidget):
    """A widget whose page sends commands and gets answers.

    A subclass names its commands in ``commands``: kind -> name of the method that carries it out, its own (``_rate``)
    or one of an object that it has (``_clip_requests.where``). A method takes the command and its buffers, returns what
    the answer holds (or a pair of that and buffers), and returns at once: what takes time is queued elsewhere. It may
    run on any thread, and late.
    """

    commands: ClassVar[Mapping[str, str]] = {}
    page_name: ClassVar[str] = ""
    """The name of its code in ``page.js``."""

    _esm = t.Unicode().tag(sync=True)
    _css = t.Unicode(HIDDEN).tag(sync=True)
    _code = t.Unicode().tag(sync=True)
    _widget = t.Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        send_from_any_thread()
        super().__init__(**traits)
        self._received_ids: OrderedDict[str, None] = OrderedDict()
        self._ids_lock = threading.Lock()
        self.on_msg(self._receive)
        if _is_first_of_its_cell():
            self.send({"code": page_code().version}, self._code_buffers())

    @t.default("_esm")
    def _loader(self) -> str:
        return built("loader.js")

    @t.default("_code")
    def _code_version(self) -> str:
        return page_code().version

    @t.default("_widget")
    def _name_in_the_page(self) -> str:
        return self.page_name

    def _code_buffers(self) -> Buffers:
        return page_code().module, page_code().sheet

    def _receive(self, _widget: object, command: Any, buffers: Buffers) -> None:
        if not isinstance(command, Mapping) or not isinstance(command.get("id"), str):
            return
        command_id = command["id"]
        with self._ids_lock:
            if command_id in self._received_ids:
                return
            self._received_ids[command_id] = None
            while len(self._received_ids) > _IDS_KEPT:
                self._received_ids.popitem(last=False)
        answer, out = self._carry_out(command, buffers)
        self.send({"re": command_id, **answer}, [bytes(b) for b in out])

    def _carry_out(self, command: Command, buffers: Buffers) -> tuple[dict[str, Any], Buffers]:
        kind = str(command.get("kind"))
        try:
            if kind == "send_state":  # the page may have missed something
                self.send_state()
                self.layout.send_state()
                return {"ok": True}, ()
            if kind == "code":
                return {"ok": True, "code": page_code().version}, self._code_buffers()
            if kind not in self.commands:
                return {"ok": False, "error": f"This panel knows no command {kind!r}."}, ()
            method: Handler = attrgetter(self.commands[kind])(self)
            result = method(command, buffers)
        except KlingError as error:
            return {"ok": False, "error": str(error)}, ()
        except Exception as error:
            log.exception("command %s failed", kind)
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}, ()
        body, out = result if isinstance(result, tuple) else (result, ())
        return {"ok": True, **(body or {})}, out


def reference(widget: Any) -> str:
    """Return what a page finds a widget by."""
    return f"anywidget:{widget.model_id}"


_sent_in = ""


def _is_first_of_its_cell() -> bool:
    """Tell whether no widget sent the page's code in the cell that runs, and note that one does.

    A page asks for the code, but gets no answer while the cell runs. Each cell sends it, since a page that is loaded
    anew has it no more. Where there is no Jupyter kernel, nothing is known of cells: there pages ask.
    """
    global _sent_in
    kernel = getattr(get_ipython(), "kernel", None)
    request = kernel.get_parent().get("header", {}) if kernel else {}
    if request.get("msg_type") != "execute_request" or request["msg_id"] == _sent_in:
        return False
    _sent_in = request["msg_id"]
    return True


def close(widget: Any) -> None:
    """Close a widget with all that is in it: ipywidgets leaves its children open."""
    for child in getattr(widget, "children", ()):
        close(child)
    widget.close()
