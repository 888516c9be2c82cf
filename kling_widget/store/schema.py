"""The library's tables."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    text,
)

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""``schema`` (the version) and ``revision`` (grows with every write)."""

settings = Table(
    "settings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What belongs to the library as a whole and is no number: ``zone``, the time zone that its days are counted in."""

OF_TOOLS = text("kind = 'tool'")
"""The condition that a row is a tool's run, as its index has it: a bound value would not be recognised."""

takes = Table(
    "takes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("service", String(200), nullable=False),
    Column("model", String(200), nullable=False),
    Column("inputs", Text, nullable=False),  # JSON
    Column("words", Text, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("confirmed_at", BigInteger, nullable=False),
    Column("estimate", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("trouble", Text, nullable=False, default=""),
    Column("prediction", String(200)),
    Column("address", Text),
    Column("charge", BigInteger),
    Column("refund", BigInteger),
    Column("settled", Boolean, nullable=False, default=False),
    Column("file", Text),
    Column("bytes", BigInteger),
    Column("sha256", String(64)),
    Column("poster", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("rating", Integer),
    Column("tags", Text, nullable=False, default="[]"),  # JSON
    Column("note", Text, nullable=False, default=""),
    Column("parent", String(32)),
    Column("submitted_at", BigInteger),
    Column("accepted_at", BigInteger),
    Column("rendering_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("saved_at", BigInteger),
    Column("inference_ms", BigInteger),
    Column("answer", Text),
    Column("candidates", Text, nullable=False, default=""),  # JSON
    Column("kind", String(10), nullable=False, default="clip"),  # clip, tool
    Column("outputs", Text, nullable=False, default=""),  # JSON
    Column("account", String(64)),  # a salted fingerprint of the key that made it
    Column("kept", Text),  # where what came is kept, if it is no clip that can be vouched for
    Column("simulated", Boolean),  # whether a server that the settings named said that it is practice
    Column("folded", Text, nullable=False, default="", server_default=""),  # what a search reads
    Column("meant", Text),  # JSON: the inputs of the final that a draft is for
    Column("binned_at", BigInteger),  # when a person put it into the bin
    Column("emptied_at", BigInteger),  # when a person gave its files up; they may lie there still for a moment
    UniqueConstraint("service", "prediction", name="one_take_a_prediction"),
    Index("takes_by_revision", "revision"),
    Index("takes_open", "settled"),  # nearly all takes are settled: what is still to come is found at once
    # A search reads these, and only then the takes that match.
    Index("takes_text", "id", "folded", "kind"),
    Index("takes_by_end", "finished_at"),
    # No index begins with the state: SQLite would take it for questions that another answers at once.
    Index("takes_by_turn", "service", "state", "id"),
    Index("takes_by_sending", "service", "submitted_at"),
    Index("takes_by_answer", "service", "accepted_at"),
)

# Of those that have one only: few do, and the others need not be written there.
children = Index("takes_by_parent", takes.c.parent, sqlite_where=takes.c.parent.is_not(None))

# Of those in the bin only, for the same reason.
binned = Index("takes_in_bin", takes.c.binned_at, sqlite_where=takes.c.binned_at.is_not(None))

# Of the few tools' runs only: an index that begins with the kind would be taken for questions that another answers.
tool_runs = Index("runs_of_tools", takes.c.kind, takes.c.id, sqlite_where=OF_TOOLS)

SHOWN = and_(takes.c.kind == "clip", takes.c.binned_at.is_(None))
"""The condition that a row is a take of the history: no tool's run, and not in the bin."""

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),  # of what it asks for, and of whom
    Column("service", String(200), nullable=False),
    Column("account", String(64)),  # as a take has it
    Column("simulated", Boolean),  # as a take has it
    Column("template", Text, nullable=False),  # as it was written
    Column("expansion", Text, nullable=False),  # JSON
    Column("frozen_at", BigInteger, nullable=False),
    Column("ordered_at", BigInteger),  # when a person last said that it may go on
    Column("begun_at", BigInteger),  # when the last of its takes was begun
    Column("allowance", BigInteger, nullable=False, default=0),  # what its takes may cost together
    Column("stopped", Boolean, nullable=False, default=False),
    Column("trouble", Text, nullable=False, default=""),
    UniqueConstraint("digest", name="one_sweep_a_question"),
)
"""What a sweep was frozen as, before anything of it was confirmed."""

cells = Table(
    "cells",
    metadata,
    Column("sweep", String(32), primary_key=True),
    Column("cell", String(64), primary_key=True),  # the key of the expansion's cell
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),  # the order in which they are begun
    Column("model", String(200), nullable=False),
    Column("inputs", Text, nullable=False),  # JSON
    Column("seconds", Integer, nullable=False),
    Column("estimate", BigInteger, nullable=False),
    Column("skipped", Boolean, nullable=False, default=False),
    Column("take", String(32)),
    UniqueConstraint("take", name="one_cell_a_take"),
)
"""Cells that a person confirmed, as they are sent: each once, and once more for each time it was ordered again."""

WAITS = and_(cells.c.take.is_(None), cells.c.skipped.is_(False))
"""The condition that a cell is still to be begun."""

# Of those only: few do, and what is fed is found at once.
cells_waiting = Index(
    "cells_waiting", cells.c.sweep, cells.c.number, sqlite_where=text("take IS NULL AND skipped IS 0")
)

votes = Table(
    "votes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("shown_left", String(32), nullable=False),
    Column("shown_right", String(32), nullable=False),
    Column("outcome", String(10), nullable=False),  # left, right, tie, both bad
    Column("voter", Text, nullable=False),
    Column("cast_at", BigInteger, nullable=False),
    Index("votes_by_left", "shown_left"),
)
"""What voters said of two takes side by side."""

leases = Table(
    "leases",
    metadata,
    Column("take", String(32), primary_key=True),
    Column("owner", String(120), nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("take", String(32), nullable=False),
    Column("service", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),  # quote, charge, refund
    Column("amount", BigInteger, nullable=False),
    Index("ledger_by_take", "take"),
)
"""One row an entry, none of which is ever changed: where billing says otherwise later, the difference is an entry."""

spend = Table(
    "spend",
    metadata,
    Column("service", String(200), primary_key=True),
    Column("day", String(10), primary_key=True),  # a calendar day in the library's zone, YYYY-MM-DD
    Column("amount", BigInteger, nullable=False),
)
"""Running totals of charges less refunds, so that a budget need not add up a long ledger."""

budget = Table(
    "budget",
    metadata,
    Column("cap", String(10), primary_key=True),  # call, day, library
    Column("amount", BigInteger, nullable=False),
)
