"""The part of a library that knows whose keys made its takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..store import Record
from ..store.learned_limit import Learned
from ..store.record import PRACTICE
from .base import TendedLibrary


class Accounts(TendedLibrary):
    """Takes belong to the account that made them, and wait for a key of it."""

    def explained(self, record: Record) -> Record:
        """Return what is known of a take with all its trouble in words: also whose key it waits for."""
        waits = self.waits_for_key(record)
        return replace(record, trouble=f"{record.trouble} {waits}".strip()) if waits else record

    def learned_limits(self) -> Mapping[tuple[str, str | None], Learned]:
        """Return what accounts were found to take, by their service and their fingerprint."""
        return self._shared.store.learned_limits

    def waits_for_key(self, record: Record) -> str:
        """Return whose key a take waits for, in words; empty where it waits for none."""
        return "" if record.final or record.service == PRACTICE else self.engine.accounts.waits_for_key(record)
