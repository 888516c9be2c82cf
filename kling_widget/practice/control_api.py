"""The owner's API under ``/practice/``, which the real service does not have: read the ledger, set faults and money."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tornado.web import RequestHandler, stream_request_body

from ..request.money import micros
from .answers import stamp, status_of
from .faults import EFFECTS, Fault, Faults
from .http_handlers import HOSTS, ApiHandler, Reply
from .options import Refused, same
from .request_body import Body
from .simulated_service import SimulatedService

_BODY_LIMIT = 1_000_000


def ledger_view(service: SimulatedService) -> dict[str, Any]:
    """Return everything that happened as one JSON value.

    Money is in micro-dollars. ``posts`` are the calls that may change something, in the order in which they came; a
    ``status`` of None means that the connection was cut. ``polls`` counts the result calls of each task.
    """
    service.settle()
    ledger, now = service.ledger, service.clock()
    calls = [dict(row) for row in ledger.rows("SELECT * FROM calls ORDER BY number")]
    posts = [
        {**call, "at": stamp(call["at"]), "created": call["task"] is not None and call["call"] == "submit"}
        for call in calls
        if call["method"] != "GET" and call["method"] != "HEAD"
    ]
    polls: dict[str, int] = {}
    for call in calls:
        if call["call"] == "result":
            task_id = call["path"].split("/predictions/")[-1].split("/")[0]
            polls[task_id] = polls.get(task_id, 0) + 1
    tasks = [
        {
            "id": task.id, "model": task.model, "inputs": dict(task.inputs), "dropped": list(task.dropped),
            "price": task.price, "seconds": task.seconds, "status": status_of(task, now),
            "created_at": stamp(task.created),
        }
        for task in ledger.tasks()
    ]  # fmt: skip
    charges = [asdict(charge) for charge in ledger.charges()]
    charged, back = (sum(c["amount"] for c in charges if keep(c["state"])) for keep in (bool, "refunded".__eq__))
    totals = {
        "submits_received": sum(post["call"] == "submit" for post in posts),
        "tasks_created": len(tasks),
        "charged": charged,
        "refunded": back,
        "spent": charged - back,
        "balance": ledger.balance(),
    }
    return {"totals": totals, "posts": posts, "tasks": tasks, "charges": charges, "polls": polls}


@stream_request_body
class OwnerHandler(RequestHandler):
    """JSON in, JSON out, for the server's owner alone: these calls show prompts and set faults."""

    def initialize(self, service: SimulatedService, faults: Faults) -> None:
        """Keep what the call reads and sets."""
        self.service, self.faults = service, faults
        self.body = Body(_BODY_LIMIT)

    def set_default_headers(self) -> None:
        """Mark every answer as practice."""
        self.set_header("X-Kling-Practice", "1")
        self.set_header("Content-Type", "application/json; charset=utf-8")

    def prepare(self) -> None:
        """Admit the owner only. A page of another origin can't send JSON without permission, so it stays out too."""
        kind = self.request.headers.get("Content-Type", "")
        local = self.request.host.rsplit(":", 1)[0].lower() in HOSTS
        if not local or (self.request.method == "POST" and not kind.startswith("application/json")):
            self._refuse(403, "From this machine only, and as application/json.")
        elif not self._owner():
            self._refuse(401, _OWNER_ONLY)

    def _owner(self) -> bool:
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else self.get_query_argument("token", "")
        return same(given, self.service.ledger.token)

    def _refuse(self, status: int, message: str) -> None:
        self.set_status(status)
        self.finish({"message": message})

    def data_received(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        self.body.add(chunk)

    def sent(self) -> Any:
        """Return the JSON that was sent. Raises ``ValueError`` if it is too long or no JSON."""
        if self.body.too_long:
            raise ValueError(f"the body is too large: at most {_BODY_LIMIT} bytes")
        return json.loads(self.body.content)

    def change(self, act: Callable[[], None]) -> None:
        """Call ``act``; answer 400 in words if what was sent is wrong."""
        try:
            act()
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            self._refuse(400, f"{type(error).__name__}: {error}")


_OWNER_ONLY = (
    "This is for the server's owner. Send the token that it printed when it started, as 'Authorization: Bearer TOKEN' "
    "or as ?token=TOKEN."
)
_WELCOME = b"""\
This is the practice server of kling-widget. It speaks the service's API on this machine, makes simulated clips and
spends play money. Nothing here costs anything.

Its owner sees what happened at /practice/ledger and sets faults at /practice/faults, with the token that it printed
when it started.
"""


class IdentityHandler(OwnerHandler):
    """``GET /practice``: tells a client that nothing here costs money."""

    def _owner(self) -> bool:
        return True  # the answer holds nothing private

    def get(self) -> None:
        """Answer that this is practice, unless the server plays a live one."""
        if self.service.rules.as_live:
            self.clear_header("X-Kling-Practice")
            self.set_status(404)
            self.finish({"message": "Not found"})
        else:
            self.finish({"practice": True, "product": "kling-widget"})


class LedgerHandler(OwnerHandler):
    """``GET /practice/ledger``."""

    def get(self) -> None:
        """Return everything."""
        self.finish(json.dumps(ledger_view(self.service)))


class FaultsHandler(OwnerHandler):
    """``GET``, ``POST``, ``DELETE /practice/faults``."""

    def get(self) -> None:
        """Return the rules in force and all effects."""
        about = {name: effect.about for name, effect in EFFECTS.items()}
        self.finish({"rules": [asdict(rule) for rule in self.faults.rules()], "effects": about})

    def post(self) -> None:
        """Add a rule or a list of rules."""

        def act() -> None:
            sent = self.sent()
            for rule in [Fault.of(r) for r in (sent if isinstance(sent, list) else [sent])]:
                self.faults.add(rule)
            self.get()

        self.change(act)

    def delete(self) -> None:
        """Remove all rules."""
        self.faults.clear()
        self.get()


class ClockHandler(OwnerHandler):
    """``POST /practice/clock`` with ``{"skew": seconds}``: shift every time in the service's answers."""

    def post(self) -> None:
        """Set the clock."""

        def act() -> None:
            self.service.skew = float(self.sent()["skew"])
            self.finish({"skew": self.service.skew})

        self.change(act)


class TopUpHandler(OwnerHandler):
    """``POST /practice/balance`` with ``{"add": dollars}``."""

    def post(self) -> None:
        """Add play money."""

        def act() -> None:
            self.service.ledger.grant(micros(self.sent()["add"]))
            self.finish({"balance": self.service.balance() / 1_000_000})

        self.change(act)


class WelcomeHandler(ApiHandler):
    """``GET /``: explains the server to whoever opens it in a browser."""

    call = "*"
    open_to_all = True

    async def get(self) -> None:
        """Return the explanation."""
        text = {"Content-Type": "text/plain; charset=utf-8"}
        await self.serve(lambda: Reply(200, _WELCOME, text))


class NotFoundHandler(ApiHandler):
    """Any other address."""

    call = "*"
    open_to_all = True

    async def get(self) -> None:
        """Answer 404."""

        def act() -> Reply:
            raise Refused(404, "Not found")

        await self.serve(act)

    post = put = delete = head = get
