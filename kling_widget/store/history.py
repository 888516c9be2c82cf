"""The library's takes as a DataFrame."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timezone, tzinfo
from typing import TYPE_CHECKING, Any

from ..request.catalog import TOOL, Model, bundled
from .record import cost

if TYPE_CHECKING:
    import pandas as pd

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
"""The history's columns, in order."""

# Kinds that keep a missing value missing instead of turning whole numbers into floats.
_KINDS = {"seconds": "Int64", "rating": "Int64", "took": "Float64", "sound": "boolean", "cost": "float64"}


READ = ("poster", "words", "model", "seconds", "inputs", "state", "estimate", "charge", "refund", "rating", "tags",
        "note", "confirmed_at", "saved_at", "file", "id")  # fmt: skip
"""The columns of the database that the history is made of, in the order of ``history``'s rows."""


def readable(rows: Sequence[Sequence[Any]]) -> tuple[list[Sequence[Any]], dict[str, str]]:
    """Part rows of the columns ``READ``: those that can be read, and of the others what is wrong with each take's."""
    from . import damage  # brings SQLAlchemy, which who asks for a column's name need not wait for

    whole: list[Sequence[Any]] = []
    others: dict[str, str] = {}
    for row in rows:
        values = dict(zip(READ, row, strict=True))
        if odd := damage.odd(values):
            others[str(values["id"])] = damage.words(values["id"], odd)
        else:
            whole.append(row)
    return whole, others


def history(rows: Sequence[Sequence[Any]], zone: tzinfo = timezone.utc) -> pd.DataFrame:
    """Lay takes out as a table, one row a take, in the order given.

    Parameters
    ----------
    rows
        Values of the columns ``READ``, as the database holds them.
    zone
        The library's time zone.

    Returns
    -------
    pandas.DataFrame
        ``poster`` and ``file`` are paths relative to the library's folder; ``cost`` is in US dollars (play money for
        practice takes); ``confirmed`` is in the library's zone, as it was at that
        moment; ``took`` is seconds from confirmed to saved.
    """
    import pandas as pd

    # By columns: a hundred thousand takes are a table in the blink of an eye, but not as a hundred thousand objects.
    (poster, words, model, seconds, inputs, state, estimate, charge, refund, rating, tags, note, confirmed, saved,
     file, ids) = zip(*rows, strict=True) if rows else ((),) * len(READ)  # fmt: skip
    asked = json.loads(f"[{','.join(inputs)}]")

    def value(name: str) -> list[Any]:
        defaults = {m: found.default(name) if (found := bundled().get(m)) else None for m in set(model)}
        return [given.get(name, defaults[m]) for given, m in zip(asked, model, strict=True)]

    money = zip(state, estimate, charge, refund, strict=True)
    table = pd.DataFrame(
        {
            "poster": poster,
            "prompt": words,
            "model": model,
            "seconds": seconds,
            "aspect_ratio": value("aspect_ratio"),
            "sound": value("sound"),
            "status": state,
            "cost": [cost(*each) / 1_000_000 for each in money],
            "rating": rating,
            "tags": [json.loads(text) if text != "[]" else [] for text in tags],
            "note": note,
            "confirmed": confirmed,
            "took": [None if at is None else (at - since) / 1000 for at, since in zip(saved, confirmed, strict=True)],
            "file": file,
            "id": ids,
        },
        columns=list(COLUMNS),
    )
    table["confirmed"] = _local(table["confirmed"], zone)
    return table.astype(_KINDS)


def models(known: Iterable[Model]) -> pd.DataFrame:
    """Lay models out as a table, one row a model, in the order given; see ``Library.models``."""
    import pandas as pd

    clips = [model for model in known if model.kind != TOOL]
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


def _local(moments: pd.Series[Any], zone: tzinfo) -> pd.Series[Any]:
    import pandas as pd

    return pd.to_datetime(moments, unit="ms", utc=True).dt.tz_convert(zone)
