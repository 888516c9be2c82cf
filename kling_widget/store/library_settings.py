"""Values that belong to a library as a whole, by name: the ``settings`` table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from sqlalchemy import Connection, Engine, insert, select, update

from . import time_zone
from .damage import is_text
from .database import read_only, writing
from .schema import settings


def read(connection: Connection, name: str) -> str | None:
    """Return a value; None where the library has none of that name, empty where it has one that is no text."""
    row = connection.execute(select(settings.c.value).where(settings.c.name == name)).first()
    if row is None:
        return None
    return str(row.value) if is_text(row.value) else ""


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


def zone(engine: Engine) -> tzinfo:
    """Return the library's time zone; a library that has none yet is given this machine's."""
    with read_only(engine) as connection:
        found = read(connection, time_zone.NAME)
    if found is None:
        with writing(engine) as connection:  # another kernel may have been quicker: its zone is taken then
            found = once(connection, time_zone.NAME, time_zone.of_machine)
    return time_zone.of_name(found)
