"""The time zone that a library's days are counted in: one, whatever zone its kernels are in."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

log = logging.getLogger(__name__)

NAME = "zone"
"""The setting's name in the library."""

_FIXED = re.compile(r"UTC([+-])(\d\d):(\d\d)")
_LOCALTIME, _TIMEZONE = Path("/etc/localtime"), Path("/etc/timezone")
_MONTHS = 36  # past months by which two zones are compared

OffsetAt = Callable[[int], int]
"""Gives the seconds by which clocks on the wall are ahead of UTC at a moment in seconds since the epoch."""


def of_name(name: object) -> tzinfo:
    """Return a zone by the name that a library keeps. UTC where it is none: all kernels must come to the same."""
    if isinstance(name, str):
        if fixed := _FIXED.fullmatch(name):
            ahead = timedelta(hours=int(fixed[2]), minutes=int(fixed[3]))
            if ahead < timedelta(days=1):
                return timezone(ahead if fixed[1] == "+" else -ahead, name)
        elif (found := _found(name)) is not None:
            return found
    log.warning("The library's time zone %r is not known here; its days are counted in UTC.", name)
    return timezone.utc


def of_machine(offset_at: OffsetAt = lambda at: time.localtime(at).tm_gmtoff) -> str:
    """Return the name of this machine's zone: ``Europe/Berlin``; ``UTC+05:30`` where no name is known for it.

    The name is believed only if the zone's clocks go as this machine's do: a name may be left over, or no zone.
    """
    now = int(time.time())
    moments = [now - month * 30 * 86_400 for month in range(_MONTHS)]
    here = [offset_at(moment) for moment in moments]

    def agrees(name: str) -> bool:
        found = _found(name)
        return found is not None and [_offset(found, moment) for moment in moments] == here

    for name in _machine_zones():
        if agrees(name):
            return name
    if len(set(here)) > 1:  # some systems name their zones otherwise: one whose clocks go alike is as good
        for name in sorted(available_timezones(), key=lambda name: (name.count("/") != 1, name)):
            if "/" in name and agrees(name):
                return name
    minutes = round(here[0] / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def day(at: int, zone: tzinfo | None = None) -> str:
    """Return the calendar day, ``YYYY-MM-DD``, of a moment in ms since the epoch; by this machine unless told."""
    return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d}"


def bounds(day: str, zone: tzinfo) -> tuple[int, int]:
    """Return where a calendar day begins and ends, in ms since the epoch: some have 23 hours, some 25."""
    begins = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=zone)
    ends = begins + timedelta(days=1)  # on the calendar: the clock on the wall says the same again
    return round(begins.timestamp() * 1000), round(ends.timestamp() * 1000)


def _machine_zones() -> Iterator[str]:
    """Names that this machine gives its zone, the most particular first."""
    if named := os.environ.get("TZ", "").removeprefix(":"):
        yield named.rpartition("zoneinfo/")[2]
    try:
        yield str(_LOCALTIME.resolve()).rpartition("zoneinfo/")[2]
        yield _TIMEZONE.read_text("ascii").strip()
    except (OSError, ValueError, RuntimeError):
        return


def _found(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # not known, no name at all, or a folder
        return None


def _offset(zone: tzinfo, at: int) -> int:
    ahead = datetime.fromtimestamp(at, zone).utcoffset()
    return round(ahead.total_seconds()) if ahead is not None else 0
