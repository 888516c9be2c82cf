"""The clients of the services that a library's takes are made on."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .. import settings, urls
from ..errors import SettingsError
from ..settings import Key
from ..store import Record
from ..store.record import PRACTICE, SHOWN
from . import identity
from .practice_process import PracticeProcess, ledger_folder
from .service import PLAY_KEY, key_for, typed_keys

if TYPE_CHECKING:  # these bring SQLAlchemy and requests, which a page need not wait for
    from ..store.accounts import Accounts
    from .client import Client

_KEYLESS_S = 60.0  # a locked keyring asks its person each time


class Connections:
    """Clients of the services that this process can speak to, each made when first needed.

    Parameters
    ----------
    folder
        The library's folder; a practice server keeps its ledger in it.
    accounts
        The library's accounts.
    """

    def __init__(self, folder: Path, accounts: Accounts) -> None:
        self._folder, self._accounts = folder, accounts
        self._lock = threading.RLock()
        # Of its own: the other one is held while a practice server starts, and what keys there are is asked by handlers
        # and by the thread that renews leases.
        self._noting = threading.Lock()
        self._clients: dict[tuple[str, str], Client] = {}
        # Of each service, the keys that this process has had, the latest last: a take goes on with the key that made
        # it also when the settings name another one by now.
        self._keys: dict[str, dict[str, Key]] = {}
        self._practice: PracticeProcess | None = None
        self._learned: dict[str, float] = {}  # services that were asked what they are, and until when that is believed
        self._keyless: dict[str, float] = {}  # services without a key, and until when that is believed

    def account(self, service: str) -> str | None:
        """Return the fingerprint of the key that a new take is made with; None in practice, or where there is no key.

        Raises
        ------
        SettingsError
            If the key that the settings name can't be one.
        """
        if service == PRACTICE:
            return None
        key = typed_keys.get(service) or (settings.environment_key() if service == settings.origin() else None)
        if key is None and (keys := self._keys.get(service)):
            return next(reversed(keys))  # a keyring may ask its person, and a handler waits for this
        key = key or key_for(service)
        return None if key is None else self._note(service, key)

    def reachable(self, service: str, account: str | None = None) -> bool:
        """Return whether this process may speak to a service for takes of an account (None: nobody knows whose).

        Practice always; a live service with its key, and for takes that this key or one of the same account made.
        """
        if service == PRACTICE:
            return True
        keys = self._keys_for(service)
        # Asked of each open take at every look of a panel: the library is read only where the key is another one.
        mine = account is None or account in keys
        return bool(keys) and (mine or not self._accounts.same(str(account)).isdisjoint(keys))

    def client_of(self, record: Record) -> Client:
        """Return the client for a take: with the key that made it, or another of the same account.

        Raises
        ------
        SettingsError
            If this process has no such key.
        """
        return self.client(record.service, record.account)

    def client(self, service: str, account: str | None = None) -> Client:
        """The client for a service. Not for a handler: starting the practice server takes some tenths of a second.

        Parameters
        ----------
        account
            Whose takes it is for; unless given, whoever's key the settings name now.

        Raises
        ------
        PracticeError
            If the practice server does not start.
        SettingsError
            If there is no key for the service, or none of that account.
        """
        if service == PRACTICE:
            with self._lock:
                return self._practising()
        keys = self._keys_for(service)
        fit = set(keys) if account is None else self._accounts.same(account).intersection(keys)
        if not fit:
            words = f"There is no key for {service}. Set {settings.KEY_NAME}; the take goes on there meanwhile."
            if keys and account:
                words = f"The key for {service} is not that of account {account[:SHOWN]}, which made the take. "
                words += "Nothing was sent. Use the key that made it."
            raise SettingsError(words)
        # The latest key where it fits: one that it has taken the place of may be void by now.
        order = [next(reversed(keys)), *sorted(fit, key=lambda one: one != account)]
        mine = next(one for one in order if one in fit)
        with self._lock:
            if (service, mine) not in self._clients:
                from .client import Client

                self._clients[service, mine] = Client(service, keys[mine], account=mine)
            return self._clients[service, mine]

    def _keys_for(self, service: str) -> dict[str, Key]:
        """The keys that this process has or had for a service, the latest last."""
        try:
            key = typed_keys.get(service) or (settings.environment_key() if service == settings.origin() else None)
            if key is None and not self._keys.get(service) and time.monotonic() >= self._keyless.get(service, 0.0):
                key = key_for(service)
                if key is None:
                    self._keyless[service] = time.monotonic() + _KEYLESS_S
        except SettingsError:
            key = None
        if identity.kind_of(service) == "practice":
            if key is None or self._accounts.of(PLAY_KEY) not in self._keys.get(service, {}):
                self._note(service, PLAY_KEY)  # also beside a person's own: what was made without goes on without
        elif key is None and not self._keys.get(service):
            self._learn(service)
        if key is not None:
            self._note(service, key)
        return self._keys.get(service, {})

    def _learn(self, service: str) -> None:
        """Ask a server that there is no key for what it is: a practice server needs none."""
        # Only whom the settings name, or who is on this machine: a row of a library names nobody to be asked.
        ours = service == settings.origin() or urls.is_local(service)
        if ours and not settings.is_vendor(service) and time.monotonic() >= self._learned.get(service, 0.0):
            self._learned[service] = time.monotonic() + _KEYLESS_S
            identity.follow(service, lambda: False)

    def _note(self, service: str, key: Key) -> str:
        mine = self._accounts.of(key)
        with self._noting:
            before = self._keys.get(service, {})
            if next(reversed(before), None) != mine:  # a new dict: others may be reading the old one
                self._keys[service] = {**{one: k for one, k in before.items() if one != mine}, mine: key}
        return mine

    def _practising(self) -> Client:
        from .client import Client

        here = (PRACTICE, "")
        if self._practice is None or not self._practice.alive:
            self._practice = PracticeProcess(ledger_folder(self._folder))
            if old := self._clients.pop(here, None):
                old.close()
        if here not in self._clients:
            self._clients[here] = Client(self._practice.url, self._practice.key)
        return self._clients[here]

    def close(self) -> None:
        """Close the connections and end the practice server."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()
            if self._practice:
                self._practice.close()
                self._practice = None
