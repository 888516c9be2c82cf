"""A library of many takes: what a person waits for."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from kling_widget.library import Library
from kling_widget.store import Limits, Store, TakeId
from kling_widget.store.record import KEPT_MS, fresh_id, now_ms
from kling_widget.store.take_filter import TakeFilter
from kling_widget.widgets.history import History
from kling_widget.widgets.studio.library_view import LibraryView

from .shelf import RARE, CsvFile, JsonFolder, fill, records
from .table import Cell, Table

TITLE = "A library of many takes"

COUNT = 100_000
PAGE = 200
QUICK, SLOW = 15, 3  # how often what takes milliseconds, and what takes seconds, is measured

Act = Callable[[], object]


def seconds(act: Act) -> float:
    """How long it takes."""
    gc.collect()
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def measure(acts: dict[str, dict[str, Act]]) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of everything that is done, for everyone who does it, in turn."""
    found: dict[str, dict[str, list[float]]] = {what: {who: [] for who in whose} for what, whose in acts.items()}
    for what, whose in acts.items():
        first = {who: seconds(act) for who, act in whose.items()}  # brings the files into the system's cache
        for turn in range(QUICK):
            for who, act in whose.items():
                if turn < SLOW or first[who] < 0.5:
                    found[what][who].append(1000 * seconds(act))
    return found


def run(count: int = COUNT) -> Table:
    """Fill a library and its rivals with the same takes, then ask them the same."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        made = list(records(count, now_ms() - KEPT_MS))
        middle = made[count // 2].id
        files, sheet = JsonFolder(folder / "json"), CsvFile(folder / "takes.csv")
        (folder / "library").mkdir()
        fill(folder / "library", made)
        files.fill(made)
        sheet.fill(made)
        size = (folder / "library" / "library.db").stat().st_size
        del made
        library = Library(folder / "library")
        try:
            found = measure(_acts(library, files, sheet, middle))
        finally:
            library.close()
    return Table(
        ("what", "aim (ms)", "ours: median (ms)", "range", "a folder of JSON files", "a CSV file and pandas"),
        tuple(_row(what, who) for what, who in found.items()),
        f"{count:,} finished takes, older than the service keeps; the library's database has {size / 1e6:.0f} MB. A "
        f"page has {PAGE} takes; the searches find one take in a thousand, and nothing. Ours writes with the promise"
        f" that it is on disk, the others leave that to the system. Medians of {SLOW} to {QUICK} turns, in turn, "
        "files in the system's cache.",
    )


def _acts(library: Library, files: JsonFolder, sheet: CsvFile, take: object) -> dict[str, dict[str, Act]]:
    known, store = library._gateway.record(str(take)).id, Store.in_folder(library.folder)
    history = History(library)

    def panel() -> None:
        LibraryView(library).read()
        history._read()

    return {
        "newest page": {
            "ours": lambda: library._gateway.records(limit=PAGE),
            "json": lambda: files.page(PAGE),
            "csv": lambda: sheet.page(PAGE),
        },
        "text search": {
            "ours": lambda: library._gateway.records(TakeFilter(text=RARE), limit=PAGE),
            "json": lambda: files.search(RARE),
            "csv": lambda: sheet.search(RARE),
        },
        "text search that finds nothing": {
            "ours": lambda: library._gateway.records(TakeFilter(text="no such words"), limit=PAGE),
            "json": lambda: files.search("no such words"),
            "csv": lambda: sheet.search("no such words"),
        },
        "all as a DataFrame": {"ours": library.history, "json": files.table, "csv": sheet.table},
        "one rating written": {
            "ours": lambda: library._gateway.annotate(known, rating=4),
            "json": lambda: files.rate(known, 4),
            "csv": lambda: sheet.rate(known, 4),
        },
        "one take read": {"ours": lambda: library._gateway.record(known)},
        "what changed since": {"ours": lambda: library._gateway.changed_since(10**9)},
        "money spent": {"ours": library.spent},
        "a panel reads all it shows": {"ours": panel},
        "a take confirmed, given its turn, taken back": {"ours": lambda: _confirmed(store, known)},
        "library opened, and closed": {"ours": lambda: _opened(library.folder)},
    }


def _confirmed(store: Store, like: TakeId) -> None:
    """What a take costs the library before a socket opens: three transactions, each on disk when it ends."""
    at = now_ms()
    blank: dict[str, Any] = {"prediction": None, "submitted_at": None, "accepted_at": None, "finished_at": None}
    new = replace(store.get(like), id=fresh_id(at), state="intent", confirmed_at=at, settled=False, **blank)
    store.add(new)
    lease = store.leases.claim_one(new.id, "bench", for_ms=10_000)
    assert lease is not None
    store.begin_sending(lease, Limits(at_once=0, a_minute=3000))  # no place is free: it is told to wait
    store.withdraw(new.id)


def _opened(folder: Path) -> None:
    # Another path to the same folder: this process shares one store for each path that it knows.
    Library(folder / ".." / folder.name).close()


_AIMS = {"newest page": 5, "text search": 20, "text search that finds nothing": 20, "all as a DataFrame": 500}


def _row(what: str, who: dict[str, list[float]]) -> tuple[Cell, ...]:
    ours = who["ours"]
    others = [f"{statistics.median(who[name]):,.1f}" if name in who else "" for name in ("json", "csv")]
    aim = str(_AIMS.get(what, ""))
    middle = statistics.median(ours)
    return (
        what,
        aim,
        round(middle, 1) if middle < 1000 else round(middle),
        f"{min(ours):.1f} to {max(ours):.1f}",
        *others,
    )
