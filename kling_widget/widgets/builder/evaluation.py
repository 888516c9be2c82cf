"""What the builder's values come to: one evaluation, which every widget reads. No widget is needed to ask."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ...errors import Problem
from ...request.acceptance import surely_taken
from ...request.budget import Budget, Spend, left, refusal
from ...request.catalog import Model
from ...request.money import ZERO, Micros, dollars, in_dollars
from ...request.video_request import as_inputs, problems
from .offer import FIELDS, offer

BOTH = "both"
"""The one value that is no input: whether the prompt is sent beside the shots."""

BATCHES = (1, 4)
"""How many takes one click can ask for."""

NO_PRICE = "–"
"""What stands in a price's place where a length is not to be had."""

Values = Mapping[str, Any]
"""What the controls hold, by field."""

_PLAIN = frozenset({str, bool, int})


@dataclass(frozen=True)
class ConfirmPolicy:
    """When a person has to confirm a click once more before money is spent.

    Attributes
    ----------
    live
        Whether takes cost money: play money needs no confirmation.
    above
        A sum, in micro-dollars, that is spent without one.
    """

    live: bool = False
    above: Micros = ZERO

    def asks(self, takes: int, price: Micros) -> bool:
        """Whether so many takes for so much need a confirmation."""
        return self.live and (takes > 1 or price > self.above)


@dataclass(frozen=True)
class Terms:
    """What an evaluation rests on besides the model and the values.

    Attributes
    ----------
    policy
        When a click has to be confirmed.
    spend, budget
        What was spent, and the caps on it.
    practice
        Whether it is play money that counts.
    balance
        What the account has, in micro-dollars; None where nobody knows.
    """

    policy: ConfirmPolicy = ConfirmPolicy()
    spend: Spend = field(default_factory=Spend)
    budget: Budget = field(default_factory=Budget)
    practice: bool = False
    balance: Micros | None = None

    def refusal(self, price: Micros, takes: int) -> str:
        """Say why takes at this price each would pass a cap; empty where they would not.

        The library checks again when it writes them down: this tells a person before anything is begun.
        """
        return refusal(self.budget, self.spend, price, takes=takes, practice=self.practice)


@dataclass(frozen=True)
class Batch:
    """What a click can ask for.

    Attributes
    ----------
    takes
        How many takes.
    price
        What they cost together, for a person; ``–`` where the length is not to be had.
    asks
        Whether the click has to be confirmed.
    refusal
        Why the budget does not allow it; empty where it does.
    """

    takes: int
    price: str
    asks: bool
    refusal: str = ""


@dataclass(frozen=True)
class Evaluation:
    """What the builder's values come to.

    Attributes
    ----------
    model, values, terms
        What was evaluated.
    inputs
        Exactly what would be sent.
    problems
        What has to change first, one a field.
    prices
        Number of takes -> estimate, in micro-dollars; empty where the length is not to be had.
    price
        The estimate for one take, in dollars; None where the length is not to be had.
    batches
        What the button can be set to.
    shortage
        That the account's balance is too low for one take; empty where it is not, or nobody knows.
    """

    model: Model
    values: Values
    terms: Terms
    inputs: Mapping[str, Any]
    problems: tuple[Problem, ...]
    prices: Mapping[int, Micros] = field(default_factory=dict)
    price: Decimal | None = None
    batches: tuple[Batch, ...] = ()
    shortage: str = ""


def evaluate(model: Model, values: Values, terms: Terms = Terms()) -> Evaluation:
    """Evaluate what the controls hold.

    Parameters
    ----------
    model
        The model that they are for.
    values
        What they hold, by field; see ``form.defaults``.
    terms
        What may be spent, and when a person is asked.
    """
    sent = inputs(model, values)
    found = () if surely_taken(model, sent) else problems(model, sent)  # asked here too: most values are fine
    seconds, sound = sent.get("duration", _DEFAULT), sent.get("sound") is True
    priced = _prices(model).get((seconds, sound)) if type(seconds) is int else None
    if priced is None:
        return Evaluation(model, values, terms, sent, found, batches=_UNPRICED)
    price, amount, texts = priced
    prices, policy, caps = {}, terms.policy, _limits(terms)
    batches = []
    for takes, text in texts.items():
        prices[takes] = total = Micros(takes * price)
        asks = policy.live and (takes > 1 or total > policy.above)
        over = ""
        for most, each in caps:
            if (price if each else total) > most:
                over = terms.refusal(price, takes)
                break
        batches.append(Batch(takes, text, asks, over))
    shortage = ""
    if terms.balance is not None and terms.balance < price:
        shortage = f"The account has {dollars(terms.balance)} left, which is less than this costs."
    return Evaluation(model, values, terms, sent, found, prices, amount, tuple(batches), shortage)


_DEFAULT = 0  # seconds: the length where none is set
_UNPRICED = tuple(Batch(takes, NO_PRICE, False) for takes in BATCHES)


def inputs(model: Model, values: Values) -> dict[str, Any]:
    """Return what these values would send.

    Shape, length and sound are sent as they are shown, defaults too: what a person saw is what was asked for, whatever
    the service's defaults become. What else stands at its default is left out.
    """
    found = offer(model)
    given = {}
    for name in found.controls:
        if name in values:
            given[name] = values[name]
    for slot in found.slots:
        if value := values.get(slot.name):
            given[slot.name] = value
    for extra in found.extras:
        value = values.get(extra.name, extra.default)
        if value in ("", None):
            continue
        if extra.required or value != extra.default or isinstance(value, bool) is not isinstance(extra.default, bool):
            given[extra.name] = _from_json(value) if extra.kind == "json" else value
    if given.get("multi_prompt") and not (values.get(BOTH) and found.board and found.board.offers_both):
        given.pop("prompt", None)  # by Kling's own rule the shots stand in its place
    if given.get("prompt") == "":
        del given["prompt"]
    plain = {}
    for name, value in given.items():
        if type(value) in _PLAIN:
            plain[name] = value
        elif value != []:  # an empty list says nothing
            return as_inputs(given)
    return plain


@lru_cache(maxsize=64)
def price_table(model: Model, policy: ConfirmPolicy = ConfirmPolicy()) -> dict[str, dict[str, dict[str, Any]]]:
    """Return all prices of a model, for a page that must not wait for a kernel.

    ``"10 sound"`` -> number of takes -> ``{takes, price, asks}``. It is shared: change nothing in it.
    """
    low, high = offer(model).seconds
    table, found = {}, _prices(model)
    for seconds in range(low, high + 1):
        for sound in (False, True):
            price, _, texts = found.get((seconds, sound)) or found.get((seconds, False)) or found[_DEFAULT, False]
            table[f"{seconds} sound" if sound else str(seconds)] = {
                str(takes): {"takes": takes, "price": text, "asks": policy.asks(takes, Micros(takes * price))}
                for takes, text in texts.items()
            }
    return table


_Price = tuple[Micros, Decimal, Mapping[int, str]]
"""The estimate of one take in micro-dollars and in dollars, and number of takes -> text."""


@lru_cache(maxsize=64)
def _prices(model: Model) -> Mapping[tuple[int, bool], _Price]:
    """(seconds, sound) -> price; ``_DEFAULT`` seconds where the inputs have none."""
    low, high = offer(model).seconds
    lengths = [_DEFAULT, *(range(low, high + 1) if "duration" in model.fields else ())]
    found = {}
    for seconds in lengths:
        for sound in (False, True) if "sound" in model.fields else (False,):
            price = model.estimate({"sound": sound, **({"duration": seconds} if seconds else {})})
            texts = {takes: dollars(Micros(takes * price)) for takes in BATCHES}
            found[seconds, sound] = (price, in_dollars(price), texts)
    return found


@lru_cache(maxsize=8)
def _limits(terms: Terms) -> tuple[tuple[int, bool], ...]:
    return left(terms.budget, terms.spend, practice=terms.practice)


def standing(found: tuple[Problem, ...], touched: Set[str], fields: tuple[str, ...] = FIELDS) -> dict[str, str]:
    """Return the problems to show now, by the field to show them at.

    A control that nobody touched yet is not complained about. What has no control of its own stands under ``""`` and is
    always shown, with its name.
    """
    texts: dict[str, str] = {}
    for problem in found:
        if problem.field in fields:
            if problem.field in touched:
                texts[problem.field] = problem.message
        else:
            texts[""] = f"{texts.get('', '')} {problem.field}: {problem.message}".strip()
    return texts


def character_count(prompt: str, most: int) -> tuple[str, bool]:
    """Return how many characters of those that a model reads are used, ``"61 / 2,500"``, and whether it is too many."""
    return f"{len(prompt):,} / {most:,}", len(prompt) > most


def price_to_json(price: Decimal | None, _widget: object) -> str | None:
    """Return a price as a page gets it: dollars as text."""
    return None if price is None else str(price)


def _from_json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value  # the model refuses it, and says so beside the control
