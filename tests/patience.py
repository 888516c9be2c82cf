"""How long tests wait for what has to come: long enough for a busy machine. Nobody waits where all is well."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 120.0
"""Seconds that a machine with other work may need for what takes an idle one a moment or some seconds."""


def until(true: Callable[[], object], what: Callable[[], object] = lambda: "it never came to be") -> None:
    """Wait until something holds; ``what`` is said where it does not come to hold."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, what()
        time.sleep(0.02)
