"""Refuse keywords and attributes that a widget does not have, with a hint: a misspelt one would change nothing."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable

import traitlets as t

from ...request.model_names import nearest


def public(widget: type) -> list[str]:
    """Return the traits and properties that a widget's own classes declare for people: those that may be meant."""
    own = [one for one in widget.__mro__ if one.__module__.startswith(__package__.partition(".")[0])]
    declared = {name: value for one in own for name, value in vars(one).items() if not name.startswith("_")}
    return sorted(name for name, value in declared.items() if isinstance(value, (t.TraitType, property)))


def hint(name: str, offered: Iterable[str]) -> str:
    """Return `` Did you mean 'prompt'?``; empty where nothing is like the name."""
    near = nearest(name, offered)
    return f" Did you mean {near!r}?" if near else ""


def refuse_unknown(widget: type, keywords: Iterable[str], allowed: Collection[str]) -> None:
    """Raise ``TypeError`` for the first keyword that a widget does not take."""
    for name in keywords:
        if name not in allowed:
            offered = [*allowed, *inspect.signature(widget).parameters]
            raise TypeError(f"{widget.__name__}() takes no {name!r}.{hint(name, offered)}")
