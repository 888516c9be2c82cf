"""The library's takes as a DataFrame."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timezone, tzinfo
from typing import TYPE_CHECKING, Any

from ..errors import BadValue
from ..request.catalog import TOOL, Model, bundled
from .record import PRACTICE, cost

if TYPE_CHECKING:
    import pandas as pd

    from ..analysis.bradley_terry import Standing
    from ..analysis.votes import Vote

COLUMNS = (
    "poster",
    "prompt",
    "model",
    "seconds",
    "aspect_ratio",
    "sound",
    "status",
    "cost",
    "rating",
    "tags",
    "note",
    "confirmed",
    "took",
    "file",
    "id",
)
"""The history's columns, in order, unless others are asked for."""

MORE = ("parent", "practice", "service", "prediction", "problem", "width", "height", "bytes", "sha256")
"""Columns that the history has where they are asked for."""

# Kinds that keep a missing value missing instead of turning whole numbers into floats; texts that repeat, once each.
_KINDS = {"seconds": "Int64", "rating": "Int64", "took": "Float64", "sound": "boolean", "cost": "float64",
          "model": "category", "aspect_ratio": "category", "status": "category", "practice": "bool",
          "width": "Int64", "height": "Int64", "bytes": "Int64"}  # fmt: skip

Held = Mapping[str, Sequence[Any]]
"""Takes by columns of the database, the inputs as values."""


def _input(name: str) -> Callable[[Held], list[Any]]:
    """Return what reads an input of each request; where a request left it out, its model's default."""

    def values(held: Held) -> list[Any]:
        models = {model: bundled().get(model) for model in set(held["model"])}
        defaults = {model: found.default(name) if found else None for model, found in models.items()}
        return [given.get(name, defaults[model]) for given, model in zip(held["inputs"], held["model"], strict=True)]

    return values


def _cost(held: Held) -> list[float]:
    money = zip(held["state"], held["estimate"], held["charge"], held["refund"], strict=True)
    return [cost(*each) / 1_000_000 for each in money]


def _tags(held: Held) -> list[list[str]]:
    return [json.loads(text) if text != "[]" else [] for text in held["tags"]]


def _took(held: Held) -> list[float | None]:
    moments = zip(held["saved_at"], held["confirmed_at"], strict=True)
    return [None if saved is None else (saved - since) / 1000 for saved, since in moments]


def _practice(held: Held) -> list[bool]:
    return [of == PRACTICE or bool(simulated) for of, simulated in zip(held["service"], held["simulated"], strict=True)]


_MADE: Mapping[str, tuple[tuple[str, ...], Callable[[Held], Sequence[Any]]]] = {
    "aspect_ratio": (("inputs", "model"), _input("aspect_ratio")),
    "sound": (("inputs", "model"), _input("sound")),
    "cost": (("state", "estimate", "charge", "refund"), _cost),
    "tags": (("tags",), _tags),
    "took": (("saved_at", "confirmed_at"), _took),
    "practice": (("service", "simulated"), _practice),
}
"""Columns that are made of others: of which of the database, and how."""

_NAMED = {"prompt": "words", "status": "state", "confirmed": "confirmed_at", "problem": "trouble"}
"""Columns that the database has by another name."""


def reads(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the database that these columns of the history are made of, ``id`` always.

    Raises ``BadValue`` for what is no column of the history.
    """
    if unknown := [name for name in columns if name not in (*COLUMNS, *MORE)]:
        offered = ", ".join((*COLUMNS, *MORE))
        raise BadValue(f"The history has no column {unknown[0]!r:.80}. There are: {offered}.")
    needed = [_MADE[name][0] if name in _MADE else (_NAMED.get(name, name),) for name in columns]
    return tuple(dict.fromkeys(("id", *(name for names in needed for name in names))))


def readable(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[list[Sequence[Any]], dict[str, str]]:
    """Part rows: those that can be read, and of the others what is wrong with each take's."""
    from . import damage  # brings SQLAlchemy, which who asks for a column's name need not wait for

    whole: list[Sequence[Any]] = []
    others: dict[str, str] = {}
    for row in rows:
        values = dict(zip(names, row, strict=True))
        if odd := damage.odd(values):
            others[str(values["id"])] = damage.words(values["id"], odd)
        else:
            whole.append(row)
    return whole, others


def by_columns(rows: Sequence[Sequence[Any]], columns: Sequence[str] = COLUMNS) -> dict[str, Sequence[Any]]:
    """Return the values of each of the history's columns, in the order of the rows.

    Parameters
    ----------
    rows
        Values of the columns that ``reads(columns)`` names, as the database holds them.
    columns
        Of ``COLUMNS`` and ``MORE``; one that is named twice is there once.

    Returns
    -------
    dict
        Missing values are None; ``confirmed`` is in milliseconds since the epoch.
    """
    # By columns: a hundred thousand takes are a table in the blink of an eye, but not as a hundred thousand objects.
    names = reads(columns)
    held = dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))
    if "inputs" in held:
        held["inputs"] = json.loads(f"[{','.join(held['inputs'])}]")  # in one go, and once for all columns
    return {
        name: _MADE[name][1](held) if name in _MADE else held[_NAMED.get(name, name)] for name in dict.fromkeys(columns)
    }


def history(
    rows: Sequence[Sequence[Any]], zone: tzinfo = timezone.utc, columns: Sequence[str] = COLUMNS
) -> pd.DataFrame:
    """Lay takes out as a table, one row a take, in the order given.

    Parameters
    ----------
    rows
        Values of the columns that ``reads(columns)`` names, as the database holds them.
    zone
        The library's time zone.
    columns
        The table's columns, of ``COLUMNS`` and ``MORE``, each once.

    Returns
    -------
    pandas.DataFrame
        As ``Library.history`` describes it.
    """
    import pandas as pd

    made = by_columns(rows, columns)
    table = pd.DataFrame(made, columns=list(made))
    if "confirmed" in made:
        table["confirmed"] = _local(table["confirmed"], zone)
    return table.astype({name: kind for name, kind in _KINDS.items() if name in made})


def sweep(cells: Sequence[Mapping[str, Any]], axes: Sequence[str], takes: pd.DataFrame) -> pd.DataFrame:
    """Lay the cells of a sweep out as a table, one row a cell, in the order given; see ``Sweep.history``.

    Parameters
    ----------
    cells
        Of each: its value on each axis, ``repeat``, ``status``, and ``id``, that of its take or None.
    axes
        The names of the axes.
    takes
        A history with the takes, by their ``id``.
    """
    import pandas as pd

    first = [*axes, "repeat", "status"]
    table = pd.DataFrame({name: [cell[name] for cell in cells] for name in [*first, "id"]}, columns=[*first, "id"])
    table["status"] = table["status"].astype("category")
    others = [name for name in takes.columns if name not in first]
    return table.merge(takes[others], how="left", on="id", sort=False)[[*first, *others]]


def models(catalog: Iterable[Model]) -> pd.DataFrame:
    """Lay models out as a table, one row a model, in the order given; see ``Library.models``."""
    import pandas as pd

    clips = [model for model in catalog if model.kind != TOOL]
    return pd.DataFrame(
        {
            "model": [model.id for model in clips],
            "kind": [model.kind.replace("-", " ") for model in clips],
            "price": [model.estimate({}) / 1_000_000 for model in clips],
            "seconds": [model.seconds({}) for model in clips],
            "inputs": [", ".join(model.fields) for model in clips],
        },
        index=pd.Index([model.name.removeprefix("Kling ") for model in clips], name="name"),
    )


def ledger(entries: Sequence[Mapping[str, Any]], zone: tzinfo = timezone.utc) -> pd.DataFrame:
    """Lay the ledger out as a table, one row an entry, in the order given; ``at`` is by this zone."""
    import pandas as pd

    table = pd.DataFrame(entries, columns=["at", "kind", "amount", "service", "words", "take"])
    table["at"] = _local(table["at"], zone)
    table["amount"] = table["amount"].astype("float64") / 1_000_000
    return table.rename(columns={"amount": "dollars", "words": "prompt"})


def votes(given: Sequence[Vote], zone: tzinfo = timezone.utc) -> pd.DataFrame:
    """Lay votes out as a table, one row a vote, in the order given; see ``Arena.votes``."""
    import pandas as pd

    names = ["left", "right", "outcome", "voter", "at", "id"]
    table = pd.DataFrame([[getattr(vote, name) for name in names] for vote in given], columns=names)
    table["at"] = _local((table["at"].astype("float64") * 1000).round(), zone)
    return table.astype({"outcome": "category"})


def standings(found: Iterable[Standing], names: Mapping[str, str], *, ids: bool) -> pd.DataFrame:
    """Lay out how candidates stand, one row each, in the order given, with their ``ids``; see ``Arena.standings``."""
    import pandas as pd

    rows = [
        [
            names[one.candidate], one.strength, one.low, one.high,
            one.count.wins, one.count.losses, one.count.ties, one.count.both_bad, one.candidate,
        ]
        for one in found
    ]  # fmt: skip
    columns = ["name", "strength", "low", "high", "wins", "losses", "ties", "both_bad", "id"]
    table = pd.DataFrame(rows, columns=columns)
    return table if ids else table.drop(columns="id")


def _local(moments: pd.Series[Any], zone: tzinfo) -> pd.Series[Any]:
    import pandas as pd

    return pd.to_datetime(moments, unit="ms", utc=True).dt.tz_convert(zone)
