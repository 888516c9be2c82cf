"""Whose takes are whose: the key that a take waits for, keys of one account, tasks that a person names."""

from __future__ import annotations

from .. import urls
from ..errors import LibraryError, SettingsError
from ..service.connections import Connections
from ..settings import KEY_NAME
from ..store import Record, Store
from ..store.claims import Claims
from ..store.record import SHOWN
from ..store.sweep_record import SweepRecord
from . import claims as claiming


class TakeAccounts:
    """What a person is told of the accounts that made a library's takes, and what they say of them.

    Parameters
    ----------
    store, connections, claims
        The library, the keys that this process has, and which take has which task on this machine.
    """

    def __init__(self, store: Store, connections: Connections, claims: Claims) -> None:
        self._store, self._connections, self._claims = store, connections, claims

    def waits_for_key(self, record: Record) -> str:
        """Return whose key a take waits for, in words; empty where it waits for none, or a kernel with it tends it."""
        if record.final or record.state == "needs_you" or self._connections.reachable(record.service, record.account):
            return ""
        if self._store.leases.tended(record.id):
            return ""
        return self._waits(record.service, record.account)

    def sweep_waits_for_key(self, sweep: SweepRecord) -> str:
        """Return whose key the cells of a sweep wait for, in words; empty where this kernel has it."""
        if self._connections.reachable(sweep.service, sweep.account):
            return ""
        return self._waits(sweep.service, sweep.account)

    def _waits(self, service: str, fingerprint: str | None) -> str:
        host = urls.host(service)
        account = (fingerprint or "")[:SHOWN]
        key = f"the key that made it (account {account})" if account else "the key that made it"
        if not self._connections.reachable(service):
            return f"Waits for {key}: no key for {host} is found here. It is left as it is until then."
        return (
            f"Waits for {key}; the key found here is another account's, and leaves it alone. "
            f'If it is a new key of the same account, say so: library.same_account("{account}").'
        )

    def same_account(self, digits: str) -> None:
        """Note that the key found now belongs to the account whose fingerprint begins so.

        Raises
        ------
        LibraryError
            If no take's account begins so, or those of several do.
        SettingsError
            If no key is found.
        """
        found = self._store.accounts.beginning(digits)
        if not found or len({account for account, _ in found}) > 1:
            recorded = sorted({account[:SHOWN] for account, _ in self._store.accounts.beginning("")})
            raise LibraryError(
                f"{'Several accounts begin' if found else 'No account of this library begins'} with {digits!r}. "
                f"Nothing was changed. Its takes are of: {', '.join(recorded) or 'no account that is known'}."
            )
        for account, service in found:
            mine = self._connections.account(service)
            if mine is not None:
                self._store.accounts.join(account, mine)
                return
        raise SettingsError(
            f"No key is found for {', '.join(service for _, service in found)}, so there is none to name as that "
            f"account's. Nothing was changed. Set {KEY_NAME} first."
        )

    def claim(self, record: Record, prediction: str | None) -> None:
        """Claim the task that a person says is a take's, for this library; None: the take has none.

        Raises
        ------
        AlreadyTaken
            If it belongs to another library's take.
        """
        if prediction is None:
            claiming.ended(self._claims, record.id)
        else:
            claiming.claim(self._claims, record, prediction)
