"""A row of the fault matrix, and short ways to write one down."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .proxy import ChaosProxy, Trouble
from .stage import Stage

Rule = Mapping[str, Any]

DEEP = "[" * 100_000
LONG = json.dumps({"data": {"id": "x" * 1_100_000}})


@dataclass(frozen=True)
class Row:
    """A fault and what must hold.

    Attributes
    ----------
    name
        In words.
    ends
        The state in which the take ends, or those that it may end in.
    faults
        Rules for the practice server.
    troubles
        What a proxy between the two does.
    origin
        Where the service is thought to be, made from the proxy; None: the server's own address, or the proxy's.
    before, meanwhile
        What is done before the take is confirmed, and while it runs.
    environment
        Variables that are set meanwhile. Only services that are not on this machine heed those of the network.
    told
        A text that the person is shown while the fault lasts; then the fault ends, and the row with it.
    created, posts
        Tasks that the server made for the takes, and submits that reached it.
    """

    name: str
    ends: str | tuple[str, ...] = "completed"
    faults: tuple[Rule, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    origin: Callable[[ChaosProxy], str] | None = None
    before: Callable[[Stage], None] | None = None
    meanwhile: Callable[[Stage], None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    told: str = ""
    created: int = 1
    posts: int = 1


def tls(proxy: ChaosProxy) -> str:
    """The proxy's address, as if it spoke TLS."""
    return f"https://127.0.0.1:{proxy.port}"


def unsent(name: str, origin: Callable[[ChaosProxy], str], *troubles: Trouble, **environment: str) -> Row:
    """A submit that provably never left."""
    return Row(name, "rejected", origin=origin, troubles=troubles, created=0, posts=0, environment=environment)


def refused(name: str, **how: Any) -> Row:
    """A submit that the service refuses in so many words."""
    return Row(name, "rejected", (submit(created=False, **how),), created=0)


def not_made(name: str, *faults: Rule, posts: int = 1, troubles: tuple[Trouble, ...] = ()) -> Row:
    """A submit whose answer is lost, and nothing was made."""
    return Row(name, "not_created", faults, troubles, created=0, posts=posts)


def patience(name: str, retry_after: str | None = None, times: int = 1, *more: Rule) -> Row:
    """A submit that is sent back with 429, and sent again."""
    rule = submit(effect="status", status=429, retry_after=retry_after, times=times)
    return Row(f"429, {name}", faults=(rule, *more), posts=1 + times)


def outputs(*urls: str, times: int | None) -> Rule:
    """Looks that find the task completed, with these outputs."""
    return result(effect="patch", data={"status": "completed", "outputs": list(urls)}, times=times)


def submit(**rule: Any) -> Rule:
    """A fault of the submit."""
    return {"call": "submit", **rule}


def result(**rule: Any) -> Rule:
    """A fault of a look."""
    return {"call": "result", **rule}


def changed(times: int | None = 1, /, **data: Any) -> Rule:
    """Looks that find the task's record changed so."""
    return result(effect="patch", data=data, times=times)


def clip(**rule: Any) -> Rule:
    """A fault of the download."""
    return {"call": "file", **rule}


def listed(**rule: Any) -> Rule:
    """A fault of the list of recent tasks."""
    return {"call": "list", **rule}


def odd_list(name: str, **how: Any) -> tuple[Row, Row]:
    """A lost answer, and a list that never can be read whole: it proves nothing, whether the task was made or not."""
    lists = listed(times=None, **how)
    return (
        Row(f"a list for good: {name}; the task is made", "needs_you", (submit(cut=-1), lists)),
        Row(f"a list for good: {name}; not made", "needs_you", (submit(effect="html", status=502), lists), created=0),
    )


def bill(**rule: Any) -> Rule:
    """A fault of billing."""
    return {"call": "billing", **rule}
