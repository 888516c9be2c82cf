"""The service's text made fit to be kept and shown: every string that it says passes here.

JSON can say what no database, file or page takes: half of a surrogate pair, characters that control a terminal or turn
the direction of what is written after them.
"""

from __future__ import annotations

import json
import re
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Any

_DEPTH = 100  # lists in lists; the service's own go four deep

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """The text with the replacement character in the place of each that can't be kept or shown."""
    return _UNFIT.sub("\ufffd", text)


def decoded(body: bytes) -> str:
    """An answer's text, whichever of the encodings of JSON it is in. What can't be decoded is replaced."""
    return body.decode(json.detect_encoding(body), "replace")


def tidy(value: Any, depth: int = _DEPTH) -> Any:
    """A JSON value with every text in it clean. Raises ``ValueError`` where it is nested without end."""
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, (dict, list)):
        return value
    if not depth:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return [tidy(one, depth - 1) for one in value]
    return {clean(name): tidy(one, depth - 1) for name, one in value.items()}


def http_date(value: str) -> float | None:
    """The moment that an HTTP date names, in seconds since the epoch; None where it is none that a clock can show."""
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
