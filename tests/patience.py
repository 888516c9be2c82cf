"""How long tests wait for what has to come: long enough for a busy machine. Nobody waits where all is well."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 240.0
"""Seconds that a machine with other work may need for what takes an idle one a moment or some seconds."""

_SHORTEST_S, _LONGEST_S = 0.02, 0.2  # between two looks: whoever waits for long leaves the machine to the others


def until(look: Callable[[], Any], what: Callable[[], object] = lambda: "") -> Any:
    """Wait until something is so, and give it; ``what`` is said where it does not come to be so."""
    begun = time.monotonic()
    while not (found := look()):
        waited = time.monotonic() - begun
        assert waited < PATIENCE_S, f"it never came: {what()}"
        time.sleep(min(max(_SHORTEST_S, waited / 20), _LONGEST_S))
    return found
