"""Objects whose properties say, where somebody sets one, what changes it instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class ReadOnly:
    """A class whose properties are set by methods."""

    _changed_by: ClassVar[Mapping[str, str]] = {}
    """By property: how to change it, as the end of a sentence."""

    def __setattr__(self, name: str, value: object) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
            return
        here, kind = getattr(type(self), name, None), type(self).__name__
        if here is None and name not in vars(self):  # `take.ratting = 4` would set a rating that nobody ever sees
            raise AttributeError(f"A {kind} has no {name!r}, and nothing can be added to it.")
        if callable(here):
            raise AttributeError(f"{name} is a method of a {kind}: it is called, not set. Nothing was changed.")
        how = self._changed_by.get(name)
        raise AttributeError(f"{name} can only be read{f': {how}' if how else ''}. Nothing was changed.")
