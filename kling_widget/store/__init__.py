"""The truth about all takes, on disk. Nothing outside this package knows SQL.

What takes are as plain values is here at once; ``Store`` brings SQLAlchemy, and is imported when first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .record import Lease, Limits, Record, TakeId, Wait

if TYPE_CHECKING:
    from .store import Store

__all__ = ["Lease", "Limits", "Record", "Store", "TakeId", "Wait"]


def __getattr__(name: str) -> object:
    if name == "Store":
        from .store import Store

        return Store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
