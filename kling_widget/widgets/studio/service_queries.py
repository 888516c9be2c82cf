"""What a panel asks a live service that costs nothing and that nobody waits for: its models, its price, the balance."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import KlingError, OtherCurrency
from ...library import Library, models
from ...request.catalog import Model
from ...request.money import Micros
from ...service import identity
from ...service.answers import Quote
from ...service.service import Service
from . import view

if TYPE_CHECKING:
    from ...service.client import Client

_BALANCE_S = 30.0  # between two questions, at least


class ServiceQueries:
    """A live service's answers, as words for the panel. A practice service is asked nothing: it would only echo.

    Parameters
    ----------
    library, service
        Whose, and whom.
    changed
        Called, on another thread, when one of the attributes changed.

    Attributes
    ----------
    balance
        What the account has; empty where nobody knows.
    balance_micros
        The same in micro-dollars; None where nobody knows.
    quote
        What the service says of the price in the builder, where it says something else than the list.
    """

    def __init__(self, library: Library, service: Service, changed: Callable[[], None]) -> None:
        self._library, self._service, self._changed = library, service, changed
        self._balance_at = float("-inf")
        self._quoted: tuple[Any, ...] = ()
        self._waiting: Callable[[], None] | None = None  # a price to ask for once it is known what the service is
        self.balance = self.quote = ""
        self.balance_micros: Micros | None = None

    def begin(self, learned: Callable[[], None], wanted: Callable[[], bool]) -> None:
        """Connect and ask for the catalogue, as soon as it is known what the service is.

        ``learned`` is called when the library knows the catalogue; ``wanted`` says whether anybody still waits.
        """

        def identified() -> bool:
            if not wanted():
                return False
            if self._service.identified:
                self._connect(learned)
            self._changed()
            return True

        if self._service.identified:
            self._connect(learned)
        else:
            identity.follow(self._service.name, identified)

    def refresh(self) -> None:
        """Ask for the balance, where that is some time ago, and for a price that could not be asked for before."""
        if self._service.identified and self._library._gateway.is_open and (waiting := self._waiting):
            self._waiting = None
            waiting()
        if time.monotonic() - self._balance_at >= _BALANCE_S:
            self._balance_at = time.monotonic() if self._service.identified else self._balance_at
            self._ask(lambda client: client.balance(), self._has, "balance", self._has_other)

    def price(self, model: Model, inputs: Mapping[str, Any]) -> None:
        """Hold the price of these inputs against what the service says; they are ones that the model takes."""
        kind = (model.id, model.seconds(inputs), inputs.get("sound"))
        if kind == self._quoted:
            return
        self._quoted = kind
        ours = model.estimate(inputs)
        self._set_quote("")

        def answered(quote: Quote) -> None:
            if self._quoted == kind:
                self._set_quote(view.quoted(ours, min(quote.price, quote.discounted)))

        def refused(error: KlingError) -> None:
            if isinstance(error, OtherCurrency) and self._quoted == kind:
                self._set_quote(
                    f"The service's own quote is {error.amount} a take: not in dollars, as the list price is."
                )

        def ask() -> None:
            self._ask(lambda client: client.price(model.id, inputs), answered, "price", refused)

        self._waiting = None if self._service.identified and self._library._gateway.is_open else ask
        ask()

    def _connect(self, learned: Callable[[], None]) -> None:
        def keep(entries: list[Mapping[str, Any]]) -> None:
            models.learn(self._library.folder, entries)
            learned()

        self._library._gateway.engine.warm(self._service.name)
        self._ask(lambda client: client.models(), keep, "models")

    def _ask(
        self,
        question: Callable[[Client], Any],
        answered: Callable[[Any], None],
        about: str,
        refused: Callable[[KlingError], None] = lambda error: None,
    ) -> None:
        ready = self._library._gateway.is_open and self._service.identified
        if ready and not self._service.practice and not self._service.refusal:
            ask = self._library._gateway.engine.queries.ask
            ask(self._service.name, question, answered, about=f"{about} {id(self)}", on_error=refused)

    def _has(self, amount: Micros) -> None:
        self.balance, self.balance_micros = view.balance(amount), amount
        self._changed()

    def _has_other(self, error: KlingError) -> None:
        if isinstance(error, OtherCurrency):
            self.balance = f"balance {error.amount}, not in dollars"
            self._changed()

    def _set_quote(self, words: str) -> None:
        if words != self.quote:
            self.quote = words
            self._changed()
