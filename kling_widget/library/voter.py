"""Whose a vote is: a name that stays the same."""

from __future__ import annotations

import getpass
import os

from ..errors import BadValue
from ..text import flaw, is_blank

_LONGEST = 80  # characters


def default_voter() -> str:
    """Return whose votes are cast unless somebody says otherwise: who is logged in."""
    name = os.environ.get("JUPYTERHUB_USER", "")
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError, ImportError):  # a user without a name, as containers have
            name = ""
    return name if name and not flaw(name) and not is_blank(name) else "me"


def checked_voter(name: object) -> str:
    """Return a voter's name as it is kept: on one line. Raises ``BadValue`` for what is none."""
    if not isinstance(name, str):
        raise BadValue(f"A voter's name is text; this is {name!r:.80}.")
    tidy = " ".join(name.split())
    if reason := flaw(tidy):
        raise BadValue(f"{reason} The voter's name is as it was.")
    if is_blank(tidy) or len(tidy) > _LONGEST:
        raise BadValue(f"A voter's name has 1 to {_LONGEST} characters, so that votes are known to be of one person.")
    return tidy
