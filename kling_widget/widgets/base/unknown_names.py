"""Names that a widget does not have, and the one that may be meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...request.model_names import nearest


def public(widget: type) -> list[str]:
    """Return the names that a widget's own classes declare for people: those that may be meant."""
    own = [one for one in widget.__mro__ if one.__module__.startswith(__package__.partition(".")[0])]
    return sorted({name for one in own for name in vars(one) if not name.startswith("_")})


def hint(name: str, offered: Iterable[str]) -> str:
    """Return `` Did you mean 'prompt'?``; empty where nothing is like the name."""
    near = nearest(name, offered)
    return f" Did you mean {near!r}?" if near else ""


def refuse_unknown(widget: type, keywords: Mapping[str, Any], offered: Iterable[str]) -> None:
    """Raise ``TypeError`` for the first keyword that a widget does not take."""
    allowed = list(offered)
    for name in keywords:
        if name not in allowed:
            raise TypeError(f"{widget.__name__}() takes no {name!r}.{hint(name, allowed)}")
