"""The history as text: rows of CSV for spreadsheets, rows of JSON for programs."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, TextIO

from ..text import mended

# What spreadsheets take for a formula, full-width forms in East Asian locales too, and what has been quoted already:
# so that one apostrophe is added to each of them, and can be taken away again.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def quoted(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unquoted(text: str) -> str:
    """Return what `quoted` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def write_csv(file: TextIO, columns: Mapping[str, Sequence[Any]], zone: tzinfo) -> None:
    """Write columns as CSV (RFC 4180), their names first. The file must not translate ends of lines."""
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow(_cell(name, value, zone) for name, value in zip(columns, row, strict=True))


def write_json(file: TextIO, columns: Mapping[str, Sequence[Any]], zone: tzinfo) -> None:
    """Write columns as a JSON array of objects, one a line."""
    for number, row in enumerate(objects(columns, zone)):
        text = json.dumps(mended(row), ensure_ascii=False, allow_nan=False)
        file.write(f"{',' if number else '['}\n{text}")
    file.write("\n]\n" if any(map(len, columns.values())) else "[]\n")


def objects(columns: Mapping[str, Sequence[Any]], zone: tzinfo) -> Iterator[dict[str, Any]]:
    """Yield each row as JSON values; ``confirmed`` as ISO 8601 in the zone."""
    for row in zip(*columns.values(), strict=True):
        values = dict(zip(columns, row, strict=True))
        if values.get("confirmed") is not None:
            values["confirmed"] = moment(values["confirmed"], zone).isoformat(timespec="milliseconds")
        yield values


def moment(at: int, zone: tzinfo) -> datetime:
    """Return a moment in milliseconds since the epoch as a clock in the zone shows it."""
    seconds, rest = divmod(at, 1000)
    return datetime.fromtimestamp(seconds, zone).replace(microsecond=rest * 1000)


def _cell(name: str, value: Any, zone: tzinfo) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"  # as spreadsheets, pandas and polars all read them
    if isinstance(value, (int, float)):
        # Spreadsheets know no offset from UTC: with one it would be a text, and sort as such.
        return f"{moment(int(value), zone):%Y-%m-%d %H:%M:%S}" if name == "confirmed" else value
    text = "\n".join(value) if isinstance(value, list) else str(value)  # a tag has no line break
    return quoted(mended(text).replace("\0", "\ufffd"))
