"""Read a request from a pasted text in any form, and leave out what no model takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...errors import RequestError
from ...settings import ORIGIN
from ...text import flaw, mended
from ..catalog import Catalog, bundled
from . import cell, curl, javascript, json_body, powershell, python, typography
from .parsed import ParsedRequest, ParsedText, find, unreadable

LONGEST = 200_000
"""The most characters that a text may have; the longest request has some ten thousand."""

_FORMS_READ = (
    "JSON (a body, or a model and its inputs), a curl command, a %%kling cell, Python (generate, VideoRequest, "
    "client.run, requests.post), JavaScript (fetch, axios) or PowerShell (Invoke-RestMethod)"
)
_OTHERS = {  # forms that are not read, by a pattern that only they have
    "PHP": re.compile(r"<\?php|\bcurl_(?:init|setopt)|\bGuzzleHttp\b|\$\w+->(?:post|request)\("),
    "Go": re.compile(r"\bhttp\.NewRequest|^package \w+\s*$", re.MULTILINE),
    "Java": re.compile(r"\bHttpRequest\.newBuilder|\bOkHttpClient|\bUnirest\b|\bHttpURLConnection\b"),
    "C#": re.compile(r"\bHttpClient\(|\bHttpRequestMessage\b|\bRestClient\("),
    "Ruby": re.compile(r"\bNet::HTTP\b"),
    "Rust": re.compile(r"\breqwest::|\bserde_json::|\bjson!\(|\blet (?:mut )?\w+ = Client::new\(\)"),
    "Dart": re.compile(r"\bUri\.(?:parse|https?)\(|\bjsonEncode\(|\bimport 'package:"),
    "Swift": re.compile(r"\bURLRequest\(|\bURLSession\b|\bJSONSerialization\b"),
    "R": re.compile(
        r"^\s*library\((?:httr2?|jsonlite|\"httr2?\")\)|\bhttr2?::|\breq_body_json\(|<-\s*POST\(", re.MULTILINE
    ),
    "Nushell": re.compile(
        r"(?:^|[|(=])[ \t]*http post\b[^\n]{0,300}?(?:\{\s*\w+\s*:|\$\w+|--content-type)", re.MULTILINE
    ),
    "an HTTP request as it is sent": re.compile(r"^POST (?:\S+ HTTP/|https?:)", re.MULTILINE),
}

_NO_JSON = re.compile(r"\s*\[(?:[\w.]+\][ \t]*\$\w|[\w.-]+@)")  # PowerShell's [string]$body, a shell's [root@host ~]#
_HAR = re.compile(r'"log"\s*:\s*\{\s*"version"|"postData"\s*:\s*\{')
_NOT_READ = "This looks like {0}, which is not read. " + curl.HOW

_BROKEN = "The Python breaks off, goes wrong somewhere, or is far longer than a request."


def forms(model: str, inputs: Mapping[str, Any], *, origin: str = ORIGIN, practice: bool = False) -> dict[str, str]:
    """Return a request in every form, by the form's name, in the order of the panel's tabs."""
    return {
        python.FORM: python.to_python(model, inputs, practice=practice),
        cell.FORM: cell.to_magic(model, inputs, practice=practice),
        curl.FORM: curl.to_curl(model, inputs, origin=origin),
        json_body.FORM: json_body.to_json(model, inputs),
    }


def read(text: str, catalog: Catalog | None = None) -> ParsedRequest:
    """Read a request from a text in any form. Nothing in it is run, and a key in it goes nowhere.

    Parameters
    ----------
    text
        JSON, a curl command, a ``%%kling`` cell or Python, with or without a Markdown fence around it; at most
        ``LONGEST`` characters.
    catalog
        The models and what each takes; the bundled one unless given.

    Raises
    ------
    RequestError
        If it holds no request, or none for a model of the catalog. The message says why and what can be read, and
        holds no value of the text.
    """
    if len(text) > LONGEST:
        raise unreadable("text", f"The text has {len(text):,} characters; at most {LONGEST:,} are read.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if text.lstrip().startswith("```") and text.rstrip().endswith("```"):  # a Markdown fence
        text = text.strip().removesuffix("```").partition("\n")[2]
    if not text.strip():
        raise unreadable("text", f"There is nothing to read. Paste {_FORMS_READ}.")
    catalog = catalog or bundled()
    return _for_catalog(_parse_repaired(text, catalog), catalog)


def _parse_repaired(text: str, catalog: Catalog) -> ParsedText:
    """Parse a text as it is, or as it was before a word processor changed it."""
    try:
        return _parse(text, catalog)
    except RequestError as error:
        refusal = error
    for repaired in typography.variants(text):
        try:
            return _parse(repaired, catalog)
        except RequestError:
            continue
    if typography.curly(text):
        raise unreadable(
            "text",
            f"{refusal.problems[0].message} Some of its quotes are typographic (“ ” ‘ ’), as word processors make "
            "them: copy it from where it is shown as code, or type straight ones.",
        ) from None
    raise refusal from None


def _parse(text: str, catalog: Catalog) -> ParsedText:
    if cell.found(text):
        return cell.read(text, catalog)
    if text.lstrip().startswith(("{", "[")) and not _NO_JSON.match(text):
        if _HAR.search(text):
            raise unreadable("text", _NOT_READ.format("a HAR file"))
        return _json(text)
    try:
        if (parsed := python.read(text)) is not None:
            return parsed
        if (parsed := _command(text)) is not None:
            return parsed
    except RequestError as error:
        raise _other(text) or error from None
    if other := _other(text):
        raise other
    ours = re.search(r"\b(?:generate|VideoRequest)\s*\(", text) is not None
    if javascript.found(text):
        try:
            return javascript.read(text)
        except RequestError:
            if not ours:
                raise
    if ours or re.search(r"\brun\s*\(", text):
        raise unreadable(python.FORM, _BROKEN)
    raise unreadable("text", f"This can't be read as a request. Paste {_FORMS_READ}.")


def _other(text: str) -> RequestError | None:
    """Return a refusal that names the language of a text, if it is one that is not read."""
    name = next((name for name, sign in _OTHERS.items() if sign.search(text)), "")
    return unreadable("text", _NOT_READ.format(name)) if name else None


def _command(text: str) -> ParsedText | None:
    """Read a shell's command; None where there is none.

    What stands first in the text is the command: the other may be a prompt's words.
    """
    if javascript.begins(text) and javascript.found(text):
        return None
    shells = ((powershell.position(text), powershell.read), (curl.position(text), curl.read))
    places = [(place, read) for place, read in shells if place is not None]
    if not places:
        return None
    _, read = min(places, key=lambda found: found[0])
    return read(text)


def _json(text: str) -> ParsedText:
    try:
        return json_body.read(text)
    except RequestError as error:
        refusal = error
    try:
        parsed = python.read(text)  # a Python dict is not JSON
    except RequestError:
        parsed = None
    if parsed is not None:
        return parsed
    try:
        value = javascript.value_of(text)
    except RequestError:
        value = None
    if not isinstance(value, dict) or len(value) < 1:
        raise refusal from None
    return json_body.request_in(value)


def _for_catalog(parsed: ParsedText, catalog: Catalog) -> ParsedRequest:
    model = None if parsed.model is None else find(parsed.model.strip("/ "), catalog)
    names = {name for one in ([model] if model else catalog) for name in one.fields}
    given = {name: value for name, value in parsed.inputs.items() if value is not None}
    inputs = {name: _with_ids(name, value) for name, value in given.items() if name in names}
    if message := flaw(inputs):
        raise unreadable("text", message)
    if not inputs:
        who = model.name if model else "any model"
        raise unreadable("text", f"No input of {who} stands in it. A request has a prompt at least.")
    notes = []
    if parsed.key:
        notes.append("A key stood in the text; it was not kept.")
    if parsed.more:
        notes.append(f"{parsed.more} more request{'' if parsed.more == 1 else 's'} stood there; this is the first.")
    left_out = tuple(mended(name[:40]) for name in given if name not in names)
    return ParsedRequest(model.id if model else None, inputs, left_out, tuple(notes))


def _with_ids(name: str, value: Any) -> Any:
    """Return element ids as text: the service writes some as numbers, which JavaScript would round."""
    if name != "element_list" or not isinstance(value, list):
        return value
    return [
        {**one, "element_id": str(one["element_id"])}
        if isinstance(one, dict) and type(one.get("element_id")) is int
        else one
        for one in value
    ]
