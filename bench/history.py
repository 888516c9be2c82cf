"""The history of a library as it grows: its newest page, and searches for what is rare, common or nowhere."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from kling_widget.store import Store
from kling_widget.store.record import KEPT_MS, now_ms
from kling_widget.store.search_index import FILE
from kling_widget.store.take_filter import ALL, TakeFilter

from .library import seconds
from .shelf import RARE, fill, records
from .table import Cell, Table

TITLE = "The history as it grows"

COUNTS = (1_000, 10_000, 100_000)
PAGE = 200
TURNS = 15

ASKED = {
    "newest page": ALL,
    "a rare word": TakeFilter(text=RARE),
    "a common word": TakeFilter(text="harbour"),
    "a word that is nowhere": TakeFilter(text="no such words"),
    "two letters": TakeFilter(text="fo"),
    "a tag": TakeFilter(tags=("hero",)),
}


def run(counts: Sequence[int] = COUNTS) -> Table:
    """Fill a library of each size, and ask each the same, without its search index and with it."""
    found = {count: _measured(count) for count in counts}
    rows: list[tuple[Cell, ...]] = [
        (what, *(cell for count in counts for cell in (found[count][0][what], found[count][1][what]))) for what in ASKED
    ]
    made = "; ".join(f"{count:,} takes: {found[count][2]}" for count in counts)
    return Table(
        ("what", *(column for count in counts for column in (f"{count:,}: without (ms)", "with its index (ms)"))),
        tuple(rows),
        f"Medians of {TURNS} turns; a page has {PAGE} takes, files in the system's cache. One prompt in a thousand has "
        f"the rare word. A library of less than 1,000 takes makes no index by itself. The index, made at once: {made}.",
    )


def _measured(count: int) -> tuple[dict[str, float], dict[str, float], str]:
    """Milliseconds of each question without the index and with it, and what the index took."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fill(folder, records(count, now_ms() - KEPT_MS))
        store = Store.in_folder(folder)
        try:
            index = store.search_index
            index._path = None
            without = _asked(store)
            index._path = folder / FILE
            took = seconds(index.bring_up)
            size = (folder / FILE).stat().st_size / 1e6
            return without, _asked(store), f"{took:.1f} s, {size:.1f} MB"
        finally:
            store.close()


def _asked(store: Store) -> dict[str, float]:
    acts = {what: partial(store.page, wanted, limit=PAGE) for what, wanted in ASKED.items()}
    for act in acts.values():
        act()  # brings the files into the system's cache
    return {what: 1000 * statistics.median(seconds(act) for _ in range(TURNS)) for what, act in acts.items()}
