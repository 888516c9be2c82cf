"""Waiting for what a library's engine does, in a cell or in a coroutine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from ..errors import TakeTimeout

_CHECK_S = 0.2  # how often whoever waits reads the library, in seconds: no request is sent for it


def wait_until(ended: Callable[[], bool], timeout: float | None, ran_out: Callable[[], str]) -> None:
    """Return once something has ended. An interrupt leaves nothing behind: nothing is shared with the engine.

    Parameters
    ----------
    timeout
        Seconds to wait at most; None for as long as it takes.
    ran_out
        Returns what is said where the time runs out first.

    Raises
    ------
    TakeTimeout
        If it does. What ``ended`` raises is raised, too.
    """
    end = None if timeout is None else time.monotonic() + timeout
    while not ended():
        left = _CHECK_S if end is None else min(_CHECK_S, end - time.monotonic())
        if left <= 0:
            raise TakeTimeout(f"Stopped waiting after {timeout:g} s; {ran_out()}")
        time.sleep(left)


async def has_ended(ended: Callable[[], bool]) -> None:
    """Return once something has ended. What ``ended`` raises is raised."""
    while not ended():
        await asyncio.sleep(_CHECK_S)
