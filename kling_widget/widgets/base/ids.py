"""Takes as a trait: ids to the page, to which takes can be assigned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import traitlets as t

MOST = 16
"""How many takes are shown or selected at once: a grid of four by four."""


class Ids(t.TraitType[Any, Any]):
    """A trait that holds the ids of takes, each once, in order. Takes can be assigned, and a single one.

    Parameters
    ----------
    most
        How many it holds at most; None: as many as there are.
    **metadata
        Those of any trait.
    """

    def __init__(self, *, most: int | None = MOST, **metadata: Any) -> None:
        super().__init__((), **metadata)
        self._most = most

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the ids; raise ``TraitError`` in words for whatever is no take."""
        words = f"{self.name} are takes or their ids, such as library.takes()[:2]"
        single = isinstance(value, str) or hasattr(value, "id")
        if not single and not isinstance(value, Iterable):
            raise t.TraitError(f"{words}; this is {value!r}.")
        ids = []
        for take in [value] if single else value:
            take_id = take if isinstance(take, str) else getattr(take, "id", None)
            if not isinstance(take_id, str) or not take_id:
                raise t.TraitError(f"{words}; this is {take!r}.")
            ids.append(take_id)
        ids = list(dict.fromkeys(ids))
        if self._most is not None and len(ids) > self._most:
            raise t.TraitError(f"{self.name} holds at most {self._most} takes; these are {len(ids)}.")
        return tuple(ids)
