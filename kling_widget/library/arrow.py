"""The history in Arrow's form, for Parquet, polars and whatever else reads that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from ..errors import MissingPackage
from ..text import mended

if TYPE_CHECKING:
    import pyarrow as pa

UNITS: Mapping[str, str] = {
    "seconds": "s",
    "cost": "US dollars",
    "rating": "stars, 1 to 5",
    "took": "s",
    "width": "pixels",
    "height": "pixels",
    "bytes": "bytes",
}
"""What a column's numbers count; each is in its field's metadata as ``unit``."""

_REPEATED = frozenset(("model", "aspect_ratio", "status"))
_WHOLE = frozenset(("seconds", "rating", "width", "height", "bytes"))
_FRACTIONS = frozenset(("cost", "took"))
_YES_OR_NO = frozenset(("sound", "practice"))


def arrow_table(columns: Mapping[str, Sequence[Any]], zone: tzinfo) -> pa.Table:
    """Return columns of the history as an Arrow table.

    Raises
    ------
    MissingPackage
        If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
    except ImportError:
        raise MissingPackage(
            "Arrow and Parquet need pyarrow, which is not installed: pip install 'kling-widget[arrow]' brings it. "
            "to_csv and to_json need nothing."
        ) from None

    def kind(name: str) -> pa.DataType:
        if name in _REPEATED:
            return pa.dictionary(pa.int32(), pa.string())
        if name == "tags":
            return pa.list_(pa.string())
        if name == "confirmed":
            return pa.timestamp("ms", tz=_zone_name(zone))
        if name in _YES_OR_NO:
            return pa.bool_()
        return pa.int64() if name in _WHOLE else pa.float64() if name in _FRACTIONS else pa.string()

    fields, arrays = [], []
    for name, values in columns.items():
        type_ = kind(name)
        fields.append(pa.field(name, type_, metadata={"unit": UNITS[name]} if name in UNITS else None))
        if name in _YES_OR_NO:
            array = pa.array([value if isinstance(value, bool) else None for value in values], type_)
        elif name == "confirmed" or name in _WHOLE or name in _FRACTIONS:
            array = pa.array(values, pa.int64() if name == "confirmed" else type_).cast(type_)
        elif name == "tags":
            array = pa.array(map(mended, values), type_)
        else:
            array = pa.array(map(_text, values), pa.string())
        arrays.append(array.dictionary_encode() if name in _REPEATED else array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _text(value: object) -> str | None:
    """Return a text with U+FFFD for each half of a character, which Arrow does not take; None for what is no text."""
    return mended(value) if isinstance(value, str) else None


def _zone_name(zone: tzinfo) -> str:
    """Return a zone as Arrow names it: ``Europe/Berlin``, or ``+05:30``."""
    key = getattr(zone, "key", None)
    if isinstance(key, str):
        return key
    offset = datetime(2000, 1, 1, tzinfo=zone).strftime("%z")
    return "UTC" if offset == "+0000" else f"{offset[:3]}:{offset[3:5]}"
