"""Tests that measure time have the machine to themselves, where several processes share the tests out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Wait until this test may run: beside others, or ``alone``.

    Who wants to be alone holds the gate meanwhile, so that nobody begins before its turn came.
    """
    if sys.platform == "win32":  # it has no such locks; the workflow runs the tests there in one process
        yield
        return
    import fcntl

    with (folder / "gate").open("w") as gate, (folder / "running").open("w") as running:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(running, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield
