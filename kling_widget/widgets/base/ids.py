"""Takes as a trait: ids to the page, to which takes can be assigned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import traitlets as t


class Ids(t.TraitType[Any, Any]):
    """A trait that holds ids of takes, each once, in their order. Takes can be assigned, and a single one.

    Parameters
    ----------
    most
        How many it holds at most.
    **metadata
        As of any trait.
    """

    def __init__(self, most: int, **metadata: Any) -> None:
        super().__init__((), **metadata)
        self._most_ids = most

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the ids; raise ``TraitError`` in words for whatever is no take."""
        words = f"{self.name} are takes or their ids, such as library.takes()[:2]"
        single = isinstance(value, str) or hasattr(value, "id")
        if not single and not isinstance(value, Iterable):
            raise t.TraitError(f"{words}; this is {value!r}.")
        ids = []
        for take in [value] if single else value:
            known = take if isinstance(take, str) else getattr(take, "id", None)
            if not isinstance(known, str) or not known:
                raise t.TraitError(f"{words}; this is {take!r}.")
            ids.append(known)
        ids = list(dict.fromkeys(ids))
        if len(ids) > self._most_ids:
            raise t.TraitError(f"{self.name} holds at most {self._most_ids} takes; these are {len(ids)}.")
        return tuple(ids)
