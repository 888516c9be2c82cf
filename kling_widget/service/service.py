"""Which service a take is made on: live, with a key; or practice, on this machine, at no cost."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .. import paths, permissions, settings
from ..errors import LibraryError, NoAnswer, PracticeError, SettingsError
from ..settings import Key, is_loopback
from ..store import Limits, Record
from ..store.record import PRACTICE, SHOWN
from . import identity

if TYPE_CHECKING:  # these bring SQLAlchemy and requests, which a page need not wait for
    from ..store.accounts import Accounts
    from .client import Client

_KEYLESS_S = 60.0  # a locked keyring asks its person each time
_START_S = 120.0  # a practice server is up within a second; a machine under load may need many


PLAY_MONEY = 10_000
"""What a library's practice account begins with, in dollars of play money: a class does not run out of it."""


@dataclass(frozen=True)
class Service:
    """A service to make takes on.

    Attributes
    ----------
    name
        ``"practice"``, or another server's origin.
    keyed
        Whether a key was found for it, or none is needed.
    """

    name: str
    keyed: bool = field(default=True, compare=False)

    @property
    def practice(self) -> bool:
        """Whether it is known to cost nothing: our own practice server, or one that said so itself."""
        return identity.known(self.name) == "practice"

    @property
    def known(self) -> bool:
        """Whether it is known what it is: a server that the settings name has to say so first."""
        return identity.known(self.name) is not None

    @property
    def vendor(self) -> bool:
        """Whether it is the vendor's own service."""
        return self.name != PRACTICE and settings.is_vendor(self.name)

    @property
    def refusal(self) -> str:
        """Why nothing can be made on it at the moment, in words; empty where something can."""
        if self.practice or self.keyed:
            return ""
        if not self.known:
            return (
                f"{self.host} has not said yet what it is, and no key is found for it. Nothing was sent. Is it "
                "running? Try again in a moment."
            )
        return _keyless(self.host)

    @property
    def host(self) -> str:
        """The server's host, for people; empty for our own practice server."""
        return urlsplit(self.name).netloc if self.name != PRACTICE else ""


def choose(practice: bool | None = None) -> Service:
    """Choose the service for new takes.

    Parameters
    ----------
    practice
        True or False, or None for: the server that ``WAVESPEED_BASE_URL`` names, else live where a key is found, else
        practice.

    Returns
    -------
    Service
        It may not have said yet what it is: nobody waits for that here.

    Raises
    ------
    SettingsError
        If a live service is wanted and there is no key and nobody to ask for one.
    """
    if practice:
        return Service(PRACTICE)
    origin = settings.origin()
    if _key_for(origin) is not None:
        return Service(origin)
    if practice is None:
        if not settings.address_is_named():
            return Service(PRACTICE)
        if settings.is_vendor(origin):
            raise SettingsError(_keyless(urlsplit(origin).netloc))
        return Service(origin, keyed=False)  # a practice server needs no key of the person's
    _asked[origin] = settings.ask_key()
    return Service(origin)


def ready(service: Service) -> Service:
    """Return the service once it has said what it is. Waits for its answer, so not for a handler.

    Raises
    ------
    SettingsError
        If nothing can be made on it: it is no practice server, or does not answer, and there is no key for it.
    """
    if not service.practice:
        with contextlib.suppress(NoAnswer):  # with a key the take waits until somebody answers
            identity.ask(service.name)
    if service.refusal:
        raise SettingsError(service.refusal)
    return service


def _keyless(host: str) -> str:
    return (
        f"{settings.ADDRESS_NAME} names {host}, which is not a practice server, and no key is found for it. Nothing "
        f"was sent. Set {settings.KEY_NAME}, unset {settings.ADDRESS_NAME}, or use practice=True."
    )


def limits_of(service: str) -> Limits:
    """What an account on a service may have under way; a practice server's takes all it is given."""
    return Limits() if service == PRACTICE else Limits(*settings.tier())


PLAY_KEY = Key("play")
"""The key for practice servers where the person has none: they take any."""

_asked: dict[str, Key] = {}  # keys that a person typed, for as long as this process lives


def _key_for(origin: str) -> Key | None:
    # A key belongs to the origin that the settings name now; a take of another service is left to whoever has its key.
    found = _asked.get(origin) or (settings.find_key() if origin == settings.origin() else None)
    return found or (PLAY_KEY if identity.known(origin) == "practice" else None)


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
        key = _asked.get(service) or (settings.environment_key() if service == settings.origin() else None)
        if key is None and (known := self._keys.get(service)):
            return next(reversed(known))  # a keyring may ask its person, and a handler waits for this
        key = key or _key_for(service)
        return None if key is None else self._note(service, key)

    def reachable(self, service: str, account: str | None = None) -> bool:
        """Return whether this process may speak to a service for takes of an account (None: nobody knows whose).

        Practice always; a live service with its key, and for takes that this key or one of the same account made.
        """
        if service == PRACTICE:
            return True
        known = self._known(service)
        # Asked of each open take at every look of a panel: the library is read only where the key is another one.
        mine = account is None or account in known
        return bool(known) and (mine or not self._accounts.same(str(account)).isdisjoint(known))

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
        known = self._known(service)
        fit = set(known) if account is None else self._accounts.same(account).intersection(known)
        if not fit:
            words = f"There is no key for {service}. Set {settings.KEY_NAME}; the take goes on there meanwhile."
            if known and account:
                words = f"The key for {service} is not that of account {account[:SHOWN]}, which made the take. "
                words += "Nothing was sent. Use the key that made it."
            raise SettingsError(words)
        # The latest key where it fits: one that it has taken the place of may be void by now.
        order = [next(reversed(known)), *sorted(fit, key=lambda one: one != account)]
        mine = next(one for one in order if one in fit)
        with self._lock:
            if (service, mine) not in self._clients:
                from .client import Client

                self._clients[service, mine] = Client(service, known[mine], account=mine)
            return self._clients[service, mine]

    def _known(self, service: str) -> dict[str, Key]:
        """The keys that this process has or had for a service, the latest last."""
        try:
            key = _asked.get(service) or (settings.environment_key() if service == settings.origin() else None)
            if key is None and not self._keys.get(service) and time.monotonic() >= self._keyless.get(service, 0.0):
                key = _key_for(service)
                if key is None:
                    self._keyless[service] = time.monotonic() + _KEYLESS_S
        except SettingsError:
            key = None
        if identity.known(service) == "practice":
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
        ours = service == settings.origin() or is_loopback(urlsplit(service).hostname or "")
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
            self._practice = PracticeProcess(_ledger(self._folder))
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


def _ledger(library: Path) -> Path:
    """Return the folder of a library's practice ledger. Raises ``PracticeError`` where files there lie elsewhere."""
    try:
        ledger = paths.folder(library, PRACTICE)
        links = [entry.name for entry in ledger.iterdir() if entry.is_symlink()]
    except (LibraryError, OSError) as error:
        raise PracticeError(f"The practice server can't keep its ledger in this library: {error}") from error
    if links:
        raise PracticeError(
            f"{str(ledger)!r} holds links ({', '.join(sorted(links))}) where the practice server keeps its own files. "
            "It was not started, and nothing was sent. Move them away."
        )
    return ledger


class PracticeProcess:
    """A practice server of our own, in a process of its own, which ends when this one does, however it ends.

    Parameters
    ----------
    ledger
        The folder of its ledger: what it promised outlives it there.

    Attributes
    ----------
    url, key
        Where it is, and the only key that it takes: its clips show their prompts, which are nobody else's.
    """

    def __init__(self, ledger: Path) -> None:
        command = [sys.executable, "-m", "kling_widget.practice", "--port", "0"]
        command += ["--ledger", str(ledger), "--balance", str(PLAY_MONEY), "--exit-with-stdin", "--private"]
        # Its standard input closes with this process, even a killed one; its words go nowhere, as no one reads a pipe.
        # A session of its own: Jupyter interrupts a cell by a signal to the kernel's whole group of processes.
        self._process = subprocess.Popen(
            command,
            env=_without_keys(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            umask=permissions.umask(ledger),
        )
        # Not ended by `atexit`: that would come before the engine's own end, which may still have takes to send.
        self.url, self.key = self._first_words()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def _first_words(self) -> tuple[str, Key]:
        assert self._process.stdout is not None
        timer = threading.Timer(_START_S, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            said = json.loads(self._process.stdout.readline())
            return str(said["url"]), Key(str(said["token"]))
        except (ValueError, KeyError, TypeError) as error:
            self.close()
            raise PracticeError(
                "The practice server did not start; nothing was sent. `python -m kling_widget.practice` says why."
            ) from error
        finally:
            timer.cancel()

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without the key, by whichever name: a process that needs none is told none."""
    key = environment.get(settings.KEY_NAME, "").strip()
    return {
        name: value for name, value in environment.items() if name != settings.KEY_NAME and not (key and key in value)
    }
