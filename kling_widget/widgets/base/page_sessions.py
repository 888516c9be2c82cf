"""Let what the engine's thread changes reach pages of Shiny and of Panel.

Both serve several pages from one process, and send a widget's message to the page that they answer at that moment. A
message from another thread answers nobody: ``shinywidgets`` raises, ``ipywidgets_bokeh`` loses it. So each widget's
page is kept, and such a message is sent to that page from its own event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import weakref
from collections.abc import Awaitable, Callable
from typing import Any


def send_from_any_thread() -> None:
    """Have widgets of Shiny and Panel send from any thread. Does nothing where there is neither; safe to repeat."""
    shiny, bokeh = sys.modules.get("shinywidgets._comm"), sys.modules.get("ipywidgets_bokeh.kernel")
    for sender, patch in (
        (getattr(shiny, "ShinyComm", None), _shiny),
        (getattr(bokeh, "SessionWebsocket", None), _bokeh),
    ):
        if sender is not None and not hasattr(sender, "_kling_sends"):
            sender._kling_sends = True
            patch(sender)


class _Elsewhere:
    """A page's session of Shiny for who is not in it: what would be sent after an answer is sent at once."""

    def __init__(self, session: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._session, self._loop = session, loop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def on_flushed(self, send: Callable[[], Awaitable[None]], once: bool = True) -> None:
        async def sent() -> None:
            await send()

        with contextlib.suppress(RuntimeError):  # the loop has ended, and the page with it
            self._loop.call_soon_threadsafe(lambda: self._loop.create_task(sent()))


def _shiny(comm: Any) -> None:
    sessions: Any = sys.modules["shiny.session"]
    publish, current = comm._publish_msg, sessions.get_current_session
    pages: weakref.WeakKeyDictionary[Any, _Elsewhere] = weakref.WeakKeyDictionary()

    def publish_to_its_page(self: Any, *args: Any, **kwargs: Any) -> None:
        session = current()
        if session is not None:
            with contextlib.suppress(RuntimeError):  # no loop runs here
                pages[self] = _Elsewhere(session, asyncio.get_running_loop())
            publish(self, *args, **kwargs)
        elif page := pages.get(self):
            with sessions.session_context(page):
                publish(self, *args, **kwargs)
        else:
            publish(self, *args, **kwargs)  # shinywidgets says why it can't

    comm._publish_msg = publish_to_its_page


def _bokeh(websocket: Any) -> None:
    send = websocket.send
    pages: dict[str, weakref.ref[Any]] = {}

    def send_to_its_page(self: Any, stream: Any, msg_type: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
        widget = str((content or {}).get("comm_id", ""))
        document = self.document
        if document.session_context is not None:
            if msg_type == "comm_close":
                pages.pop(widget, None)
            elif widget:
                pages[widget] = weakref.ref(document)
        elif page := pages.get(widget, lambda: None)():
            page.add_next_tick_callback(lambda: send(self, stream, msg_type, content, *args, **kwargs) and None)
            return None
        return send(self, stream, msg_type, content, *args, **kwargs)

    websocket.send = send_to_its_page
