"""A library with many takes, and what a person would keep instead: a folder of JSON files, or one CSV file."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import create_engine, insert, update

from kling_widget.request.catalog import O3_PRO
from kling_widget.request.money import micros
from kling_widget.store import Record, Store, TakeId
from kling_widget.store.layout import DATABASE
from kling_widget.store.record import fresh_id
from kling_widget.store.rows import to_row
from kling_widget.store.schema import leases, ledger, meta, spend, takes

RARE = "kingfisher"
"""A word that one prompt in a thousand has."""

_SERVICE = "https://api.wavespeed.ai"
_PROSE = (
    "a red fox snow neon rain street slow dolly in over the harbour at dusk while an old sailor mends his nets and "
    "gulls turn above handheld close-up soft light from the left shallow focus grain 35 mm pan to the lighthouse"
)
_EVERY_MS = 60_000


def records(count: int, until: int) -> Iterator[Record]:
    """Finished takes of a live service, oldest first, one a minute, the last at ``until`` (ms since the epoch)."""
    rng, vocabulary = random.Random(count), _PROSE.split()
    for number in range(count):
        at = until - (count - 1 - number) * _EVERY_MS
        words = " ".join(rng.choices(vocabulary, k=rng.randint(12, 60)))
        if number % 1000 == 500:
            words += f" {RARE}"
        seconds, sound = rng.choice((5, 10)), rng.random() < 0.5
        price = micros(str(round(0.112 * seconds * (1.25 if sound else 1), 3)))
        task, took = f"{rng.getrandbits(128):032x}", rng.randint(60_000, 300_000)
        known = fresh_id(at)
        yield Record(
            id=known,
            service=_SERVICE,
            model=O3_PRO,
            inputs={"prompt": words, "duration": seconds, "sound": sound, "aspect_ratio": "16:9"},
            words=words,
            seconds=seconds,
            state="completed",
            confirmed_at=at,
            estimate=price,
            revision=number + 1,
            prediction=task,
            address=f"{_SERVICE}/api/v3/predictions/{task}/result",
            charge=price,
            settled=True,
            file=f"takes/{known}-{'-'.join(words.split()[:6])}.mp4",
            bytes=rng.randint(5_000_000, 30_000_000),
            sha256=f"{rng.getrandbits(256):064x}",
            poster=f"posters/{known}.jpg",
            width=1920,
            height=1080,
            rating=rng.choice((None, None, None, 3, 4, 5)),
            tags=("hero",) if rng.random() < 0.05 else (),
            note="use this one" if rng.random() < 0.02 else "",
            submitted_at=at + 10,
            accepted_at=at + 400,
            rendering_at=at + 8_000,
            finished_at=at + took,
            saved_at=at + took + 3_000,
            inference_ms=took - 2_000,
            answer=json.dumps(
                {"code": 200, "message": "success", "data": {"id": task, "status": "created", "pad": "x" * 300}}
            ),
        )


def fill(folder: Path, takes_: Iterable[Record]) -> None:
    """Write takes into a library as its own store would have, but all at once."""
    store = Store.in_folder(folder)
    store.close()
    base = create_engine(f"sqlite:///{folder / DATABASE}")
    rows = [{**to_row(asdict(record)), "revision": record.revision} for record in takes_]
    entries = [
        {"take": row["id"], "service": row["service"], "at": row["confirmed_at"], "kind": kind, "amount": row["charge"]}
        for row in rows
        for kind in ("quote", "charge")
    ]
    held = [{"take": row["id"], "owner": "gone", "token": 1, "until": 0} for row in rows]
    with base.begin() as connection:
        connection.execute(insert(takes), rows)
        connection.execute(insert(ledger), entries)
        connection.execute(insert(leases), held)
        total = sum(row["charge"] for row in rows)
        connection.execute(insert(spend).values(service=_SERVICE, day="2026-01-01", amount=total))
        connection.execute(update(meta).where(meta.c.name == "revision").values(value=len(rows)))
    base.dispose()


class JsonFolder:
    """A file a take.

    Parameters
    ----------
    folder
        Theirs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, takes_: Iterable[Record]) -> None:
        """Write the files."""
        self._folder.mkdir()
        for record in takes_:
            (self._folder / f"{record.id}.json").write_text(json.dumps(asdict(record)))

    def page(self, limit: int) -> list[dict[str, Any]]:
        """The newest."""
        newest = sorted(self._folder.iterdir(), reverse=True)[:limit]
        return [json.loads(path.read_text()) for path in newest]

    def search(self, word: str) -> list[dict[str, Any]]:
        """Those whose words hold a text, the newest first."""
        found = (json.loads(path.read_text()) for path in sorted(self._folder.iterdir(), reverse=True))
        return [take for take in found if word in take["words"].lower()]

    def table(self) -> pd.DataFrame:
        """All of them."""
        return pd.DataFrame([json.loads(path.read_text()) for path in sorted(self._folder.iterdir(), reverse=True)])

    def rate(self, take: TakeId, rating: int) -> None:
        """Change one."""
        path = self._folder / f"{take}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "rating": rating}))


class CsvFile:
    """One file for all.

    Parameters
    ----------
    path
        Its path.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def fill(self, takes_: Iterable[Record]) -> None:
        """Write it."""
        pd.DataFrame([asdict(record) for record in takes_]).to_csv(self._path, index=False)

    def page(self, limit: int) -> pd.DataFrame:
        """The newest."""
        return self.table().tail(limit)

    def search(self, word: str) -> pd.DataFrame:
        """Those whose words hold a text."""
        table = self.table()
        return table[table["words"].str.contains(word, case=False, regex=False)]

    def table(self) -> pd.DataFrame:
        """All of them."""
        return pd.read_csv(self._path)

    def rate(self, take: TakeId, rating: int) -> None:
        """Change one."""
        table = self.table()
        table.loc[table["id"] == take, "rating"] = rating
        table.to_csv(self._path, index=False)
