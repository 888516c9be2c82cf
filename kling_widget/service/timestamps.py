"""The service's times, read into milliseconds since the epoch."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


def zoned(text: str | None) -> bool:
    """Whether a time says its zone. One that does not may be any zone's, whatever the service's documents say."""
    found = _MOMENT.fullmatch(text or "")
    return found is not None and found[4] is not None


def moment(text: str | None) -> int | None:
    """Read the service's time (ISO, to nanoseconds, UTC unless it says otherwise) in milliseconds since the epoch."""
    found = _MOMENT.fullmatch(text or "")
    if not found:
        return None
    day, clock, fraction, zone = found.groups()
    shift = "+00:00" if zone in (None, "Z") else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    try:
        when = datetime.fromisoformat(f"{day}T{clock}{shift}").astimezone(timezone.utc)
    except (ValueError, OverflowError):  # the first and the last day of all have no neighbours
        return None
    return int(when.timestamp()) * 1000 + int((fraction or "0")[:3].ljust(3, "0"))
