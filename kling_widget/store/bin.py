"""The bin: takes that a person deleted. Their rows stay, with all that is known of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Engine, Select, and_, or_, select, update

from .. import paths
from ..errors import LibraryError
from ..request.money import dollars
from ..request.states import AT_SERVICE
from . import rows
from .database import everything, read_only, writing
from .record import Record, now_ms
from .schema import takes

_IN_IT = and_(takes.c.binned_at.is_not(None), takes.c.emptied_at.is_(None))
_GIVEN_UP = and_(takes.c.binned_at.is_not(None), takes.c.emptied_at.is_not(None))
_NAMES = (takes.c.file, takes.c.poster, takes.c.kept)
_NAMED = or_(*(name.is_not(None) for name in _NAMES))
_AT_ONCE = 500  # ids in one statement


class Bin:
    """The takes of a library that a person deleted.

    Parameters
    ----------
    engine
        The library's database.
    read
        Gives the records of a query's rows that can be read.
    """

    def __init__(self, engine: Engine, read: Callable[[Select[Any]], list[Record]]) -> None:
        self._engine, self._read = engine, read

    def put(self, *ids: str) -> list[Record]:
        """Put takes into the bin: all, or none. One that is in it stays there.

        Raises
        ------
        LibraryError
            If one of them has not ended: it may still cost, and its clip may still come. Nothing was changed.
        """
        now = now_ms()
        with writing(self._engine) as connection:
            found = [rows.get(connection, take) for take in ids]
            for record in found:
                if words := _refusal(record):
                    raise LibraryError(words)
            return [
                record if record.binned_at is not None else rows.write(connection, record.id, {"binned_at": now})
                for record in found
            ]

    def restore(self, *ids: str) -> list[Record]:
        """Take takes out of the bin: all, or none. One that is not in it stays where it is.

        Raises
        ------
        LibraryError
            If the files of one of them were given up. Nothing was changed.
        """
        with writing(self._engine) as connection:
            found = [rows.get(connection, take) for take in ids]
            for record in found:
                if record.emptied_at is not None:
                    raise LibraryError(
                        f"Take {record.id} was in the bin when it was emptied, so its files are gone for good. Nothing "
                        "was changed; what it cost stays counted. take.to_code() gives the call that makes it again, "
                        "at a price of its own."
                    )
            return [
                record if record.binned_at is None else rows.write(connection, record.id, {"binned_at": None})
                for record in found
            ]

    def takes(self) -> list[Record]:
        """The takes that are in it, the one that was deleted last first."""
        return self._read(select(takes).where(_IN_IT).order_by(takes.c.binned_at.desc(), takes.c.id.desc()))

    def give_up(self, ids: Iterable[str]) -> None:
        """Write down that a person wants the files of these no more, as far as they are in the bin now.

        Before any file goes: from here on none of them can be taken out, so that nobody gets one without its clip.
        """
        with writing(self._engine) as connection:
            change: dict[str, Any] = {"emptied_at": now_ms(), "revision": rows.next_revision(connection)}
            for some in _batches(ids):
                connection.execute(update(takes).where(_IN_IT, takes.c.id.in_(some)).values(change))

    def given_up(self) -> list[Record]:
        """Takes whose files are wanted no more and may lie there still: an emptying is under way, or was cut short."""
        return self._read(select(takes).where(_GIVEN_UP, _NAMED).order_by(takes.c.id))

    def names_in_use(self) -> set[str]:
        """The files that takes name whose files are wanted, as `paths.alike` compares names."""
        query = select(*_NAMES).where(takes.c.emptied_at.is_(None), _NAMED)
        with read_only(self._engine) as connection:
            found = everything(connection, query)
        return {paths.alike(name) for row in found for name in row if isinstance(name, str)}

    def forget_files(self, ids: Iterable[str]) -> None:
        """Write down that the files of these are gone."""
        with writing(self._engine) as connection:
            change: dict[str, Any] = {"file": None, "poster": None, "kept": None}
            change["revision"] = rows.next_revision(connection)
            for some in _batches(ids):
                connection.execute(update(takes).where(_GIVEN_UP, takes.c.id.in_(some)).values(change))


def _batches(ids: Iterable[str]) -> Iterable[Sequence[str]]:
    wanted = sorted(set(ids))
    return (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE))


def _refusal(record: Record) -> str:
    """Return why a take can't be put into the bin, what that means for the money, and what to do; empty if it can."""
    if record.final:
        return ""
    if record.kind != "clip":
        return f"{record.id} is a tool's run, and none of the history's takes. Nothing was changed."
    if record.state == "intent":
        return (
            f"Take {record.id} waits to be sent, so it can't be deleted yet. Nothing was sent or charged for it, and "
            "nothing was changed. Take it back first, at no cost: take.stop(). Then delete it."
        )
    price = dollars(record.cost)
    if record.state in AT_SERVICE:
        return (
            f"The service is making take {record.id} ({record.state}) and charges it whoever keeps it, about {price}. "
            "Nothing was changed. Wait until it has ended, with take.wait(); then delete it."
        )
    return (
        f"Whether the service has take {record.id} is not certain yet ({record.state}): it may cost {price}, and its "
        "clip may still be found. Nothing was changed. Wait until that is clear, with take.wait(), or say what it is, "
        "with take.decide(…); then delete it."
    )
