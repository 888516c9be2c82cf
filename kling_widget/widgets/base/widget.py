"""How a widget talks with its page.

A page sends commands ``{id, kind, …}``; each gets exactly one answer ``{re, ok, …}``, also where the handler raised,
and a command that arrives twice is carried out once. What a page shows is in traits, which hold neither secrets nor
bytes of video; bytes travel as buffers of answers, which no notebook saves.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import ipywidgets as w  # type: ignore[import-untyped]  # ships no types

from ...errors import KlingError
from ...text import has_half, mended

log = logging.getLogger(__name__)

Command = Mapping[str, Any]
Buffers = Sequence[bytes | memoryview]
Answer = Mapping[str, Any] | tuple[Mapping[str, Any], Buffers] | None
Handler = Callable[[Command, Buffers], Answer]

_REMEMBERED = 512  # ids of commands already carried out; a page never has that many under way

_IMPORT = re.compile(r'^import\s+(?:\{[^}]*\}\s+from\s+)?"(\.{1,2}/[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*/\*\*(?:[^*]|\*(?!/))*\*/[^\S\n]*\n?|^\s*//.*\n", re.MULTILINE)


@cache
def esm(entry: Path) -> str:
    """Join an ES module with the modules that it imports by relative path into one source.

    A host gives a widget's module no address of its own, so relative imports lead nowhere; and nothing may be awaited
    at load. The files stay plain modules for an editor and for ``tsc``. Comments that begin a line stay behind: the
    source goes to the page, and some hosts save it, once for every widget.
    """
    parts: list[str] = []
    seen: set[Path] = set()

    def add(path: Path) -> None:
        if path in seen:
            return
        seen.add(path)
        text = path.read_text("utf-8")
        for wanted in _IMPORT.findall(text):
            add((path.parent / wanted).resolve())
        text = _IMPORT.sub("", text)
        parts.append(text if path == entry else _EXPORT.sub("", text))

    entry = entry.resolve()
    add(entry)
    return _COMMENT.sub("", "\n".join(parts))


def css(*sheets: Path) -> str:
    """Join the shared tokens with a widget's own sheets."""
    here = Path(__file__).parent
    return "\n".join(path.read_text("utf-8") for path in (here / "widget.css", *sheets))


class Text(w.Widget):  # type: ignore[misc]  # ipywidgets ships no types
    """A widget whose messages can be sent whatever a person wrote.

    A page may send half of a character. The widget keeps it, so that whoever checks it can refuse it in words; a
    message with it could not be encoded, or would break the connection. What is sent holds ``�`` in its place.
    """

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(mended(msg) if has_half(msg) else msg, buffers)


class Face(Text, anywidget.AnyWidget):
    """A widget whose page sends commands and gets answers.

    A subclass names its commands in ``commands``: kind -> name of the method that carries it out. A method takes the
    command and its buffers, returns what the answer should hold (or a pair of that and buffers), and returns at once:
    what takes time is queued elsewhere. It may run on any thread, and late.
    """

    commands: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._carried_out: OrderedDict[str, None] = OrderedDict()
        self._carry_lock = threading.Lock()
        self.on_msg(self._receive)

    def _receive(self, _widget: object, command: Any, buffers: Buffers) -> None:
        if not isinstance(command, Mapping) or not isinstance(command.get("id"), str):
            return
        known = command["id"]
        with self._carry_lock:
            if known in self._carried_out:
                return
            self._carried_out[known] = None
            while len(self._carried_out) > _REMEMBERED:
                self._carried_out.popitem(last=False)
        answer, out = self._carry_out(command, buffers)
        self.send({"re": known, **answer}, [bytes(b) for b in out])

    def _carry_out(self, command: Command, buffers: Buffers) -> tuple[dict[str, Any], Buffers]:
        kind = str(command.get("kind"))
        try:
            if kind == "tell":  # a page that may have missed something asks for everything
                self.send_state()
                return {"ok": True}, ()
            if kind not in self.commands:
                return {"ok": False, "error": f"This panel knows no command {kind!r}."}, ()
            method: Handler = getattr(self, self.commands[kind])
            said = method(command, buffers)
        except KlingError as error:
            return {"ok": False, "error": str(error)}, ()
        except Exception as error:
            log.exception("command %s failed", kind)
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}, ()
        body, out = said if isinstance(said, tuple) else (said, ())
        return {"ok": True, **(body or {})}, out


def close(widget: Any) -> None:
    """Close a widget with all that is in it: ipywidgets leaves those behind."""
    for child in getattr(widget, "children", ()):
        close(child)
    widget.close()
