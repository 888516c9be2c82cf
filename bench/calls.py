"""Count the Python calls behind a changed field and behind a click, with ``sys.setprofile``.

Run it with ``python -m bench.calls``; ``--list`` names the functions behind each count. A generator that goes on counts
as a call, as the profiler has it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import kling_widget

PACKAGE = str(Path(kling_widget.__file__).parent)
PROMPT = "A red fox crosses fresh snow at dawn, handheld camera follows at eye level"


class Calls:
    """The calls of Python functions on this thread while it is entered.

    Attributes
    ----------
    own
        Calls of this package's own functions: (file, function) -> how many.
    all
        Calls of all Python functions.
    changes
        How often a call of an own function was in another file than the own call before.
    """

    def __init__(self) -> None:
        self.own: Counter[tuple[str, str]] = Counter()
        self.all = self.changes = 0
        self._last = ""

    def __enter__(self) -> Calls:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event != "call":
            return
        self.all += 1
        file = frame.f_code.co_filename
        if file.startswith(PACKAGE):
            self.own[file[len(PACKAGE) + 1 :], frame.f_code.co_name] += 1
            self.changes += bool(self._last) and file != self._last
            self._last = file

    def row(self) -> str:
        """Write the counts as a table's row: own calls, their files, changes of file, all calls."""
        return f"{self.own.total():,} | {len({file for file, _ in self.own})} | {self.changes:,} | {self.all:,}"


def counted(work: Callable[[], object]) -> Calls:
    """Count the calls of a piece of work."""
    with Calls() as calls:
        work()
    return calls


def scenes() -> dict[str, Calls]:
    """Count what stands in the table: what a page's message does to an open panel, at once."""
    from kling_widget import Library, Studio

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Library(folder)
        studio = Studio(library, practice=True)
        builder, button = studio._builder, studio._ordering.button
        controls = builder._controls.by_name
        controls["prompt"].set_state({"value": PROMPT})
        time.sleep(1)  # what follows a change follows it
        engine: Any = library._gateway.engine
        engine.soon = lambda work: None  # the synchronous half alone

        def click() -> None:
            tag = button.batches[0]
            values = {name: control.value for name, control in controls.items()} | {"both": False}
            command = {"id": "bench", "kind": "generate", "values": values, "takes": 1, "price": tag["price"]}
            button._receive(button, {**command, "confirmed": True, "model": button.model}, [])

        try:
            return {
                "a toggled switch": counted(lambda: controls["sound"].set_state({"value": True})),
                "another length": counted(lambda: controls["duration"].set_state({"value": 10})),
                "a typed character": counted(lambda: controls["prompt"].set_state({"value": f"{PROMPT}."})),
                "a click, until it is answered": counted(click),
            }
        finally:
            del engine.soon
            studio.close()
            library.close()


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--list", action="store_true", help="name the functions behind each count")
    listed = options.parse_args().list
    print("| what | own calls | files | changes of file | all calls |\n|---|---|---|---|---|")
    for name, calls in scenes().items():
        print(f"| {name} | {calls.row()} |")
        if listed:
            for (file, function), times in sorted(calls.own.items(), key=lambda one: (one[0][0], -one[1])):
                print(f"    {times:5} {file} {function}")


if __name__ == "__main__":
    main()
