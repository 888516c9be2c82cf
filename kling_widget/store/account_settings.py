"""What a library keeps of its accounts among its settings, told without SQLAlchemy: it is checked before all else."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable

SALT = "account_salt"
"""The setting of what each fingerprint of a key is salted with."""

GROUPS = "same_accounts"
"""The setting of which fingerprints belong to one account."""

_SALT = re.compile(r"[0-9a-f]{32}")
_FINGERPRINT = re.compile(r"[\x21-\x7e]{1,64}")


def salt(value: object) -> bytes | None:
    """Return a salt as it is kept; None where it is none."""
    return bytes.fromhex(value) if isinstance(value, str) and _SALT.fullmatch(value) else None


def groups(value: object) -> Collection[frozenset[str]] | None:
    """Return the fingerprints of each account as they are kept; None where they are none."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not all(isinstance(group, list) for group in found):
        return None
    if not all(isinstance(one, str) and _FINGERPRINT.fullmatch(one) for group in found for one in group):
        return None
    return [frozenset(group) for group in found]


def odd(found: Iterable[tuple[object, object]]) -> str:
    """Return the name of a setting that holds what was never written there; empty where none does.

    Parameters
    ----------
    found
        Names and values, as the database holds them.
    """
    for name, value in found:
        if (name == SALT and salt(value) is None) or (name == GROUPS and groups(value) is None):
            return str(name)
    return ""
