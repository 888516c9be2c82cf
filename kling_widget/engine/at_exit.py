"""What a script leaves behind when it ends: its takes are sent first, or it is said what becomes of them."""

from __future__ import annotations

import atexit
import contextlib
import logging
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from ..request.states import AT_SERVICE, UNCERTAIN, State
from ..store import Record, Store, TakeId

log = logging.getLogger(__name__)

SEND_S = 5.0
"""Seconds that an end waits for takes to be sent."""

ANSWER_S = 10.0
"""Seconds that an end waits for the answers to those that are being sent: lost, they would have to be looked for."""

_QUIET_S = 0.7  # an end that is quicker says nothing of its waiting
_CHECK_S = 0.05
_NAMED = 5  # how many takes are named; of more, how many there are
_WORDS = 40  # characters of a prompt

_WAITING: tuple[State, ...] = ("intent",)
_SENDING: tuple[State, ...] = ("sending",)


def on_stderr(words: str) -> None:
    """Say something where a script's person looks. A closed or missing stderr hears nothing."""
    try:
        print(f"kling-widget: {words}", file=sys.stderr, flush=True)  # noqa: T201
    except (OSError, ValueError, AttributeError):
        log.warning("%s", words)


def at_exit(do: Callable[[], None]) -> Callable[[], None]:
    """Call something when this process ends, unless the function that this returns is called before."""

    def end() -> None:
        do()
        _stay_interrupted()

    atexit.register(end)
    if multiprocessing.parent_process() is None:
        return lambda: atexit.unregister(end)
    from multiprocessing.util import Finalize

    # A child of multiprocessing, a pool's worker too, ends by `os._exit`: nothing that atexit knows is called.
    last = Finalize(None, do, exitpriority=0)

    def forget() -> None:
        atexit.unregister(end)
        last.cancel()

    return forget


def _stay_interrupted() -> None:
    """Let a script that an interrupt ended still end by its signal, as shells and callers expect.

    CPython keeps in mind how the last code ended that was given as text, and SQLAlchemy writes code as text.
    """
    if getattr(sys, "last_type", None) is not KeyboardInterrupt or hasattr(sys, "ps1"):  # at a prompt it ended nothing
        return
    with contextlib.suppress(KeyboardInterrupt):
        exec("raise KeyboardInterrupt")


class Leaving:
    """The takes that this process confirmed in a library, as far as its end is concerned.

    Nothing is said and nobody waits in a notebook's kernel, where a panel shows them when it is opened again, nor in a
    process that was forked from the one that confirmed them.

    Parameters
    ----------
    store, folder
        The library.
    say
        Told a sentence or two.
    """

    def __init__(self, store: Store, folder: Path, *, say: Callable[[str], None] = on_stderr) -> None:
        self._store, self._folder, self._say = store, folder, say
        self._process = os.getpid()
        self._mine: list[TakeId] = []
        self._sweeps: set[str] = set()

    @property
    def elsewhere(self) -> bool:
        """Whether this is a forked copy of the process that the engine's threads run in."""
        return os.getpid() != self._process

    def confirmed(self, take: TakeId) -> None:
        """Note a take that this process is to send."""
        self._mine.append(take)

    def ordered(self, sweep: str) -> None:
        """Note a sweep whose cells this process is to begin."""
        self._sweeps.add(sweep)

    def wait(self, *, send_s: float = SEND_S, answer_s: float = ANSWER_S) -> None:
        """Wait until this process's takes are sent; an interrupt, or the time running out, ends it."""
        if not self._heard():
            return
        begun, announced = time.monotonic(), False
        try:
            while waiting := _of((*_SENDING, *_WAITING), self._left()):
                spent = time.monotonic() - begun
                if spent >= (answer_s if _of(_SENDING, waiting) else send_s):
                    return
                if spent >= _QUIET_S and not announced:
                    self._say(f"Sending {_some(waiting)} before the end. An interrupt (Ctrl C) ends the wait.")
                    announced = True
                time.sleep(_CHECK_S)
        except KeyboardInterrupt:
            return

    def say(self, *, unsent_only: bool = False) -> None:
        """Say what becomes of this process's takes that have not ended."""
        if not self._heard():
            return
        left, library = self._left(), f"Library({str(self._folder)!r}"
        if unsent := _of(_WAITING, left):
            self._say(
                f"Not sent yet: {_some(unsent)}. Whoever opens this library next within six hours sends "
                f"{'it' if len(unsent) == 1 else 'them'}, and it costs nothing until then. To take "
                f"{'it' if len(unsent) == 1 else 'one'} back: {library}, tend=False).take({unsent[0].id!r}).stop()"
            )
        for sweep in self._waiting_sweeps():
            self._say(
                f"Sweep {sweep} is not done: its other cells are begun when this library is opened again, if within a "
                f"day, and cost nothing until then. {library}, tend=False).sweep({sweep!r}).stop() keeps them from it."
            )
        if unsent_only:
            return
        if doubtful := _of((*_SENDING, *UNCERTAIN), left):
            self._say(
                f"Sent, and its answer did not come: {_some(doubtful)}. It may be made and charged; it is looked for "
                "when this library is opened again, and not sent again."
            )
        if going := _of(AT_SERVICE, left):
            self._say(
                f"Sent, and being made: {_some(going)}. The clip is fetched when this library is opened again: "
                f"{library}).take({going[0].id!r}).wait()"
            )

    def _heard(self) -> bool:
        return bool(self._mine or self._sweeps) and not self.elsewhere and not in_kernel()

    def _waiting_sweeps(self) -> list[str]:
        try:
            return [sweep.id for sweep in self._store.sweeps.waiting() if sweep.id in self._sweeps]
        except Exception:  # noqa: BLE001  as below
            return []

    def _left(self) -> list[Record]:
        """Return this process's takes that have not ended; forget the others."""
        try:
            records = [self._store.get(take) for take in self._mine]
        except Exception:  # noqa: BLE001  a library that is gone or locked must not keep a process from ending
            return []
        left = [record for record in records if not record.final]
        self._mine = [record.id for record in left]
        return left


def _of(states: Collection[str], takes: Sequence[Record]) -> list[Record]:
    return [take for take in takes if take.state in states]


def in_kernel() -> bool:
    """Whether this process is a notebook's kernel. A forked copy of one is none: no panel shows its takes."""
    shell = sys.modules.get("IPython.core.getipython")
    kernel = getattr(shell.get_ipython(), "kernel", None) if shell is not None else None
    process = getattr(getattr(kernel, "session", None), "pid", None)  # the one whose messages are sent
    return kernel is not None and process in (None, os.getpid())


def _some(takes: Sequence[Record]) -> str:
    named = [f"{take.id} ({_short(take.words)!r})" for take in takes[:_NAMED]]
    more = len(takes) - len(named)
    count = "1 take" if len(takes) == 1 else f"{len(takes)} takes"
    return f"{count}, {', '.join(named)}{f' and {more} more' if more else ''}"


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _WORDS else words[: _WORDS - 1] + "…"
