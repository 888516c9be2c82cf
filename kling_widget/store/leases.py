"""Which kernel tends which take."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

from sqlalchemy import Engine, and_, insert, or_, select, update
from sqlalchemy.engine import Connection

from ..errors import LeaseLost
from .damage import LAST_MS, MOST, is_text, is_whole
from .database import read_only, writing
from .record import Lease, TakeId, now_ms
from .schema import leases, takes

# What waits for a person does not wait for a kernel.
OPEN = and_(takes.c.settled.is_(False), takes.c.state != "needs_you")


Reachable = Callable[[str, str | None], bool]
"""Whether a kernel may speak to a service for takes of an account (None: nobody knows whose they are)."""


def _anything(service: str, account: str | None) -> bool:
    return True


class Leases:
    """The leases of a library's takes.

    A lease is for some seconds and is renewed; a kernel that dies stops renewing. Each time a take changes hands its
    token grows, and a write with an older token is refused: a kernel that slept past its lease does no harm when it
    wakes.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(
        self, owner: str, *, for_ms: int, reachable: Reachable = _anything, but: Container[str] = ()
    ) -> list[Lease]:
        """Take over open takes that nobody tends, of ``reachable`` services and accounts, for ``for_ms`` milliseconds.

        Those whose clips the service throws away first come first. Takes of the ids in ``but`` are left alone.
        """
        now = now_ms()

        def readable(row: Any) -> bool:
            return row.id not in but and all(map(is_text, (row.id, row.service, row.account or "")))

        # A lease that reaches further than any is given is one from before the clock was set back.
        # One without an end or an owner is nobody's: a lease that can't be read must not leave its take untended.
        free = or_(leases.c.until.is_(None), leases.c.until < now, leases.c.until > now + 2 * for_ms)
        # Its own, also those that ran out while the machine slept, an owner renews: they are not to change hands.
        not_mine = or_(leases.c.owner.is_(None), leases.c.owner != owner, leases.c.until == 0)
        held = leases.c.take.label("held")
        query = select(takes.c.id, takes.c.service, takes.c.account, held, leases.c.token)
        query = query.where(and_(OPEN, free, not_mine))
        query = query.select_from(takes.outerjoin(leases, leases.c.take == takes.c.id)).order_by(takes.c.confirmed_at)
        with read_only(self._engine) as connection:
            waiting = {(row.service, row.account) for row in connection.execute(query) if readable(row)}
        # Asked between the transactions: the answer may need the library itself.
        mine = {whose for whose in waiting if reachable(*whose)}
        if not mine:
            return []  # the usual case takes no write lock
        with writing(self._engine) as connection:
            rows = [row for row in connection.execute(query).all() if readable(row)]
            found = [row for row in rows if (row.service, row.account) in mine]
            until = now + for_ms
            return [_grant(connection, TakeId(r.id), r.held is not None, r.token, owner, until) for r in found]

    def claim_one(self, take: TakeId, owner: str, *, for_ms: int) -> Lease | None:
        """Take over one take; None where somebody tends it already, this owner included."""
        now = now_ms()
        with writing(self._engine) as connection:
            held = connection.execute(select(leases).where(leases.c.take == take)).mappings().first()
            if held and is_whole(held["until"], now, now + 2 * for_ms):
                return None
            token = held["token"] if held else None
            return _grant(connection, take, held is not None, token, owner, now + for_ms)

    def renew(self, owner: str, held: Iterable[Lease], *, for_ms: int) -> list[Lease]:
        """Go on tending these takes; returns those that are still this owner's."""
        mine = and_(leases.c.owner == owner, leases.c.until > 0)
        with writing(self._engine) as connection:
            connection.execute(update(leases).where(mine).values(until=now_ms() + for_ms))
            still = {
                TakeId(take): token
                for take, token in connection.execute(select(leases.c.take, leases.c.token).where(mine))
            }
        return [lease for lease in held if still.get(lease.take) == lease.token]

    def tended(self, take: str) -> bool:
        """Return whether a kernel tends a take now."""
        with read_only(self._engine) as connection:
            return is_whole(connection.scalar(select(leases.c.until).where(leases.c.take == take)), now_ms(), LAST_MS)

    def require(self, lease: Lease) -> None:
        """Raise ``LeaseLost`` where another kernel tends the take now."""
        with read_only(self._engine) as connection:
            check(connection, lease)

    def release(self, owner: str, held: Sequence[Lease] | None = None) -> None:
        """Stop tending these takes, or all of this owner's; whoever comes next may take them over at once."""
        mine = leases.c.owner == owner
        if held is not None:
            mine = and_(mine, leases.c.take.in_([lease.take for lease in held]))
        with writing(self._engine) as connection:
            # The row stays: its token must go on growing.
            connection.execute(update(leases).where(mine).values(until=0))


def check(connection: Connection, lease: Lease) -> None:
    """Refuse a write by a kernel that no longer tends the take.

    Raises
    ------
    LeaseLost
        If another kernel has taken it over.
    """
    if connection.scalar(select(leases.c.token).where(leases.c.take == lease.take)) != lease.token:
        raise LeaseLost(f"Another kernel tends take {lease.take} now; nothing was lost.")


def revoke(connection: Connection, take: str) -> None:
    """Take a take from whoever tends it: what that kernel is about to write, it judged by how the take stood before.

    The take is free for any kernel, that one included.
    """
    change = update(leases).where(leases.c.take == take)
    connection.execute(change.values(token=leases.c.token + 1, until=0))


def _grant(connection: Connection, take: TakeId, held: bool, token: object, owner: str, until: int) -> Lease:
    """Give a take to an owner; ``held`` says whether a row of its lease is there, whatever token is in it."""
    if not held:
        lease = Lease(take, 1)
        connection.execute(insert(leases).values(take=take, owner=owner, token=1, until=until))
    else:
        # Where the token can't be read, one that none can have come to: an older writer must not hold the same.
        lease = Lease(take, token + 1 if type(token) is int and is_whole(token, 0) else secrets.randbelow(MOST))
        now_held = {"owner": owner, "token": lease.token, "until": until}
        connection.execute(update(leases).where(leases.c.take == take).values(now_held))
    return lease
