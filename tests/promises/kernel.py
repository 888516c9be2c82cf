"""Kernels to be killed, stopped and interrupted: processes of their own, forked warm so that each costs milliseconds.

``python -m tests.promises.kernel`` reads one command a line: what to do in a fork of itself, or which fork to stop or
to wait for. What is done is in ``ROLES``; what a fork has to say it writes, line by line, to the file that its command
names.
"""

from __future__ import annotations

import json
import os
import queue
import random
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kling_widget import Library, sweep
from kling_widget.engine import worker
from kling_widget.errors import LibraryError, OverBudget
from kling_widget.service.client import Client
from kling_widget.store import Store
from kling_widget.store.leases import Leases
from kling_widget.store.sweeps import SweepStore

from ..patience import PATIENCE_S, until
from .quick import shrink
from .world import KEY, ask, settled

_STEPS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Store, ("add", "change", "begin_sending")),
    (Leases, ("claim_one", "release", "require")),
    (SweepStore, ("freeze", "order", "begin")),
    (Client, ("submit", "result", "recent", "bills")),
)
"""What is a step: before and after each of these, and before each change to a file in the library's folder."""


class Reaper:
    """Names the steps of this process, and ends it, by SIGKILL, at one of them.

    Parameters
    ----------
    at, number
        The step, and which of those of that name, counted from 1. An empty name: none.
    folder
        The library's folder.
    say
        Told the name of the last step.
    """

    def __init__(self, at: str, number: int, folder: str, say: Callable[[str], None]) -> None:
        self._at, self._number, self._folder, self._say = at, number, folder, say
        self._lock = threading.Lock()
        self.steps: list[str] = []
        for owner, names in _STEPS:
            for name in names:
                setattr(owner, name, self._around(getattr(owner, name), f"{owner.__name__}.{name}"))
        setattr(os, "fsync", self._around(os.fsync, "fsync"))  # noqa: B010  a module's function is not assigned to
        sys.addaudithook(self._heard)

    def step(self, name: str) -> None:
        """Note it, and end it all where it is the one."""
        with self._lock:
            self.steps.append(name)
            if name == self._at and self.steps.count(name) == self._number:
                self._say(name)
                os.kill(os.getpid(), signal.SIGKILL)

    def _around(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def stepped(*given: Any, **named: Any) -> Any:
            self.step(f"before {name}")
            try:
                return call(*given, **named)
            finally:
                self.step(f"after {name}")

        return stepped

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("open", "os.rename", "os.remove", "os.mkdir"):
            path = str(arguments[0])
            if path.startswith(self._folder) and (event != "open" or _writes(arguments)):
                self.step(f"{event} {Path(path).suffix or 'folder'}")


def _writes(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def one_take(given: dict[str, Any], say: Callable[[str], None]) -> None:
    """Make one take, from the confirmation to the bill, or to the step at which it all ends."""
    reaper = Reaper(given["at"], given["number"], given["folder"], say)
    library = Library(given["folder"])
    take = ask(library, given["origin"], given["prompt"])
    until(lambda: settled(take))
    library.close()
    for name in reaper.steps:
        say(name)


def one_sweep(given: dict[str, Any], say: Callable[[str], None]) -> None:
    """Make a sweep, from the template to the last bill, or to the step at which it all ends."""
    reaper = Reaper(given["at"], given["number"], given["folder"], say)
    library = Library(given["folder"])
    try:
        made = sweep(given["prompt"], duration=3, library=library, confirm=True)
    except OverBudget:
        say("refused")
    else:
        say("confirmed")
        until(lambda: made.status in ("done", "waiting") and all(map(settled, library.takes(limit=None))))
    library.close()
    for name in reaper.steps:
        say(name)


def some_takes(given: dict[str, Any], say: Callable[[str], None]) -> None:
    """Make takes, and tend those of others; said when its own are confirmed, and when all have ended."""
    library = Library(given["folder"])
    library._gateway.start()
    for number in range(given["count"]):
        take = ask(library, given["origin"], f"{given['prompt']} {number}")
        library._gateway.annotate(take.id, note=given["prompt"])
    say("confirmed")
    until(lambda: len(library.takes()) == given["all"] and all(map(settled, library.takes())))
    say("ended")
    library.close()


def wait_for_it(given: dict[str, Any], say: Callable[[str], None]) -> None:
    """Wait for a take in the foreground, as a cell does; said how it stands when the wait is interrupted."""
    # Blocked here and in the threads to come, so that an interrupt is felt by the waiting and by nothing else.
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    library = Library(given["folder"])
    take = ask(library, given["origin"], given["prompt"])
    say(take.id)
    for number in range(1, given["interrupts"] + 1):
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
            while True:
                take.wait()
        except KeyboardInterrupt:
            signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
            say(f"interrupted {number}")
    say(take.wait().status)
    until(lambda: settled(take))
    library.close()


def interrupted_calls(given: dict[str, Any], say: Callable[[str], None]) -> None:
    """Call what a cell and a panel call of the engine, interrupted anywhere; said whether the engine still listens."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    engine = Library(given["folder"])._gateway.engine
    main, rounds = threading.main_thread().ident, queue.SimpleQueue[float]()
    assert main is not None

    def interrupt() -> None:
        while True:
            end = time.perf_counter() + rounds.get()
            while time.perf_counter() < end:
                pass
            signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    for _ in range(given["interrupts"]):
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
            rounds.put(random.random() / 1000)
            while True:
                engine.watch(lambda: None)()
                engine.soon(lambda: None)
        except KeyboardInterrupt:
            signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    heard = threading.Event()
    engine.soon(heard.set)
    say("it listens" if heard.wait(PATIENCE_S) else "it is deaf")


def clock_moves(given: dict[str, Any], say: Callable[[str], None]) -> None:
    """Make a take while the wall clock jumps: back, or forward as after a sleep."""
    jump = {"by": 0}
    real = time.time_ns, time.time

    def time_ns() -> int:
        return real[0]() + jump["by"] * 1_000_000_000

    time.time_ns, time.time = time_ns, lambda: real[1]() + jump["by"]
    library = Library(given["folder"])
    take = ask(library, given["origin"], given["prompt"])
    say(take.id)
    until(lambda: take.status == given["when"] or take.record.final)
    jump["by"] = given["seconds"]
    say("jumped")
    until(lambda: settled(take))
    bar = library._gateway.engine.progress(take.record)
    say(f"{take.status} {bar.fraction} {bar.elapsed >= 0}")
    library.close()


def no_room(given: dict[str, Any], say: Callable[[str], None]) -> None:
    """Make a take while, for a second, the operating system lets no file grow; said how it ends."""
    library = Library(given["folder"])
    if given["when"] == "not yet":
        _let_files_grow_to(_NO_ROOM)
        try:
            ask(library, given["origin"], given["prompt"])
        except LibraryError as error:
            say(f"refused: {error}")
        _let_files_grow_to(resource.RLIM_INFINITY)
        return
    take = ask(library, given["origin"], given["prompt"])
    until(lambda: take.status == given["when"] or take.record.final)
    _let_files_grow_to(_NO_ROOM)
    time.sleep(1.0)  # the want of room itself: its length is the point
    _let_files_grow_to(resource.RLIM_INFINITY)
    until(lambda: settled(take))
    say(take.status)
    library.close()


_NO_ROOM = 512  # bytes: less than any page of a database or piece of a clip, more than what is said here


def _let_files_grow_to(most: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


ROLES: dict[str, Callable[[dict[str, Any], Callable[[str], None]], None]] = {
    role.__name__: role
    for role in (one_take, one_sweep, some_takes, wait_for_it, interrupted_calls, clock_moves, no_room)
}
"""What a kernel can be told to do."""


def _live(command: dict[str, Any]) -> None:
    """Be a kernel."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    given = command["given"]
    os.environ.update(WAVESPEED_API_KEY=given.get("key", KEY), WAVESPEED_BASE_URL=given["origin"], KLING_TIER="gold")
    worker.LEASE_MS = given.get("lease_ms", worker.LEASE_MS)

    def say(line: str) -> None:
        with open(command["out"], "a", encoding="utf-8") as out:
            out.write(line + "\n")

    ROLES[command["do"]](given, say)


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork a kernel for each command, or stop one, or wait for one."""
    shrink()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what interrupts the tests must not leave their kernels alone
    for line in sys.stdin:
        command = json.loads(line)
        if "wait" in command:
            _, status = os.waitpid(command["wait"], 0)
            _answer(os.waitstatus_to_exitcode(status))
            continue
        if "stop" in command:
            os.kill(command["stop"], signal.SIGSTOP)
            os.waitpid(command["stop"], os.WUNTRACED)
            _answer(0)
            continue
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _live(command)
                code = 0
            except BaseException as error:
                with open(command["out"], "a", encoding="utf-8") as out:
                    out.write(f"failed: {error!r}\n")
                raise
            finally:
                os._exit(code)
        _answer(child)


if __name__ == "__main__":
    main()
