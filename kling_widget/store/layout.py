"""What a library's database looks like on disk, told without SQLAlchemy: its import takes longer than all the rest."""

from __future__ import annotations

import hashlib
import sqlite3

DATABASE = "library.db"
"""The database's name in a library's folder."""

VERSION = 5
"""The schema that this code writes. A library with a lower one is migrated, one with a higher one is refused."""

DIGEST = "b786169bc0fb96ca"
"""What ``digest`` says of a library of this version. A test holds it against the tables in ``schema``."""


def digest(base: sqlite3.Connection) -> str:
    """Return a hash of a database's tables, their columns, their keys and what must be unique in them."""
    found: list[object] = []
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    for (table,) in base.execute(query).fetchall():
        columns = sorted((row[1], row[5]) for row in base.execute(f'PRAGMA table_info("{table}")'))
        unique = [row[1] for row in base.execute(f'PRAGMA index_list("{table}")') if row[2]]
        together = sorted([row[2] for row in base.execute(f'PRAGMA index_info("{name}")')] for name in unique)
        found.append((table, columns, together))
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]
