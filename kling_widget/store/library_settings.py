"""Values that belong to a library as a whole, by name: the ``settings`` table."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, insert, select, update

from .schema import settings


def read(connection: Connection, name: str) -> str | None:
    """Return a value; None where the library has none of that name."""
    return connection.scalar(select(settings.c.value).where(settings.c.name == name))


def write(connection: Connection, name: str, value: str) -> None:
    """Set a value."""
    if not connection.execute(update(settings).where(settings.c.name == name).values(value=value)).rowcount:
        connection.execute(insert(settings).values(name=name, value=value))


def once(connection: Connection, name: str, make: Callable[[], str]) -> str:
    """Return a value, made and kept the first time."""
    found = read(connection, name)
    if found is None:
        found = make()
        write(connection, name, found)
    return found
