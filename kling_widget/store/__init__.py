"""The truth about all takes, on disk. Nothing outside this room knows SQL."""

from .record import Budget, Lease, Limits, Record, Spend, TakeId, Wait
from .store import Store

__all__ = ["Budget", "Lease", "Limits", "Record", "Spend", "Store", "TakeId", "Wait"]
