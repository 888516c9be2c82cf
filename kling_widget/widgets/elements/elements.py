"""The elements of a request: who and what the prompt calls by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal

import traitlets as t

from ...errors import KlingError
from ...request import elements
from ..base.messages import PRICE_CHANGED, UNREADABLE
from ..base.widget import Answer, Buffers, Command, CommandWidget

State = Literal["ready", "making", "failed"]

MOST = 3
"""How many elements a request may have (the service's own limit)."""


def element_row(
    name: str,
    element_id: str = "",
    *,
    note: str = "",
    picture: bool = False,
    state: State = "ready",
    problem: str = "",
) -> dict[str, Any]:
    """One element as the page shows it. ``problem`` says why one that failed was not made."""
    return {
        "name": name,
        "element_id": element_id,
        "note": note,
        "picture": picture,
        "state": state,
        "problem": problem,
    }


class Elements(CommandWidget):
    """Which elements a request has, and which there are to choose from.

    The page marks their names in the prompt, completes them, and points out a chosen one that no word names. What it
    chooses is in ``value`` at once; its commands change what is available.

    Parameters
    ----------
    save
        Called with the name, id and note of an element that the person has the id of already.
    forget
        Called with the name of an element to forget.
    create
        Called with the name, description, pictures and price of an element to make. The pictures are ids or addresses,
        the main one first; the price is what the person saw and confirmed. Gives the answer: ``said`` for the person.
    picture
        Gives an element's picture by its name, in a format that browsers show; None where there is none.
    """

    page_name = "elements"
    commands: ClassVar[Mapping[str, str]] = {
        "save": "_save",
        "forget": "_forget",
        "create": "_create",
        "picture": "_picture",
    }

    value: t.List[Any] = t.List(t.Dict(), help="The chosen ones as the API takes them: `{element_id}`, a string.").tag(
        sync=True
    )
    available: t.List[Any] = t.List(t.Dict(), help="The service's elements, as `element_row` returns them.").tag(
        sync=True
    )
    most = t.Int(MOST, help="How many may be chosen.").tag(sync=True)
    prompt = t.Unicode(help="The prompt's control, as a reference.").tag(sync=True)
    board = t.Unicode(help="The storyboard's, as a reference: names in its shots count too. Empty: there is none.").tag(
        sync=True
    )
    pictures = t.Unicode(
        help="The control that gives a new element's pictures (`{pictures: [{id, url, state}]}`), as a reference. "
        "Empty: their addresses are typed."
    ).tag(sync=True)
    price = t.Unicode("$0.01", help="What making one is thought to cost, for a person.").tag(sync=True)
    problem = t.Unicode(help="What is wrong with the value; empty if nothing is.").tag(sync=True)

    def __init__(
        self,
        save: Callable[[str, str, str], None],
        forget: Callable[[str], None],
        create: Callable[[str, str, Sequence[str], str], Mapping[str, Any]],
        picture: Callable[[str], bytes | None],
        **traits: Any,
    ) -> None:
        self._on_save, self._on_forget, self._on_create, self._on_picture = save, forget, create, picture
        super().__init__(**traits)

    def _save(self, command: Command, _buffers: Buffers) -> Answer:
        name, element_id, note = _texts(command, "name", "element_id", "note")
        tidy = elements.as_id(element_id)
        self._on_save(elements.as_name(name), tidy, note)
        return {"element_id": tidy}

    def _forget(self, command: Command, _buffers: Buffers) -> None:
        self._on_forget(*_texts(command, "name"))

    def _create(self, command: Command, _buffers: Buffers) -> Answer:
        name, description, price = _texts(command, "name", "description", "price")
        pictures = command.get("pictures")
        if not isinstance(pictures, list) or not all(isinstance(one, str) for one in pictures):
            raise _unreadable()
        if price != self.price:
            raise KlingError(PRICE_CHANGED)
        tidy = elements.as_name(name)
        elements.fit(description, len(pictures))
        return {"name": tidy, **self._on_create(tidy, description, pictures, price)}

    def _picture(self, command: Command, _buffers: Buffers) -> Answer:
        found = self._on_picture(*_texts(command, "name"))
        return {}, [found] if found else []


def _texts(command: Command, *fields: str) -> list[str]:
    """A command's texts: an id that came as a number was rounded on its way, and is not guessed at."""
    found = [command.get(field) for field in fields]
    if not all(isinstance(text, str) for text in found):
        raise _unreadable()
    return [str(text) for text in found]


def _unreadable() -> KlingError:
    return KlingError(UNREADABLE)
