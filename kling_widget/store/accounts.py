"""Whose takes a library holds: a fingerprint of the key that made each, and which keys belong to one account."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, or_, select
from sqlalchemy.engine import Connection

from ..errors import LibraryDamaged
from ..settings import Key
from . import account_settings, library_settings
from .account_settings import GROUPS, SALT
from .damage import is_text
from .database import read_only, writing
from .integrity import RESCUE
from .schema import takes


class Accounts:
    """A library's accounts.

    A fingerprint tells keys apart and does not give them away: it is salted for each library and slow to compute.
    Where a setting that says whose is whose can't be read, ``LibraryDamaged`` says so in words, and nothing is sent.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._salt = b""

    def of(self, key: Key) -> str:
        """Return a key's fingerprint in this library. The first time takes some tens of milliseconds."""
        return key.fingerprint(self._salt or self._read_salt())

    def same(self, account: str) -> frozenset[str]:
        """Return the fingerprints of all keys that are known to belong to one account, this one included."""
        with read_only(self._engine) as connection:
            return _same(connection, account)

    def join(self, one: str, other: str) -> None:
        """Note that two keys belong to one account."""
        with writing(self._engine) as connection:
            joined = _same(connection, one) | _same(connection, other)
            groups = [group for group in _groups(connection) if not joined.intersection(group)]
            library_settings.write(connection, GROUPS, json.dumps([*map(sorted, groups), sorted(joined)]))

    def beginning(self, digits: str) -> list[tuple[str, str]]:
        """Return the accounts of takes whose fingerprint begins so, each with its service."""
        query = select(takes.c.account, takes.c.service).where(takes.c.account.is_not(None)).distinct()
        with read_only(self._engine) as connection:
            found = connection.execute(query.order_by(takes.c.account, takes.c.service)).all()
        texts = [(account, service) for account, service in found if is_text(account) and is_text(service)]
        return [(account, service) for account, service in texts if account.startswith(digits)]

    def _read_salt(self) -> bytes:
        with read_only(self._engine) as connection:
            found = library_settings.read(connection, SALT)
        if found is None:
            with writing(self._engine) as connection:  # another kernel may be quicker: its salt is taken then
                found = library_settings.once(connection, SALT, lambda: secrets.token_hex(16))
        salt = account_settings.salt(found)
        if salt is None:
            raise _unreadable(SALT)
        self._salt = salt
        return salt


def of_account(connection: Connection, account: str | None) -> Any:
    """Return the condition that a take is of this account, or may be; a take whose account nobody knows may be."""
    if account is None:
        return takes.c.id.is_not(None)
    return or_(takes.c.account.is_(None), takes.c.account.in_(sorted(_same(connection, account))))


def _same(connection: Connection, account: str) -> frozenset[str]:
    return frozenset({account}).union(*(group for group in _groups(connection) if account in group))


def _groups(connection: Connection) -> Collection[frozenset[str]]:
    value = library_settings.read(connection, GROUPS)
    found = [] if value is None else account_settings.groups(value)
    if found is None:
        raise _unreadable(GROUPS)
    return found


def _unreadable(name: str) -> LibraryDamaged:
    return LibraryDamaged(
        f"The library's setting {name} can't be read: it holds what was never written there, so nobody can say whose "
        "takes are whose. It is left as it is, and nothing is sent for them; what is under way at the service goes on "
        f"there. {RESCUE}."
    )
