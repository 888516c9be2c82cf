"""Refuse keywords and attributes that a widget does not have, with a hint: a misspelt one would change nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


def no_such(owner: type, name: str, names: Iterable[str]) -> str:
    """Return what is said of a name that an object does not have.

    Parameters
    ----------
    owner
        The object's class.
    name
        What was written.
    names
        The names that there are.

    Examples
    --------
    >>> no_such(dict, "moddel", ["model", "prompt"])
    "dict has no 'moddel'. Did you mean 'model'?"
    """
    known = sorted(names)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}."
    return f"{owner.__name__} has no {name!r}. {hint}"


class Strict:
    """A widget that takes no keyword and no attribute which it does not have.

    A subclass names its traits for people in ``names``; hints are made of these. Names that begin with an underscore,
    and those that a class annotates, can be set by the class itself.

    Raises
    ------
    TypeError
        If a keyword names no trait.
    AttributeError
        If an attribute is set that the object does not have.
    """

    names: tuple[str, ...] = ()

    def __init__(self, *args: Any, **traits: Any) -> None:
        for name in traits:
            if not self._has(name):
                raise TypeError(no_such(type(self), name, self.names))
        super().__init__(*args, **traits)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and not self._has(name):
            raise AttributeError(no_such(type(self), name, self.names))
        super().__setattr__(name, value)

    @classmethod
    def _has(cls, name: str) -> bool:
        return hasattr(cls, name) or any(name in vars(base).get("__annotations__", ()) for base in cls.__mro__)
