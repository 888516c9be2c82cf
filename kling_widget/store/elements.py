"""Elements: persons and things that the service knows by an id and prompts call by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Engine, String, Table, Text, UniqueConstraint, delete, insert, select, update
from sqlalchemy.engine import Connection

from ..errors import LibraryError, Problem, RequestError
from ..request import elements as words
from ..text import flaw
from . import rows
from .damage import LAST_MS, is_text, is_whole
from .database import read_only, writing
from .record import now_ms
from .schema import metadata

NOTE_LENGTH = 100
"""How many characters a note may have: as many as the service takes of a description."""

elements = Table(
    "elements",
    metadata,
    Column("key", String(80), primary_key=True),  # the name, whatever its case
    Column("name", String(words.NAME_LENGTH), nullable=False),
    Column("element_id", String(words.ID_LENGTH)),  # none while it is being made
    Column("note", String(NOTE_LENGTH), nullable=False),
    Column("service", String(200), primary_key=True),
    Column("picture", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("take", String(32), nullable=False),
    UniqueConstraint("service", "element_id", name="one_name_an_element"),
)


@dataclass(frozen=True)
class SavedElement:
    """An element that the library knows.

    Attributes
    ----------
    name
        What prompts call it: at most 20 characters, once for a service, whatever the case.
    element_id
        The service's id, a string: ids exceed 2**53. Empty while it is being made.
    service
        ``"practice"``, or the origin of the live service: only there is its id known.
    note
        At most 100 characters, for a person.
    picture
        Path of a picture, from the library's folder; empty where there is none.
    made_at
        When it came into the library, in milliseconds since the epoch, UTC.
    take
        The run that makes it, or made it; empty where a person had the id already.
    """

    name: str
    element_id: str
    service: str
    note: str = ""
    picture: str = ""
    made_at: int = 0
    take: str = ""


class ElementStore:
    """A library's elements."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, service: str | None = None) -> list[SavedElement]:
        """All elements, or those of one service, by name."""
        query = select(elements).order_by(elements.c.key)
        if service is not None:
            query = query.where(elements.c.service == service)
        with read_only(self._engine) as connection:
            return [_element(row) for row in connection.execute(query).mappings() if _is_readable(row)]

    def by_name(self, name: str, service: str | None = None) -> SavedElement | None:
        """The element of that name, whatever its case, on a service (on any unless named); None where there is none."""
        with read_only(self._engine) as connection:
            return _find(connection, name, service)

    def add(
        self,
        name: str,
        element_id: str = "",
        *,
        service: str,
        note: str = "",
        picture: str = "",
        take: str = "",
    ) -> SavedElement:
        """Bring an element in.

        Parameters
        ----------
        name, element_id, service, note, picture, take
            See `SavedElement`. One that is still being made has no id yet, and the run that makes it instead.

        Raises
        ------
        RequestError
            If the name, the id or the note can't be one.
        LibraryError
            If the library knows one of the service by that name, or that id by another name. Nothing is changed.
        """
        element = SavedElement(
            words.as_name(name),
            words.as_id(element_id) if element_id or not take else "",
            service,
            _as_note(note),
            picture,
            now_ms(),
            take,
        )
        with writing(self._engine) as connection:
            _refuse_namesakes(connection, element.name, element.service)
            _refuse_duplicate(connection, element.service, element.element_id)
            connection.execute(insert(elements).values(_row(element)))
            rows.next_revision(connection)
        return element

    def made(self, take: str, element_id: str, *, picture: str | None = None) -> SavedElement | None:
        """Give the element that a run makes its id; None where it was removed in the meantime.

        May be told again: what is known already stays.

        Raises
        ------
        RequestError
            If the id can't be one.
        LibraryError
            If the library knows that id by another name.
        """
        tidy = words.as_id(element_id)
        with writing(self._engine) as connection:
            row = connection.execute(select(elements).where(elements.c.take == take)).mappings().first()
            if not take or row is None or not _is_readable(row):
                return None
            if row["element_id"] is None:
                _refuse_duplicate(connection, row["service"], tidy)
                found = _element(row)
                return _change(connection, found, element_id=tidy, picture=picture or found.picture)
            return _element(row)

    def rename(self, name: str, new: str, service: str | None = None) -> SavedElement:
        """Call an element by another name. Prompts that name it are left as they are.

        Raises
        ------
        RequestError
            If the new name can't be one.
        LibraryError
            If there is no such element, or another one by the new name.
        """
        tidy = words.as_name(new)
        with writing(self._engine) as connection:
            before = _get(connection, name, service)
            if words.key(tidy) != words.key(before.name):
                _refuse_namesakes(connection, tidy, before.service)
            return _change(connection, before, key=words.key(tidy), name=tidy)

    def annotate(
        self, name: str, *, note: str | None = None, picture: str | None = None, service: str | None = None
    ) -> SavedElement:
        """Change an element's note or picture; None leaves it.

        Raises
        ------
        RequestError
            If the note is too long.
        LibraryError
            If there is no such element.
        """
        given = {"note": None if note is None else _as_note(note), "picture": picture}
        with writing(self._engine) as connection:
            before = _get(connection, name, service)
            return _change(connection, before, **{field: value for field, value in given.items() if value is not None})

    def remove(self, name: str, service: str | None = None) -> SavedElement:
        """Forget an element. It stays at the service, and takes that were made with it stay as they are.

        Returns
        -------
        SavedElement
            What was forgotten: with its name and id it can be brought in again.

        Raises
        ------
        LibraryError
            If there is no such element.
        """
        with writing(self._engine) as connection:
            element = _get(connection, name, service)
            connection.execute(delete(elements).where(_is(element)))
            rows.next_revision(connection)
        return element


def _as_note(note: str) -> str:
    tidy = " ".join(note.split())
    if len(tidy) > NOTE_LENGTH:
        raise RequestError([Problem("note", f"{len(tidy)} characters; there is room for {NOTE_LENGTH}.")])
    if fault := flaw(tidy):
        raise RequestError([Problem("note", fault)])
    return tidy


def _row(element: SavedElement) -> dict[str, Any]:
    return {**vars(element), "key": words.key(element.name), "element_id": element.element_id or None}


def _is_readable(row: Mapping[Any, Any]) -> bool:
    """Whether an element's row can be read."""
    texts = (row["name"], row["service"], row["note"], row["picture"], row["take"], row["element_id"] or "")
    return all(map(is_text, texts)) and is_whole(row["made_at"], 0, LAST_MS)


def _element(row: Mapping[Any, Any]) -> SavedElement:
    values = {name: row[name] for name in SavedElement.__dataclass_fields__}
    return SavedElement(**{**values, "element_id": row["element_id"] or ""})


def _find(connection: Connection, name: str, service: str | None) -> SavedElement | None:
    query = select(elements).where(elements.c.key == words.key(" ".join(name.split())))
    if service is not None:
        query = query.where(elements.c.service == service)
    row = connection.execute(query.order_by(elements.c.service)).mappings().first()
    return None if row is None or not _is_readable(row) else _element(row)


def _get(connection: Connection, name: str, service: str | None) -> SavedElement:
    found = _find(connection, name, service)
    if found is None:
        raise LibraryError(f"This library knows no element {name!r}. Nothing was changed.")
    return found


def _is(element: SavedElement) -> Any:
    return (elements.c.key == words.key(element.name)) & (elements.c.service == element.service)


def _change(connection: Connection, before: SavedElement, /, **values: Any) -> SavedElement:
    if values:
        connection.execute(update(elements).where(_is(before)).values(values))
        rows.next_revision(connection)
    return _get(connection, values.get("name", before.name), before.service)


def _refuse_namesakes(connection: Connection, name: str, service: str) -> None:
    if other := _find(connection, name, service):
        raise LibraryError(
            f"This library knows an element {other.name!r} already, and a prompt could not tell them apart. Nothing "
            "was changed. Choose another name, or forget that one first."
        )


def _refuse_duplicate(connection: Connection, service: str, element_id: str) -> None:
    here = (elements.c.service == service) & (elements.c.element_id == element_id)
    other = connection.scalar(select(elements.c.name).where(here))
    if other is not None:
        raise LibraryError(
            f"The element with the id {element_id} is in this library already: it is {other!r}. Nothing was changed. "
            "Use it by that name, or rename it."
        )
