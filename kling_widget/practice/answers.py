"""The service's answers in their documented shapes. Pure: from the ledger's values to JSON values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ..request.catalog import Model, bundled
from ..request.money import Micros
from .ledger import Charge, Task
from .options import Refused
from .schedule import Schedule, Status, status_at
from .tools import tool_output

Json = dict[str, Any]

_STATES = {"pre": "pre", "paid": "done", "refunded": "refunded"}
"""The service's words for a charge's state (``refunded`` is inferred: its documents show none)."""


def stamp(moment: float) -> str:
    """Write a moment (seconds since 1970) as the service does: ``2026-02-06T08:53:38.543Z``."""
    when = datetime.fromtimestamp(moment, timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def moment(value: object, name: str) -> float | None:
    """Read a moment of a request: an ISO time, or milliseconds since 1970 as a number or as text."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, (int, float)) or (isinstance(value, str) and value.isdigit()):
            return float(value) / 1000
        text = re.sub(r"(\.\d{6})\d+", r"\1", str(value)).replace("Z", "+00:00")  # Python 3.10 reads 3 or 6 digits
        when = datetime.fromisoformat(re.sub(r"\.(\d{1,5})(?=\D|$)", lambda m: f".{m[1]:0<6}", text))
    except ValueError as error:
        raise Refused(400, f"Invalid parameter: {name} is no time", 1401) from error
    return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()


def paging(body: Mapping[str, Any], size: int) -> tuple[int, int]:
    """Read the page and its size (default ``size``, at most 100) of a request."""
    page, page_size = body.get("page", 1), body.get("page_size", size)
    for name, value, most in (("page", page, 1_000_000), ("page_size", page_size, 100)):
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise Refused(400, f"Invalid parameter: {name} is a whole number from 1 to {most}", 1401)
    return int(page), int(page_size)


def encode(value: Mapping[str, Any]) -> bytes:
    """Encode an answer as compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def success(data: object) -> bytes:
    """Return the envelope of a success."""
    return encode({"code": 200, "message": "success", "data": data})


def refusal(refused: Refused) -> bytes:
    """Return the envelope of an error."""
    extra = {} if refused.error_code is None else {"error_code": refused.error_code}
    return encode({"code": refused.status, "message": refused.message, **extra})


def status_of(task: Task, now: float) -> Status:
    """Return the status of a task at a moment."""
    if task.deleted is not None:
        return "deleted"
    if task.done is not None:
        return task.outcome
    return status_at(Schedule(task.starts, task.ends), now)


def prediction(task: Task, now: float, origin: str, skew: float = 0.0) -> Json:
    """Return a task's record, as submit, result and list show it.

    Parameters
    ----------
    task
        What the ledger has.
    now
        The server's clock.
    origin
        The server's own origin, for URLs.
    skew
        Seconds by which the times in the answer run ahead of the clock.
    """
    status = status_of(task, now)
    took = round(((task.done or now) - task.starts) * 1000) if status in ("completed", "failed") else 0
    outputs: Sequence[object] = []
    if status == "completed":
        clip = f"{origin}/predictions/{task.id}/1.mp4"
        outputs = [tool_output(task)] if task.kind == "tool" else [clip]
    failed = status == "failed"
    return {
        "id": task.id,
        "model": task.model,
        "outputs": outputs,
        "urls": {"get": f"{origin}/api/v3/predictions/{task.id}/result"},
        "has_nsfw_contents": [False] * len(outputs),
        "status": status,
        "created_at": stamp(task.created + skew),
        "code": task.code if failed else 0,
        "error": task.error if failed else "",
        "executionTime": took,
        "timings": {"inference": took},
    }


def bill(charge: Charge, task: Task, now: float, skew: float = 0.0) -> Json:
    """Return a billing record, nested as in the service's documents."""
    price = charge.amount / 1_000_000
    return {
        "uuid": charge.uuid,
        "billing_type": "deduct",
        "price": price,
        "created_at": stamp(charge.created + skew),
        "updated_at": stamp(charge.updated + skew),
        "order": {
            "uuid": charge.uuid[::-1],
            "state": _STATES[charge.state],
            "price": price,
            "origin_price": price,
            "status": "",
            "ak_id": 0,
        },
        "prediction": {"uuid": task.id, "model_uuid": task.model, "status": status_of(task, now)},
        "access_key_name": "practice",
    }


def quote(model: Model, price: Micros) -> Json:
    """Return a price estimate."""
    amount = price / 1_000_000
    return {"model_id": model.id, "price": amount, "discounted_price": amount, "currency": "USD"}


def models() -> list[Json]:
    """Return the catalog without what the service does not publish."""
    return [{key: value for key, value in entry.items() if key != "pricing"} for entry in bundled().entries]
