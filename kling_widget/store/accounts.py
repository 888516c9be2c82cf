"""Whose takes a library holds: a fingerprint of the key that made each, and which keys belong to one account."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, or_, select
from sqlalchemy.engine import Connection

from ..settings import Key
from . import library_settings
from .database import read_only, writing
from .schema import takes

_SALT, _GROUPS = "account_salt", "same_accounts"


class Accounts:
    """A library's accounts.

    A fingerprint tells keys apart and does not give them away: it is salted for each library and slow to compute.
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
            library_settings.write(connection, _GROUPS, json.dumps([*map(sorted, groups), sorted(joined)]))

    def beginning(self, digits: str) -> list[tuple[str, str]]:
        """Return the accounts of takes whose fingerprint begins so, each with its service."""
        query = select(takes.c.account, takes.c.service).where(takes.c.account.is_not(None)).distinct()
        with read_only(self._engine) as connection:
            found = connection.execute(query.order_by(takes.c.account, takes.c.service)).all()
        return [(account, service) for account, service in found if account.startswith(digits)]

    def _read_salt(self) -> bytes:
        with read_only(self._engine) as connection:
            found = library_settings.read(connection, _SALT)
        if found is None:
            with writing(self._engine) as connection:  # another kernel may be quicker: its salt is taken then
                found = library_settings.once(connection, _SALT, lambda: secrets.token_hex(16))
        self._salt = bytes.fromhex(found)
        return self._salt


def of_account(connection: Connection, account: str | None) -> Any:
    """Return the condition that a take is of this account, or may be; a take whose account nobody knows may be."""
    if account is None:
        return takes.c.id.is_not(None)
    return or_(takes.c.account.is_(None), takes.c.account.in_(sorted(_same(connection, account))))


def _same(connection: Connection, account: str) -> frozenset[str]:
    return frozenset({account}).union(*(group for group in _groups(connection) if account in group))


def _groups(connection: Connection) -> Iterable[frozenset[str]]:
    return [frozenset(group) for group in json.loads(library_settings.read(connection, _GROUPS) or "[]")]
