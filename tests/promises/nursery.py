"""Where the tests get their kernels from: processes of their own, forked from one that has all imported."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from ..patience import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[2]


class Kernel:
    """One kernel.

    Attributes
    ----------
    pid
        Its process.
    out
        The file in which it says, line by line, how far it is.
    """

    def __init__(self, nursery: Nursery, pid: int, out: Path) -> None:
        self._nursery, self.pid, self.out = nursery, pid, out

    def said(self) -> list[str]:
        """What it has said so far."""
        return self.out.read_text("utf-8").splitlines() if self.out.exists() else []

    def heard(self, line: str) -> None:
        """Wait until it has said a line that begins so."""
        until(lambda: any(s.startswith(line) for s in self.said()), self.said)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def stop(self) -> None:
        """Stop it, and wait until it stands."""
        self._nursery.ask({"stop": self.pid})

    def ended(self) -> int:
        """Wait for its end. Its exit code; below 0: the signal that killed it."""
        code = self._nursery.ask({"wait": self.pid})
        self._nursery.gone(self.pid)
        return code


class Nursery:
    """Forks kernels; those that are still there when it closes are killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._living: set[int] = set()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.promises.kernel"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def kernel(self, do: str, **given: Any) -> Kernel:
        """Start a kernel in one of its roles (see ``kernel.ROLES``)."""
        out = self._folder / f"kernel-{next(self._numbers)}"
        pid = self.ask({"do": do, "given": given, "out": str(out)})
        self._living.add(pid)
        return Kernel(self, pid, out)

    def ask(self, command: dict[str, Any]) -> int:
        """Send a command and read its answer."""
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
            return int(json.loads(self._process.stdout.readline()))

    def gone(self, pid: int) -> None:
        """Note that a kernel has ended."""
        self._living.discard(pid)

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in self._living:
            os.kill(pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(PATIENCE_S)
