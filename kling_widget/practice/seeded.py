"""Chance that can be repeated: what looks random in a clip or in a task's course follows from names alone."""

from __future__ import annotations

import random


def seeded(*values: object) -> random.Random:
    """Chance that follows from ``parts`` alone, on every machine."""
    return random.Random(":".join(map(str, values)))
