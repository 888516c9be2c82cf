"""A pasted request: as the text has it (``ParsedText``), and as a model of the catalog takes it (``ParsedRequest``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import Problem, RequestError
from .. import model_names
from ..catalog import Catalog, Model, ModelId

NESTED = 20
"""How deep lists and objects may nest; a request of any model needs three levels."""

KEY_NAMES = frozenset({"api_key", "apikey", "authorization", "key", "token", "secret", "password"})
"""Names, in lower case and with ``_``, under which a text may carry a key."""


@dataclass(frozen=True)
class ParsedText:
    """A request as the text has it, not yet checked against the catalog.

    Attributes
    ----------
    model
        The model that the text names, or None.
    inputs
        The inputs as JSON values.
    key
        Whether the text holds a key. The key itself is not kept.
    more
        How many other requests follow in the text.
    """

    model: str | None
    inputs: Mapping[str, Any]
    key: bool = False
    more: int = 0


@dataclass(frozen=True)
class ParsedRequest:
    """A parsed request with its model and names resolved. The values are not validated.

    Attributes
    ----------
    model
        A model of the catalog, or None if the text names none; then it suits whichever model is chosen.
    inputs
        JSON values by the API's names: only names that the model takes (that any model takes, if it is None).
    left_out
        Names in the text that the model does not take.
    notes
        Sentences for the person, such as that the text held a key.
    """

    model: ModelId | None
    inputs: Mapping[str, Any]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def unreadable(form: str, words: str) -> RequestError:
    """Return an error that says why a text can't be read. It quotes no value of the text, which may hold a key."""
    return RequestError([Problem(form, words)])


def find(name: str, catalog: Catalog) -> Model:
    """Return the model of that name. Raises ``RequestError`` if there is none."""
    shown = len(name) < 100 and re.fullmatch(r"[\w.-]+(/[\w.-]+)+", name) is not None
    return model_names.find(name, catalog, quote=shown)


def is_key(name: object) -> bool:
    """Return whether a value of this name may be a key."""
    return str(name).lower().replace("-", "_") in KEY_NAMES


def nests(value: Any, levels: int = NESTED) -> bool:
    """Return whether a value nests deeper than ``levels``."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 1 or any(nests(one, levels - 1) for one in inner if isinstance(one, (dict, list)))
