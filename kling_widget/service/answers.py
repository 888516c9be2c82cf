"""What the service's answers say, read without trusting them. Pure: bytes in, values or ``Unreadable`` out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import OtherCurrency, Unreadable
from ..request.money import Micros, micros
from ..request.states import SERVICE_FINAL
from . import service_text

MAX_ANSWER = 1 << 20
"""The longest answer that is read, in bytes; the service's own are some kilobytes."""

MOST_MONEY = 2**53 - 1
"""In micro-dollars: more is no amount of money."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")  # what can stand in a path without meaning anything else there
_MEANS = {"canceled": "cancelled", "succeeded": "completed", "success": "completed", "error": "failed"}
_URL = re.compile(r"https?://[\x21-\x7e]{1,4000}")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_VIDEO = re.compile(r"\.(mp4|m4v|mov|webm)([?#]|$)", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}: [\x20-\x7e]{0,2000}")
_DOLLARS = frozenset(("", "USD", "US$", "$", "US DOLLAR", "US DOLLARS", "USDOLLAR", "DOLLAR", "DOLLARS", "840"))
_FRAMING = ("host", "content-length", "transfer-encoding", "connection")  # these are the connection's own affair


@dataclass(frozen=True)
class Prediction:
    """The service's own record of a task.

    Attributes
    ----------
    id
        The service's name for it.
    status
        One of the service's documented words where it means one of them (``canceled`` is ``cancelled``), else as the
        service wrote it; a word that is not known is not final.
    word
        The status as the service wrote it.
    outputs
        What it made: addresses, or objects for some tools.
    address
        Where the service said its record is; None where it did not.
    code, error
        The task's own code (0: well) and words.
    inference_ms
        How long making it took, where the service says so.
    """

    id: str
    status: str
    outputs: tuple[Any, ...] = ()
    address: str | None = None
    model: str | None = None
    created_at: str | None = None
    code: int = 0
    error: str = ""
    inference_ms: int | None = None
    word: str = ""

    @property
    def final(self) -> bool:
        """Whether the service will do nothing more with it."""
        return self.status in SERVICE_FINAL

    @property
    def urls(self) -> tuple[str, ...]:
        """The web addresses among the outputs, also in objects and lists; those of videos first."""
        # One that can't be read counts: it was given, so the service is asked again for another.
        found = [tidy for text in _texts(self.outputs) if _WEB.match(tidy := text.strip())]
        return tuple(sorted(dict.fromkeys(found), key=lambda o: not _VIDEO.search(o)))


@dataclass(frozen=True)
class Quote:
    """The service's own estimate of a price, in micro-dollars."""

    price: Micros
    discounted: Micros


@dataclass(frozen=True)
class UploadTarget:
    """Where a file is to be put, with which headers, and the address at which a request then finds it."""

    url: str
    headers: Mapping[str, str]
    download_url: str


def is_id(text: str) -> bool:
    """Whether a text can be a task's id."""
    return _ID.fullmatch(text) is not None


def parse(body: bytes, limit: int = MAX_ANSWER) -> Mapping[str, Any]:
    """Read a JSON object. Raises ``Unreadable`` for anything else, however odd (too long, too deep, HTML)."""
    if len(body) > limit:
        raise Unreadable("The service's answer is longer than any that it is known to give.")
    try:
        value = service_text.tidy(_JSON.decode(service_text.decoded(body)))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        # Outside the handler: the error that it would carry along holds the whole answer.
        raise Unreadable("The service's answer is not the JSON object that was expected.")
    return value


def envelope(body: bytes) -> Mapping[str, Any]:
    """Read the ``data`` of a success. Raises ``Unreadable`` where there is none.

    A currency that the answer names beside its data is the data's.
    """
    answer = parse(body)
    data = answer.get("data")
    if not isinstance(data, dict):
        raise Unreadable("The service's answer holds no data.")
    other = currency({name: value for name, value in answer.items() if name != "data"})
    return {**data, "currency of the answer": other} if other else data


def refusal_text(body: bytes) -> tuple[int | None, str]:
    """The code and the words of a refusal; nothing where it holds none (a gateway's HTML)."""
    try:
        answer = parse(body)
    except Unreadable:
        return None, ""
    return _code(answer.get("code")), _words(answer.get("message")) or _words(answer.get("error"))


def prediction(data: Mapping[str, Any]) -> Prediction:
    """Read a task's record. Raises ``Unreadable`` where it has no id or no status in words."""
    task, status = data.get("id"), data.get("status")
    if not isinstance(task, str) or not _ID.fullmatch(task):
        raise Unreadable("The service's answer names no task.")
    if not isinstance(status, str) or not status.strip():
        raise Unreadable("The service's answer does not say how the task stands.")
    status = status.strip()
    outputs = data.get("output") if data.get("outputs") is None else data.get("outputs")
    many = tuple(outputs) if isinstance(outputs, list) else () if outputs is None else (outputs,)
    return Prediction(
        id=task,
        status=_MEANS.get(status.lower(), status.lower())[:40],
        outputs=many,
        address=_text(_mapping(data.get("urls")).get("get")),
        model=_text(data.get("model")),
        created_at=_text(data.get("created_at")),
        code=_code(data.get("code")) or 0,
        error=_words(data.get("error")),
        inference_ms=_not_below_zero(_mapping(data.get("timings")).get("inference")),
        word=status[:40],
    )


def balance(data: Mapping[str, Any]) -> Micros:
    """Read the account's balance."""
    _in_dollars(data, "balance")
    return read_money(data.get("balance"), "balance")


def quote(data: Mapping[str, Any]) -> Quote:
    """Read a price."""
    _in_dollars(data, "price")
    price = read_money(data.get("price"), "price")
    lower = data.get("discounted_price")
    return Quote(price, price if lower is None else read_money(lower, "discounted price"))


def upload_target(data: Mapping[str, Any]) -> UploadTarget:
    """Read where to put a file."""
    upload = _mapping(data.get("upload"))
    headers = {
        name: value
        for name, value in _mapping(upload.get("headers")).items()
        if isinstance(value, str) and _HEADER.fullmatch(f"{name}: {value}") and name.lower() not in _FRAMING
    }
    if str(upload.get("method") or "PUT").upper() != "PUT":
        raise Unreadable("The service wants the file in a way that is not known.")
    return UploadTarget(_address(upload.get("url")), headers, uploaded(data))


def uploaded(data: Mapping[str, Any]) -> str:
    """Read the address of a file that was uploaded."""
    return _address(data.get("download_url"))


def _items(data: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    items = data.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _words(value: Any) -> str:
    """What a service said in words, which some put into an object."""
    for _ in range(3):
        if isinstance(value, dict):
            value = value.get("message") or value.get("error")
    return value.strip()[:2000] if isinstance(value, str) else ""


def _texts(value: Any, depth: int = 12) -> list[str]:
    """The texts in a value, at most so deep."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [found for one in inner for found in _texts(one, depth - 1)] if depth else []


def _code(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    return _whole(value)


def _address(value: Any) -> str:
    if isinstance(value, str) and _URL.fullmatch(value):
        return value
    raise Unreadable("The service's answer names no address for the file.")


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= 300 else None  # Python refuses to read thousands of them


def _real(digits: str) -> float | None:
    value = float(digits)
    return value if abs(value) < float("inf") else None


# What is no number for JSON, or for anyone, counts as not said.
_JSON = json.JSONDecoder(parse_int=_number, parse_float=_real, parse_constant=lambda name: None, strict=False)


def _whole(value: Any) -> int | None:
    return (
        int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**53 else None
    )


def _not_below_zero(value: Any) -> int | None:
    found = _whole(value)
    return found if found is None or found >= 0 else None


def currency(answer: Any, deep: int = 3) -> str:
    """Return the currency that an answer names, by whatever field, where it is not the dollar; empty where it is.

    An answer that names none is in dollars, by the service's documents.

    Parameters
    ----------
    answer
        A JSON value.
    deep
        How many objects inside of each other are looked through.
    """
    if isinstance(answer, list) and deep:
        return next(filter(None, (currency(one, deep - 1) for one in answer)), "")
    for name, value in _mapping(answer).items():
        if "currency" in name.lower():
            for word in value.values() if isinstance(value, dict) else (value,):
                if word is not None and (tidy := " ".join(str(word).split())[:20]).upper() not in _DOLLARS:
                    return tidy
        elif deep and (other := currency(value, deep - 1)):
            return other
    return ""


def _in_dollars(data: Mapping[str, Any], name: str) -> None:
    if other := currency(data):
        amount = data.get(name)
        raise OtherCurrency(f"{amount} {other}" if isinstance(amount, (int, float, str)) else other)


def read_money(value: Any, what: str) -> Micros:
    """Read an amount of money. Raises ``Unreadable`` where it is none."""
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            amount = micros(value)
        except (ArithmeticError, ValueError, OverflowError):
            pass
        else:
            if abs(amount) <= MOST_MONEY:
                return amount
    raise Unreadable(f"The service's answer holds no {what} that can be read.")
