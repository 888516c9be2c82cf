"""A request as other programs write it: what browsers copy, and what people type for each shell and library.

Each writer takes the model's address and the request's inputs.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

Inputs = Mapping[str, Any]
Writer = Callable[[str, Inputs], str]


def compact(inputs: Inputs) -> str:
    """The body as a browser's ``JSON.stringify`` writes it."""
    return json.dumps(inputs, ensure_ascii=False, separators=(",", ":"))


def browser_cmd(url: str, inputs: Inputs) -> str:
    """Chromium's "Copy as cURL (cmd)"."""

    def quoted(text: str) -> str:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
        text = re.sub(r"[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]", lambda m: "^" + m[0], text)
        text = re.sub(r"%(?=[a-zA-Z0-9_])", "%^", text)
        return '^"' + re.sub(r"\r?\n", "^\n\n", text) + '^"'

    lines = [f"curl {quoted(url)}", f"  -H {quoted('content-type: application/json')}", "  --compressed"]
    return " ^\n".join([*lines, f"  --data-raw {quoted(compact(inputs))}"])


def typed_cmd(url: str, inputs: Inputs) -> str:
    """A person's, for ``cmd``."""
    return f'curl.exe -X POST "{url}" ^\n  -H "Content-Type: application/json" ^\n  -d {as_argument(inputs)}'


def as_argument(inputs: Inputs) -> str:
    """The body as Windows' programs want it: in quotes of its own."""
    return subprocess.list2cmdline([json.dumps(inputs, ensure_ascii=False) + " "])[:-2] + '"'


def browser_powershell(url: str, inputs: Inputs) -> str:
    """Chromium's "Copy as PowerShell"."""

    def quoted(text: str) -> str:
        units = text.encode("utf-16-be")
        characters = [int.from_bytes(units[n : n + 2], "big") for n in range(0, len(units), 2)]
        pieces = [chr(one) if 0x20 <= one <= 0x7E else f"$([char]{one})" for one in characters]
        return '"' + "".join("`" + piece if piece in '`$"' else piece for piece in pieces) + '"'

    text = compact(inputs)
    body = quoted(text) if text.isascii() else f"([System.Text.Encoding]::UTF8.GetBytes({quoted(text)}))"
    return (
        "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n"
        '$session.UserAgent = "Mozilla/5.0 (X11; Linux x86_64)"\n'
        f'Invoke-WebRequest -UseBasicParsing -Uri {quoted(url)} `\n-Method "POST" `\n-WebSession $session `\n'
        '-Headers @{\n"accept"="*/*"\n  "sec-ch-ua"="`"Chromium`";v=`"130`""\n} `\n'
        f'-ContentType "application/json" `\n-Body {body}'
    )


def typed_powershell(url: str, inputs: Inputs) -> str:
    """A person's, for curl in PowerShell."""
    body = json.dumps(inputs, ensure_ascii=False).replace("'", "''")
    return f"curl.exe -X POST {url} `\n  -H 'Content-Type: application/json' `\n  -d '{body}'"


def table_powershell(url: str, inputs: Inputs) -> str:
    """A person's script, with a table."""
    rows = "".join(f"    {name} = {powershell_literal(value)}\n" for name, value in inputs.items())
    return (
        f'$uri = "{url}"\n$body = @{{\n{rows}}} | ConvertTo-Json -Depth 5\n'
        "$answer = Invoke-RestMethod -Uri $uri -Method Post -ContentType 'application/json' -Body $body\n"
        "$answer.data.id"
    )


def powershell_literal(value: Any) -> str:
    """A value as PowerShell's tables hold it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bool):
        return f"${str(value).lower()}"
    if isinstance(value, dict):
        return "@{ " + "; ".join(f"{name} = {powershell_literal(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "@(" + ", ".join(map(powershell_literal, value)) + ")"
    return json.dumps(value)


def browser_fetch(url: str, inputs: Inputs) -> str:
    """Chromium's "Copy as fetch"."""
    options = {
        "headers": {"accept": "*/*", "content-type": "application/json"},
        "referrer": "https://x.example/",
        "body": compact(inputs),
        "method": "POST",
        "mode": "cors",
    }
    return f"fetch({json.dumps(url)}, {json.dumps(options, indent=2)});"


def typed_fetch(url: str, inputs: Inputs) -> str:
    """A person's, with an object."""
    rows = "".join(f"  {name}: {json.dumps(value, ensure_ascii=False)},\n" for name, value in inputs.items())
    return (
        f"const payload = {{\n{rows}}}\nconst response = await fetch('{url}', {{\n  method: 'POST', // of course\n"
        "  headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${process.env.WAVESPEED_API_KEY}` },\n"
        "  body: JSON.stringify(payload),\n})\nconst { data } = await response.json()\n"
    )


def typed_axios(url: str, inputs: Inputs) -> str:
    """A person's, for axios."""
    return f'axios.post("{url}", {json.dumps(inputs)}, {{ timeout: 1000 }}).then((r) => console.log(r.data));'


def typed_requests(url: str, inputs: Inputs) -> str:
    """A person's, for requests."""
    return (
        f"import os\nimport requests\n\nurl = {url!r}\npayload = {dict(inputs)!r}\n"
        "headers = {'Authorization': f\"Bearer {os.environ['WAVESPEED_API_KEY']}\"}\n"
        "response = requests.post(url, headers=headers, json=payload, timeout=60)\nprint(response.json())"
    )


def dumped_requests(url: str, inputs: Inputs) -> str:
    """What API tools write for requests."""
    return (
        f'import requests, json\n\nurl = "{url}"\n\npayload = json.dumps({dict(inputs)!r})\n'
        "headers = {\n  'Content-Type': 'application/json'\n}\n\n"
        'response = requests.request("POST", url, headers=headers, data=payload)\n'
    )


def typed_wget(url: str, inputs: Inputs) -> str:
    """A person's, for wget."""
    body = json.dumps(inputs, ensure_ascii=False).replace("'", "'\\''")
    return f"$ wget -q -O - --header='Content-Type: application/json' --post-data='{body}' {url}"


def document(url: str, inputs: Inputs) -> str:
    """A here-document."""
    return (
        f"curl -sS {url} \\\n  -d @- <<'EOF' | jq .data.id\n{json.dumps(inputs, ensure_ascii=False, indent=2)}\nEOF\n"
    )


WRITERS: Mapping[str, Writer] = {
    writer.__name__: writer
    for writer in (
        browser_cmd, typed_cmd, browser_powershell, typed_powershell, table_powershell, browser_fetch, typed_fetch,
        typed_axios, typed_requests, dumped_requests, typed_wget, document,
    )
}  # fmt: skip
