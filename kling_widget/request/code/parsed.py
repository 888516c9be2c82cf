"""What a pasted text asks for: as it says it, and as a model of the catalogue would take it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import Problem, RequestError
from .. import model_names
from ..catalog import Catalog, Model, ModelId

NESTED = 20
"""How deep lists and objects may stand in each other; a request of any model needs three levels."""

KEY_NAMES = frozenset({"api_key", "apikey", "authorization", "key", "token", "secret", "password"})
"""Names, in small letters and with ``_``, under which a text may carry a key."""


@dataclass(frozen=True)
class Said:
    """What a text says, before anybody has looked whether there is such a model.

    Attributes
    ----------
    model
        The model that it names, or None.
    inputs
        Its inputs, as JSON values.
    key
        Whether a key stood in the text. It is in none of these.
    more
        How many other requests stand after this one.
    """

    model: str | None
    inputs: Mapping[str, Any]
    key: bool = False
    more: int = 0


@dataclass(frozen=True)
class Asked:
    """A request that was read. Its values are as they stood there: whether the model takes them is not looked at.

    Attributes
    ----------
    model
        A model of the catalogue, or None where the text names none: then it is for whichever is at hand.
    inputs
        JSON values by the API's own names, and only names that the model takes (that some model takes, where it is
        None).
    left_out
        Names that stood there and that it does not take.
    notes
        What else a person should know, in sentences.
    """

    model: ModelId | None
    inputs: Mapping[str, Any]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def unread(form: str, words: str) -> RequestError:
    """An error that says why a text can't be read. It quotes no value of the text: there may be a key in it."""
    return RequestError([Problem(form, words)])


def find(name: str, catalog: Catalog) -> Model:
    """The model of that name. Raises ``RequestError`` where there is none."""
    shown = len(name) < 100 and re.fullmatch(r"[\w.-]+(/[\w.-]+)+", name) is not None
    return model_names.find(name, catalog, quote=shown)


def is_key(name: object) -> bool:
    """Whether a value of this name may be a key."""
    return str(name).lower().replace("-", "_") in KEY_NAMES


def nests(value: Any, levels: int = NESTED) -> bool:
    """Whether a value nests deeper than so many levels."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 1 or any(nests(one, levels - 1) for one in inner if isinstance(one, (dict, list)))
