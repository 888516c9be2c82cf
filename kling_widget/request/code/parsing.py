"""A pasted text -> a request: which form it has is found out, and what no model takes is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...errors import RequestError
from ...settings import ORIGIN
from ...text import flaw, mended
from ..catalog import Catalog, bundled
from . import cell, curl, javascript, json_body, powershell, python, typography
from .parsed import Asked, Said, find, unread

LONGEST = 200_000
"""How many characters a text may have; the longest request of any model has some ten thousand."""

_KNOWN = (
    "JSON (a body, or a model and its inputs), a curl command, a %%kling cell, Python (generate, VideoRequest, "
    "client.run, requests.post), JavaScript (fetch, axios) or PowerShell (Invoke-RestMethod)"
)
_OTHERS = {  # what is not read, by what it has and others have not
    "PHP": re.compile(r"<\?php|\bcurl_(?:init|setopt)"),
    "Go": re.compile(r"\bhttp\.NewRequest|^package \w+", re.MULTILINE),
    "Java": re.compile(r"\bHttpRequest\.newBuilder|\bOkHttpClient|\bUnirest\b|\bHttpURLConnection\b"),
    "C#": re.compile(r"\bHttpClient\(|\bHttpRequestMessage\b|\bRestClient\("),
    "Ruby": re.compile(r"\bNet::HTTP\b"),
    "an HTTP request as it is sent": re.compile(r"^POST (?:\S+ HTTP/|https?:)", re.MULTILINE),
}

_HAR = re.compile(r'"log"\s*:\s*\{\s*"version"|"postData"\s*:\s*\{')
_NOT_READ = "This looks like {0}, which is not read. " + curl.HOW

_BROKEN = "The Python breaks off, goes wrong somewhere, or is far longer than a request."


def forms(model: str, inputs: Mapping[str, Any], *, origin: str = ORIGIN, practice: bool = False) -> dict[str, str]:
    """A request in every form, by the form's name and in the order in which they are offered."""
    return {
        python.FORM: python.to_python(model, inputs, practice=practice),
        cell.FORM: cell.to_magic(model, inputs, practice=practice),
        curl.FORM: curl.to_curl(model, inputs, origin=origin),
        json_body.FORM: json_body.to_json(model, inputs),
    }


def read(text: str, catalog: Catalog | None = None) -> Asked:
    """Read a request from a text, whichever form it has. Nothing in it is carried out, and a key in it goes nowhere.

    Parameters
    ----------
    text
        JSON, a curl command, a ``%%kling`` cell or Python, with or without a Markdown fence around it; at most
        ``LONGEST`` characters.
    catalog
        Says which models there are and what each takes; the bundled one unless given.

    Raises
    ------
    RequestError
        If no request can be read from it, or none for a model of the catalogue. The message says why and what could
        be read, and holds no value of the text.
    """
    if len(text) > LONGEST:
        raise unread("text", f"The text has {len(text):,} characters; at most {LONGEST:,} are read.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if text.lstrip().startswith("```") and text.rstrip().endswith("```"):  # as Markdown shows it
        text = text.strip().removesuffix("```").partition("\n")[2]
    if not text.strip():
        raise unread("text", f"There is nothing to read. Paste {_KNOWN}.")
    catalog = catalog or bundled()
    return _asked(_told(text, catalog), catalog)


def _told(text: str, catalog: Catalog) -> Said:
    """What a text says, as it stands or as it was before a word processor had it."""
    try:
        return _said(text, catalog)
    except RequestError as error:
        refusal = error
    for repaired in typography.variants(text):
        try:
            return _said(repaired, catalog)
        except RequestError:
            continue
    if typography.curly(text):
        raise unread(
            "text",
            f"{refusal.problems[0].message} Some of its quotes are typographic (“ ” ‘ ’), as word processors make "
            "them: copy it from where it is shown as code, or type straight ones.",
        ) from None
    raise refusal from None


def _said(text: str, catalog: Catalog) -> Said:
    if cell.found(text):
        return cell.read(text, catalog)
    if text.lstrip().startswith(("{", "[")):
        if _HAR.search(text):
            raise unread("text", _NOT_READ.format("a HAR file"))
        return _json(text)
    if (told := python.read(text)) is not None:
        return told
    if powershell.found(text):
        return powershell.read(text)
    if curl.found(text):
        return curl.read(text)
    if other := next((name for name, sign in _OTHERS.items() if sign.search(text)), ""):
        raise unread("text", _NOT_READ.format(other))
    ours = re.search(r"\b(?:generate|VideoRequest)\s*\(", text) is not None
    if javascript.found(text):
        try:
            return javascript.read(text)
        except RequestError:
            if not ours:
                raise
    if ours or re.search(r"\brun\s*\(", text):
        raise unread(python.FORM, _BROKEN)
    raise unread("text", f"This can't be read as a request. Paste {_KNOWN}.")


def _json(text: str) -> Said:
    try:
        return json_body.read(text)
    except RequestError as error:
        refusal = error
    try:
        told = python.read(text)  # a dict as Python writes it is no JSON
    except RequestError:
        told = None
    if told is not None:
        return told
    try:
        value = javascript.value_of(text)
    except RequestError:
        value = None
    if not isinstance(value, dict) or len(value) < 1:
        raise refusal from None
    return json_body.said(value)


def _asked(told: Said, catalog: Catalog) -> Asked:
    model = None if told.model is None else find(told.model.strip("/ "), catalog)
    known = {name for one in ([model] if model else catalog) for name in one.fields}
    given = {name: value for name, value in told.inputs.items() if value is not None}
    inputs = {name: _with_ids(name, value) for name, value in given.items() if name in known}
    if said := flaw(inputs):
        raise unread("text", said)
    if not inputs:
        who = model.name if model else "any model"
        raise unread("text", f"No input of {who} stands in it. A request has a prompt at least.")
    notes = []
    if told.key:
        notes.append("A key stood in the text; it was not kept.")
    if told.more:
        notes.append(f"{told.more} more request{'' if told.more == 1 else 's'} stood there; this is the first.")
    left_out = tuple(mended(name[:40]) for name in given if name not in known)
    return Asked(model.id if model else None, inputs, left_out, tuple(notes))


def _with_ids(name: str, value: Any) -> Any:
    """Element ids as text: the service writes some as numbers, which a page would round."""
    if name != "element_list" or not isinstance(value, list):
        return value
    return [
        {**one, "element_id": str(one["element_id"])}
        if isinstance(one, dict) and type(one.get("element_id")) is int
        else one
        for one in value
    ]
