"""What our widgets are beyond those of ipywidgets: they send whatever was written, and refuse names that they lack."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as w  # type: ignore[import-untyped]  # ships no types

from ...text import has_half, mended
from .unknown_names import hint, public, refuse_unknown


class UnicodeWidget(w.Widget):  # type: ignore[misc]  # ipywidgets ships no types
    """A widget whose messages can be sent whatever a person wrote.

    A page may send half of a character. The widget keeps it, so that validation can refuse it in words; a message with
    it could not be encoded, or would break the connection. What is sent holds ``�`` in its place.
    """

    def _send(self, msg: Any, buffers: Any = None) -> None:
        # Half of a character is written as an escape; a backslash that somebody typed is only a closer look.
        halves = "\\ud" in repr(msg) and has_half(msg)
        super()._send(mended(msg) if halves else msg, buffers)


class MirrorWidget(UnicodeWidget):
    """A widget whose traits say what something else holds, and set it where code sets them.

    A host hands a page's messages to more than one thread (JupyterLab the first of them to the main one, the others to
    a subshell), and the engine has its own. So a trait may be told what is no longer held, and then nobody may take it
    for something that code asked for.
    """

    def __init__(self, *args: Any, **traits: Any) -> None:
        self._mirrored: dict[tuple[int, str], object] = {}  # (thread, trait) -> the value that `_mirror` sets there
        super().__init__(*args, **traits)

    def _mirror(self, held: Callable[[], Mapping[str, Any]]) -> None:
        """Set the traits that differ from what is held. Where several threads do, the last one leaves them alike."""
        again = True
        while again:
            again = False
            for name, value in held().items():
                if getattr(self, name) == value:
                    continue
                key = threading.get_ident(), name
                self._mirrored[key] = value
                try:
                    self.set_trait(name, value)
                finally:
                    self._mirrored.pop(key, None)
                again = True
                break  # whoever observes it may have changed what is held

    def _is_mirrored(self, name: str, value: object) -> bool:
        """Whether `_mirror` sets this now, and not code."""
        key = threading.get_ident(), name
        return key in self._mirrored and self._mirrored[key] == value


class DeclaredNames(w.Widget):  # type: ignore[misc]  # ipywidgets ships no types
    """A widget that takes no keyword and no attribute which its class does not have.

    Names that begin with an underscore are free.

    Raises
    ------
    TypeError
        If a keyword names no trait.
    AttributeError
        If an attribute is set that the class does not have.
    """

    def __init__(self, *args: Any, **traits: Any) -> None:
        refuse_unknown(type(self), traits, type(self).class_traits())
        super().__init__(*args, **traits)

    def __setattr__(self, name: str, value: Any) -> None:
        if name[0] != "_" and not hasattr(type(self), name):
            raise AttributeError(f"{type(self).__name__} has no {name!r}.{hint(name, public(type(self)))}")
        super().__setattr__(name, value)
