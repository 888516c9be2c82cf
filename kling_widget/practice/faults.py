"""Faults on request: a list of rules, each naming a call and what goes wrong with it.

One table, ``EFFECTS``, says what an effect does to an answer; ``Fault`` says when it happens and how the answer then
travels. Effects and ways to travel can be combined: a 504 after ten seconds, a file that drips and then breaks off.
"""

from __future__ import annotations

import gzip
import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from http.client import responses
from typing import Any

CALLS = (
    "submit", "result", "list", "delete", "balance", "models", "price", "billing", "upload", "put", "file",
)  # fmt: skip
"""The calls that a rule can name; ``*`` names them all. ``file`` is a clip or an upload that is fetched."""


@dataclass(frozen=True)
class Answer:
    """An answer before it travels: the body is bytes (of a file too, where a fault is at work)."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Fault:
    """One rule.

    Attributes
    ----------
    call
        Which call: a name of ``CALLS``, or ``*``.
    effect
        What is done to the answer: a name of ``EFFECTS``.
    times
        How often it happens; None: always.
    chance
        How likely it is each time (0 to 1).
    after
        How many such calls pass before it begins.
    match
        Only calls whose path or body contains this text.
    created
        Whether the call takes effect before its answer goes wrong (for a submit: whether the task is created). None: as
        the effect has it by default: effects that need a real answer take effect, bare statuses do not.
    status
        The status, for ``status`` and ``html`` (default 500) and ``body`` (default 200).
    message
        The message of the error, for ``status``.
    retry_after
        Sent as the header, raw.
    body, content_type
        What is said, for ``body``.
    data
        What is changed in ``data``, for ``patch`` (null removes a key).
    headers
        Headers that replace the answer's.
    seconds
        How old a task must be to be listed, for ``lag``.
    extra
        Bytes added, for ``oversize``.
    hang
        Seconds before the answer begins.
    cut
        Cut the connection after so many bytes of the body; -1: before the first byte of the answer.
    drip
        Bytes a second.
    lengthless
        No Content-Length: the end of the connection is the end of the body.
    """

    call: str
    effect: str = "none"
    times: int | None = 1
    chance: float = 1.0
    after: int = 0
    match: str = ""
    created: bool | None = None
    status: int | None = None
    message: str = ""
    retry_after: str | None = None
    body: str = ""
    content_type: str = "application/json"
    data: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 30.0
    extra: int = 1_000_000
    hang: float = 0.0
    cut: int | None = None
    drip: int | None = None
    lengthless: bool = False

    def __post_init__(self) -> None:
        if self.call != "*" and self.call not in CALLS:
            raise ValueError(f"a fault's call is one of {', '.join(CALLS)} or *, not {self.call!r}")
        if self.effect not in EFFECTS:
            raise ValueError(f"a fault's effect is one of {', '.join(EFFECTS)}, not {self.effect!r}")

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> Fault:
        """Read a rule from JSON. Raises ``ValueError`` for anything that it does not know."""
        unknown = set(rule) - {f.name for f in fields(cls)}
        if unknown:
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
        if "call" not in rule:
            raise ValueError("a fault names its call")
        return cls(**rule)

    @property
    def carried_out(self) -> bool:
        """Whether the call takes effect."""
        return EFFECTS[self.effect].genuine if self.created is None else self.created

    @property
    def travels_oddly(self) -> bool:
        """Whether the answer can't be left to a well-behaved server."""
        return bool(self.hang or self.cut is not None or self.drip or self.lengthless)

    def spoil(self, answer: Answer) -> Answer:
        """What the answer becomes."""
        spoiled = EFFECTS[self.effect].change(answer, self)
        more = dict(self.headers)
        if self.retry_after is not None:
            more["Retry-After"] = self.retry_after
        return replace(spoiled, headers={**spoiled.headers, **more})


@dataclass(frozen=True)
class Effect:
    """What an effect does; ``genuine``: it needs the real answer, so the call takes effect first."""

    change: Callable[[Answer, Fault], Answer]
    genuine: bool
    about: str


_JSON = {"Content-Type": "application/json; charset=utf-8"}
_PAGE = (
    "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr><center>gateway</center></body></html>"
)


def _status(answer: Answer, fault: Fault) -> Answer:
    status = fault.status or 500
    if status == 504:
        return _html(answer, fault)
    body = {"code": status, "message": fault.message or f"Simulated error {status}"}
    return Answer(status, _JSON, json.dumps(body).encode())


def _html(answer: Answer, fault: Fault) -> Answer:
    status = fault.status or 500
    title = fault.message or f"{status} {responses.get(status, '')}".strip()
    return Answer(status, {"Content-Type": "text/html"}, _PAGE.format(title).encode())


def _page(answer: Answer, fault: Fault) -> Answer:
    return Answer(200, {"Content-Type": "text/html"}, _PAGE.format(fault.message or "Just a moment…").encode())


def _truncate(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _patch(answer: Answer, fault: Fault) -> Answer:
    envelope = json.loads(answer.body or b"{}")
    data = {**(envelope.get("data") or {}), **fault.data}
    envelope["data"] = {key: value for key, value in data.items() if not (key in fault.data and value is None)}
    return replace(answer, body=json.dumps(envelope).encode())


def _no_id(answer: Answer, fault: Fault) -> Answer:
    return _patch(answer, replace(fault, data={"id": None}))


def _body(answer: Answer, fault: Fault) -> Answer:
    return Answer(fault.status or 200, {"Content-Type": fault.content_type}, fault.body.encode())


def _wrong_bytes(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, body=random.Random(len(answer.body)).randbytes(len(answer.body)))


def _etag(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, headers={**answer.headers, "Etag": f'"{random.getrandbits(128):032x}"'})


def _content_range(answer: Answer, fault: Fault) -> Answer:
    size = len(answer.body)
    headers = {**answer.headers, "Content-Range": f"bytes 0-{max(0, size - 1)}/{size}"}
    return replace(answer, status=206, headers=headers)


def _unsatisfiable(answer: Answer, fault: Fault) -> Answer:
    return Answer(416, {"Content-Range": "bytes */0", "Content-Type": "text/plain"}, b"")


def _gzip(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, headers={**answer.headers, "Content-Encoding": "gzip"}, body=gzip.compress(answer.body))


def _oversize(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, body=answer.body + b"\0" * fault.extra)


def _as_it_is(answer: Answer, fault: Fault) -> Answer:
    return answer


EFFECTS: dict[str, Effect] = {
    "none": Effect(_as_it_is, True, "the real answer (to be combined with hang, cut, drip, lengthless, headers)"),
    "status": Effect(_status, False, "an error with this status; 504 comes as a gateway's HTML"),
    "html": Effect(_html, False, "an HTML page with this status"),
    "page": Effect(_page, True, "an HTML page with 200"),
    "truncate": Effect(_truncate, True, "half of the body, with a length that agrees"),
    "no_id": Effect(_no_id, True, "the answer without data.id"),
    "patch": Effect(_patch, True, "the answer with some of data changed (null removes)"),
    "body": Effect(_body, True, "these very words as the body"),
    "wrong_bytes": Effect(_wrong_bytes, True, "other bytes, as many"),
    "etag": Effect(_etag, True, "another ETag each time"),
    "ignore_range": Effect(_as_it_is, True, "200 and the whole file, whatever Range asks"),
    "content_range": Effect(_content_range, True, "206 with a Content-Range that starts at 0"),
    "unsatisfiable": Effect(_unsatisfiable, True, "416"),
    "gzip": Effect(_gzip, True, "the body compressed, though nobody asked"),
    "oversize": Effect(_oversize, True, "more bytes than there are"),
    "lag": Effect(_as_it_is, True, "a list without the tasks younger than ``seconds``"),
}
"""What can be done to an answer."""


class Faults:
    """The rules in force, safe to change from any thread."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []
        self._rng = random.Random(seed)

    def add(self, fault: Fault | None = None, /, **rule: Any) -> None:
        """Add a rule, at the end: ``faults.add(call="submit", effect="status", status=502, created=True)``."""
        with self._lock:
            self._rules.append(fault or Fault.of(rule))

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules.clear()

    def rules(self) -> list[Fault]:
        """The rules that are still in force."""
        with self._lock:
            return list(self._rules)

    def take(self, call: str, about: str) -> Fault | None:
        """The fault for a call that has come, counted down; None: it goes well. The first rule that fits wins."""
        with self._lock:
            for i, rule in enumerate(self._rules):
                if rule.call not in ("*", call) or rule.match not in about:
                    continue
                if rule.after > 0:
                    self._rules[i] = replace(rule, after=rule.after - 1)
                    continue
                if rule.chance < 1 and self._rng.random() >= rule.chance:
                    continue
                if rule.times is not None:
                    self._rules[i : i + 1] = [replace(rule, times=rule.times - 1)] if rule.times > 1 else []
                return rule
        return None
