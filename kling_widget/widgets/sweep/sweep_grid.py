"""A sweep on the page: what it asks for and costs, the button that confirms it, and its cells as a grid that plays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import traitlets as t

from ...analysis.cells import Cell, Expansion
from ...errors import LibraryError
from ...library import Sweep
from ...library.sweep_time import at_once, expected_s
from ...request.money import Micros, dollars
from ...request.states import FINAL
from ...store import Record
from ...store.record import now_ms
from ...store.sweep_record import CellOrder, CellRecord
from ..base.widget import Answer, Buffers, Command
from ..player.clip import Clip
from ..player.player import Player
from . import words
from .layout import Layout, Page

_PLACE = "cell "  # what the id of a place begins with that has no take


class SweepGrid(Player):
    """A sweep as a card: its template with the axes in sight, its price, and its cells as a grid that plays in step.

    Nothing is sent before the person clicks the button with the price, or ``sweep.confirm()`` is called.

    Parameters
    ----------
    sweep
        The sweep.
    **traits
        The traits of a ``Player``, and those below.

    Attributes
    ----------
    page : int
        Which 16 cells are shown, from 0.
    fixed : dict
        Where the sweep has more than two axes: the position of the value that each further one is shown at, by name.

    Examples
    --------
    >>> SweepGrid(sweep("A {red|blue} fox, {dolly in|handheld}"))  # doctest: +SKIP
    """

    page_name = "sweep"
    commands: ClassVar[Mapping[str, str]] = {
        **Player.commands,
        "confirm": "_confirm",
        "pause": "_pause",
        "resume": "_resume",
        "turn": "_turn",
        "fix": "_fix",
    }

    page = t.Int(0, min=0, help="Which 16 cells are shown.").tag(sync=True)
    fixed: t.Dict[str, int] = t.Dict(
        value_trait=t.Int(), key_trait=t.Unicode(), help="The position at which each further axis is shown, by name."
    ).tag(sync=True)
    card: t.Dict[str, Any] = t.Dict(help="What the card says, as `words.Card`.").tag(sync=True)
    table: t.Dict[str, Any] = t.Dict(help="What is shown of the grid: labels, page, further axes.").tag(sync=True)

    def __init__(self, sweep: Sweep, **traits: Any) -> None:
        self._sweep = sweep
        self._frozen: Expansion | None = None
        self._layout: Layout | None = None
        self._places: list[tuple[Cell | None, CellRecord | None, CellOrder | None]] = []
        self._missing: list[CellOrder] = []
        self._read_at = -1
        shown = {"arrangement": "grid", "invitation": _in_a_saved_notebook(sweep)}
        super().__init__(library=sweep.library, **{**shown, **traits})
        self.read()
        self.keep_up()

    @property
    def sweep(self) -> Sweep:
        """The sweep that it shows."""
        return self._sweep

    def follow(self, changed: Mapping[str, Record]) -> None:
        """Show what changed, and how those takes go that are under way; on the engine's thread."""
        with self._lock:
            if (newest := self.library._gateway.revision) != self._read_at:
                self._read_at = newest
                self.read()
            elif any(not record.final for record in self._records):
                self.show(*self._records)

    def read(self) -> None:
        """Show the sweep as the library has it now."""
        with self._lock:
            expansion = self._sweep.expansion
            if expansion is not self._frozen or self._layout is None:
                self._frozen, self._layout = expansion, Layout(expansion)
            confirmed = self._sweep._confirmed()
            page = self._layout.page(self.page, self.fixed)
            self._fill(expansion, page, confirmed)
            self._say(expansion, confirmed)
            table = self._table(expansion, self._layout, page)
            if table != self.table:
                self.table = table
            takes = [cell.take for _, cell, _ in self._places if cell is not None and cell.take is not None]
            self.show(*map(self.library._gateway.record, takes))

    def _fill(self, expansion: Expansion, page: Page, confirmed: Mapping[str, CellRecord]) -> None:
        shown = [None if index is None else expansion.cells[index] for index in page.cells]
        orders = {order.cell: order for order in self._sweep._orders_of(expansion)}
        self._places = [
            (None, None, None) if cell is None else (cell, confirmed.get(cell.key), orders[cell.key]) for cell in shown
        ]

    def _say(self, expansion: Expansion, confirmed: Mapping[str, CellRecord]) -> None:
        sweep, gateway = self._sweep, self.library._gateway
        record = sweep.record
        self._missing = missing = [order for order in sweep._orders_of(expansion) if order.cell not in confirmed]
        price = Micros(sum(order.estimate for order in missing))
        now = sweep._standing(confirmed.values())
        stands_still = record.stopped or not record.is_fresh(now_ms())
        card = words.Card(
            template=words.segments(expansion),
            axes=words.axis_lines(expansion),
            summary=words.summary(expansion),
            order=words.order(len(missing), price, len(confirmed)),
            price=dollars(price) if missing else "",
            note=words.note(
                expected_s(gateway.engine, record, missing),
                at_once(record),
                len(missing),
                price,
                gateway.caps(),
                gateway.sums(),
                practice=record.practice,
            ),
            stands=words.stands(
                confirmed.values(), gateway.sweeps.cost(sweep.id), record.allowance, practice=record.practice
            ),
            problem=self._refusal or now.problem,
            actions=[] if not now.waits else ["resume" if stands_still else "pause"],
        )
        if card != self.card:
            self.card = dict(card)

    def _table(self, expansion: Expansion, layout: Layout, page: Page) -> dict[str, Any]:
        labels = []
        if not page.rows:
            for index in page.cells:
                cell = None if index is None else expansion.cells[index]
                labels.append("" if cell is None else _label(expansion, cell))
        return {
            "rows": list(page.rows),
            "columns": list(page.columns),
            "labels": labels,
            "across": page.across,
            "page": page.number,
            "pages": page.pages,
            "further": [
                {"name": one.name, "labels": list(one.labels), "at": self.fixed.get(one.name, 0)}
                for one in layout.further
            ],
        }

    def _clips(self, records: tuple[Record, ...]) -> list[Clip]:
        clips_made = zip(records, super()._clips(records), strict=True)
        made = {record.id: self._in_short(record, clip) for record, clip in clips_made}
        clips = []
        actions: dict[str, list[list[str]]] = {}
        for number, (cell, confirmed, order) in enumerate(self._places):
            take = None if confirmed is None else confirmed.take
            clip = made[take] if take in made else self._place(number, cell, confirmed, order)
            clips.append(clip)
            actions[clip["id"]] = self._offered(confirmed, order)
        if actions != self.actions:
            self.actions = actions
        return clips

    def _in_short(self, record: Record, clip: Clip) -> Clip:
        """Say in a few words how a take goes that has no clip yet, since its place is small; the rest is below."""
        row = clip["row"]
        if row is None:
            return clip
        if record.final or record.state == "needs_you":
            return Clip(**{**clip, "row": {**row, "words": ""}, "note": row["words"]})
        short = words.under_way(self.library._gateway.engine.progress(record))
        return Clip(**{**clip, "row": {**row, "status": "", "words": short}})

    def _place(self, number: int, cell: Cell | None, confirmed: CellRecord | None, order: CellOrder | None) -> Clip:
        """Return what stands where there is no take."""
        index = -1 - number if cell is None else cell.index
        row = words.place(index, "", confirmed, order.estimate if order else None)
        prompt = "" if order is None else str(order.inputs.get("prompt", ""))
        return Clip(
            id=f"{_PLACE}{index}", prompt=prompt, settings="", note="", sound=False, width=None, height=None, seconds=0,
            file="", beside="", name="", rating=None, tags=[], row=row,
        )  # fmt: skip

    @staticmethod
    def _offered(confirmed: CellRecord | None, order: CellOrder | None) -> list[list[str]]:
        """Return what can be done with a cell: the name of each action, and what its button says."""
        if confirmed is None or order is None:
            return []
        if confirmed.skipped:
            return [["redo", "Take it in again"]]
        if confirmed.waits or confirmed.state == "intent":
            return [["skip", "Leave it out"]]
        again = confirmed.state in FINAL
        return [["redo", f"Make it again · {dollars(order.estimate)}"]] if again else []

    # What the page asks

    def _confirm(self, command: Command, _buffers: Buffers) -> Answer:
        if command.get("price") != self.card["price"]:
            return {"refused": "The price is another one now. Nothing was sent: look, and click again."}
        seen = self._missing  # another kernel may extend the sweep meanwhile: what it adds was not priced here
        return self._soon(lambda: self._sweep._order(seen), then=self.read)

    def _pause(self, _command: Command, _buffers: Buffers) -> Answer:
        return self._soon(self._sweep.stop, then=self.read)

    def _resume(self, _command: Command, _buffers: Buffers) -> Answer:
        return self._soon(self._sweep.resume, then=self.read)

    def _turn(self, command: Command, _buffers: Buffers) -> Answer:
        self.page = max(0, int(command.get("page", 0)))
        return {}

    def _fix(self, command: Command, _buffers: Buffers) -> Answer:
        self.fixed = {**self.fixed, str(command.get("name")): int(command.get("at", 0))}
        return {}

    def _act(self, command: Command, _buffers: Buffers) -> Answer:
        name, action = str(command.get("take")), str(command.get("action"))
        cell = next((one for one, clip in zip(self._places, self.clips, strict=True) if clip["id"] == name), None)
        if cell is None or cell[0] is None or action not in [one for one, _ in self.actions.get(name, ())]:
            raise LibraryError(f"This sweep has no {action!r} there any more. Nothing was changed.")
        index, act = cell[0].index, self._sweep.skip if action == "skip" else self._sweep.redo
        return self._soon(lambda: act(index), then=self.read)

    @t.observe("page", "fixed")
    def _other_cells(self, _change: object) -> None:
        if self._layout is not None:
            self.read()


def _in_a_saved_notebook(sweep: Sweep) -> str:
    """Say what a notebook keeps while no take has ended: what is true whatever becomes of the sweep meanwhile."""
    return f"A sweep of {len(sweep)} takes: {sweep.template} Run this cell again to see how it stands."


def _label(expansion: Expansion, cell: Cell) -> str:
    values = (
        axis.labels[at] for axis, at in zip(expansion.axes, cell.coordinates, strict=True) if len(axis.values) > 1
    )
    repeat = f"repeat {cell.repeat + 1}" if expansion.repeats > 1 else ""
    return " · ".join(filter(None, [*values, repeat]))
