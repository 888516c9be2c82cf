"""The part of a library that knows whose keys made its takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from ..store import Record
from ..store.learned_limit import Learned
from ..store.record import PRACTICE
from .base import LibraryBase

_Same = TypeVar("_Same", bound="Accounts")


class Accounts(LibraryBase):
    """Takes belong to the account that made them, and wait for a key of it."""

    def same_account(self: _Same, account: str) -> _Same:
        """Say that the key found now belongs to the account that made some takes, as after a key was renewed.

        Each take belongs to the key that made it; with another key it is left as it is, since the service would show
        that key nothing of it. A new key of the same account sees the same tasks. Only you know that it is one: said of
        another account, its key would find nothing, and takes would be given up as not made or no longer kept.

        Parameters
        ----------
        account
            The account as the waiting take names it (`Take.account`), or the beginning of it.

        Raises
        ------
        LibraryError
            If no account of this library begins so, or several do. Nothing was changed.
        SettingsError
            If no key is found. Nothing was changed.
        """
        self.engine.accounts.same_account(account.strip())
        return self

    def explained(self, record: Record) -> Record:
        """Return what is known of a take with all its trouble in words: also whose key it waits for."""
        waits = self.waits_for_key(record)
        return replace(record, trouble=f"{record.trouble} {waits}".strip()) if waits else record

    def learned_limits(self) -> Mapping[str, Learned]:
        """Return what accounts were found to take in a minute, by their fingerprint."""
        return self._shared.store.learned_limits

    def waits_for_key(self, record: Record) -> str:
        """Return whose key a take waits for, in words; empty where it waits for none."""
        return "" if record.final or record.service == PRACTICE else self.engine.accounts.waits_for_key(record)
