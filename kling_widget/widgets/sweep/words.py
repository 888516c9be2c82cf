"""What the card of a sweep says: its template with the axes marked, what it costs, how it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypedDict

from ...analysis.cells import Axis, Expansion
from ...engine.polling import Progress
from ...request.budget import Budget, Spend
from ...request.money import Micros, dollars
from ...request.states import FINAL
from ...store.sweep_record import CellRecord
from ..queue.take_row import Row, clock

_MOST_VALUES = 24  # of an axis that are written out


class Segment(TypedDict):
    """A piece of a template: text, or the values of an axis."""

    text: str
    axis: str


class AxisLine(TypedDict):
    """An axis with its values, as many as are written out, and how many there are."""

    name: str
    values: list[str]
    count: int


class Card(TypedDict):
    """What the card says.

    ``order`` is what its button says, and ``price`` what a click agrees to; both empty where all is confirmed.
    ``note`` stands beside the button, ``stands`` above the grid, ``problem`` says why it waits. ``actions`` are what
    can be done now: ``pause``, ``resume``.
    """

    template: list[Segment]
    axes: list[AxisLine]
    summary: str
    order: str
    price: str
    note: str
    stands: str
    problem: str
    actions: list[str]


def segments(expansion: Expansion) -> list[Segment]:
    """Return the prompts of a sweep in pieces, with the values of an axis in the place of each choice."""
    found: list[Segment] = []
    for number, skeleton in enumerate(expansion.texts.values()):
        if number:
            found.append(Segment(text=" / ", axis=""))
        for piece in skeleton:
            if isinstance(piece, str):
                found.append(Segment(text=piece, axis=""))
            else:
                axis = expansion.axes[piece]
                found.append(Segment(text=_listed(axis), axis=axis.name))
    return found


def axis_lines(expansion: Expansion) -> list[AxisLine]:
    """Return the axes with their values."""
    return [
        AxisLine(name=axis.name, values=list(axis.labels[:_MOST_VALUES]), count=len(axis.values))
        for axis in expansion.axes
    ]


def summary(expansion: Expansion) -> str:
    """Say how many takes a sweep has, and what was left out: ``a sweep of 12 takes``."""
    words = f"a sweep of {_takes(len(expansion.cells))}"
    if expansion.repeats > 1:
        words += f", each combination {expansion.repeats} times"
    if expansion.duplicates:
        equal = len(expansion.duplicates)
        words += f"; {equal:,} equal {'one is' if equal == 1 else 'ones are'} made once"
    return words


def order(count: int, price: Micros, confirmed: int) -> str:
    """Say what the button does: ``12 takes $4.03``."""
    if not count:
        return ""
    return f"{'' if not confirmed else 'Add '}{_takes(count)} {dollars(price)}"


def note(
    seconds: float, at_once: int, count: int, price: Micros, budget: Budget, spend: Spend, *, practice: bool
) -> str:
    """Say how long takes need and what is left after them.

    Examples
    --------
    >>> note(840.0, 2, 12, Micros(4_030_000), Budget(day=Micros(5_000_000)), Spend(), practice=False)
    "about 14 min, 2 at once · $0.97 of today's budget left after it"
    """
    phrases = ["play money"] if practice and count else []
    if seconds >= 1:
        side_by_side = f", {at_once} at once" if 1 < at_once < count else ""
        phrases.append(f"about {_long(seconds)}{side_by_side}")
    spent = spend.practice_today if practice else spend.today
    if budget.day is not None and count:
        left = budget.day - spent - price
        phrases.append(
            f"{dollars(left)} of today's budget left after it" if left >= 0 else f"{dollars(-left)} over today's budget"
        )
    return " · ".join(phrases)


def stands(cells: Iterable[CellRecord], cost: Micros, total: Micros, *, practice: bool = False) -> str:
    """Say how the confirmed cells stand: ``3 of 12 made · 2 under way · 7 wait · $1.01 of $4.03``."""
    counts: Counter[str] = Counter(_kind(cell) for cell in cells)
    if not counts:
        return ""
    made = counts.pop("made", 0)
    every = made + sum(counts.values())
    phrases = [f"{made:,} of {every:,} made"]
    others = ("under way", "wait", "need you", "not made", "skipped")
    phrases += [f"{counts[kind]:,} {kind}" for kind in others if counts[kind]]
    play = " play money" if practice else ""
    return " · ".join([*phrases, f"{dollars(cost)} of {dollars(total)}{play}"])


def place(index: int, label: str, cell: CellRecord | None, price: Micros | None) -> Row:
    """Return what stands in the place of a cell that has no take: its price, that it waits, or that it is left out."""
    standing = "skipped" if cell is not None and cell.skipped else "waits"
    words = standing if cell is not None else "" if price is None else dollars(price)
    return Row(
        id=f"cell {index}", title=label, tone="off", fraction=0.0, status="", words=words, actions=[], asks=False,
        choices=[],
    )  # fmt: skip


def under_way(progress: Progress) -> str:
    """Say how a take goes in two words: ``rendering 1:10``."""
    phases = {"queued": "waits its turn", "downloading": "fetching it", "unknown": "outcome unknown"}
    return f"{phases.get(progress.phase, progress.phase)} {clock(progress.elapsed)}"


def _kind(cell: CellRecord) -> str:
    if cell.take is None:
        return "skipped" if cell.skipped else "wait"
    if cell.state == "completed":
        return "made"
    if cell.state == "needs_you":
        return "need you"
    return "not made" if cell.state in FINAL else "under way"


def _listed(axis: Axis) -> str:
    values: Sequence[str] = [str(value) for value in axis.values[:_MOST_VALUES]]
    more = len(axis.values) - len(values)
    return " | ".join([*values, *([f"{more:,} more"] if more else [])])


def _takes(count: int) -> str:
    return f"{count:,} take" + ("" if count == 1 else "s")


def _long(seconds: float) -> str:
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{clock(seconds).rpartition(':')[0]} h"
