"""A request comes back from whatever a browser copied and whichever shell or library it was written for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kling_widget.errors import RequestError
from kling_widget.request.catalog import O3_PRO, Model
from kling_widget.request.code import ParsedRequest, read
from tests.requests import NASTY, inputs_for, texts, video_models

from .dialects import WRITERS, browser_cmd, document, typed_cmd

URL = f"https://api.wavespeed.ai/api/v3/{O3_PRO}"
KEY = "wsk_live_canary_0123456789abcdef"
SIGNS = ("%", "^", "^^", "100%wool", "`", "`n", "$x", "${x}", "@'", "'@", "“x”", "’", "\\u0041", "\\\\n")
FOX = '{"prompt": "A red fox"}'
DIALECTS = pytest.mark.parametrize("dialect", WRITERS)


def written(dialect: str, url: str, inputs: dict[str, Any]) -> str:
    text = WRITERS[dialect](url, inputs)
    if dialect == "typed_cmd":  # there a shell would put in the value of a variable of that name
        assume(not re.search(r"%[A-Za-z_]\w*%", text))
    if dialect == "table_powershell":  # there a line break is the text's own, and a pasted text has one kind
        assume("\r\n" not in text)
    return text


@DIALECTS
@given(model=st.sampled_from(video_models()), data=st.data())
@settings(max_examples=40)
def test_any_request_comes_back_from_any_dialect(model: Model, dialect: str, data: st.DataObject) -> None:
    inputs = data.draw(inputs_for(model))
    asked = read(written(dialect, f"https://api.wavespeed.ai/api/v3/{model.id}", inputs))
    assert (asked.model, asked.inputs) == (model.id, inputs)
    assert (asked.left_out, asked.notes) == ((), ())


@DIALECTS
def test_every_nasty_text_survives_at_each_end_of_a_prompt(dialect: str) -> None:
    for piece in (*NASTY, *SIGNS):
        if dialect == "table_powershell":
            piece = piece.replace("\r\n", "\n")  # a pasted text has one kind of line breaks
        for prompt in (f"A fox{piece}", f"{piece}A fox", f"A{piece}fox"):
            inputs = {"prompt": prompt, "duration": 5}
            assert read(WRITERS[dialect](URL, inputs)).inputs == inputs


@DIALECTS
@pytest.mark.parametrize("command", ["irm -x", "irm https://a -Body '{}'", "curl -d '{}' x", "wget x", "$ curl -d x y"])
def test_a_command_among_the_prompts_words_is_only_words(dialect: str, command: str) -> None:
    for prompt in (command, f"\n{command}", f"A fox\n{command}\nruns", f"A fox; {command}"):
        assert read(WRITERS[dialect](URL, {"prompt": prompt})).inputs == {"prompt": prompt}, prompt


@DIALECTS
@given(data=st.data())
@settings(max_examples=40)
def test_what_breaks_off_is_read_or_refused_in_words(dialect: str, data: st.DataObject) -> None:
    text = WRITERS[dialect](URL, {"prompt": data.draw(texts(1, 40)), "duration": 5})
    cut = data.draw(st.integers(0, len(text)))
    for piece in (text[:cut], text[cut:], text[:cut] + data.draw(st.sampled_from(NASTY)) + text[cut:]):
        found = read_or_refused(piece)
        assert found.endswith((".", "?")) if isinstance(found, str) else found.inputs


def read_or_refused(text: str) -> ParsedRequest | str:
    """What is read from a text, or the words that refuse it."""
    try:
        return read(text)
    except RequestError as error:
        return error.problems[0].message


READABLE: dict[str, str] = {
    "a space that does not break": f"curl {URL}\u00a0\\\n -d '{FOX}'",
    "other spaces, and a mark at the start": f"\ufeffcurl\u2003{URL}\u202f-d\u3000'{FOX}'",
    "a blank behind the backslash": f"curl {URL} \\ \n  -d '{FOX}'",
    "a lost line end": f"curl {URL}\n  -H 'Content-Type: application/json'\n  -d '{FOX}'",
    "Windows' line ends": f"curl {URL} ^\r\n  -d \"{{\\\"prompt\\\": \\\"A red fox\\\"}}\"\r\n",
    "backticks": f"curl -X POST {URL} `\n -d '{FOX}'",
    "backticks before quotes": f'curl.exe {URL} -d "{{`"prompt`": `"A red fox`"}}"',
    "quotes twice": f'curl.exe {URL} -d "{{""prompt"": ""A red fox""}}"',
    "backslashes for PowerShell": f"""curl.exe {URL} -d '{{\\"prompt\\": \\"A red fox\\"}}'""",
    "a here-string": f"$b = @'\n{FOX}\n'@\nInvoke-RestMethod -Method Post -Uri {URL} -Body $b",
    "a body in one line": f"irm {URL} -Method Post -Body '{FOX}'",
    "PowerShell's prompt": f"PS C:\\Users\\Ada> curl.exe {URL} -d '{FOX}'",
    "cmd's prompt": f'C:\\Users\\Ada>curl {URL} -d "{{\\"prompt\\": \\"A red fox\\"}}"',
    "a shell's prompts": f"ada@host:~/x$ curl {URL} \\\n> -H 'A: b' \\\n> -d '{FOX}'",
    "a path to curl": f"/usr/bin/curl {URL} -d '{FOX}'",
    "curl of Windows": f"C:\\Windows\\System32\\curl.exe {URL} -d \"{{\\\"prompt\\\": \\\"A red fox\\\"}}\"",
    "what is kept": f"ID=$(curl -s {URL} -d '{FOX}' | jq -r .data.id)",
    "what is piped": f"echo '{FOX}' | curl {URL} -d @-",
    "a document": document(URL, {"prompt": "A red fox"}),
    "a document within": f"curl {URL} -d \"$(cat <<EOF\n{FOX}\nEOF\n)\"",
    "a variable above": f"BODY='{FOX}'\ncurl {URL} -d \"$BODY\"",
    "several pieces": f"curl --json '{{\"prompt\": ' --json '\"A red fox\"}}' {URL}",
    "an ANSI string": f"curl {URL} --data-raw $'{{\"prompt\":\"A \\u0072ed fox\"}}' --compressed --insecure",
    "typographic quotes": f"curl –X POST “{URL}” —data ‘{{“prompt”: “A red fox”}}’",
    "JSON with typographic quotes": "{“prompt”: “A red fox”}",
    "JSON with other spaces": '{\u00a0"prompt":\u2003"A red fox"}',
    "JSON as JavaScript": "{prompt: 'A red fox', // words\n}",
    "wget": f"wget --method=POST --body-data='{FOX}' {URL}",
    "HTTPie": f'http POST {URL} prompt="A red fox" X-Y:z',
    "fetch with its variables": f"const m = '{O3_PRO}'\nfetch(`https://x/api/v3/${{m}}`, {{body: '{FOX}'}})",
    "fetch for Node": f'await fetch("{URL}", {{"headers": {{"cookie": "a=b"}}, "body": {FOX!r}, "method": "POST" }});',
    "axios with one object": f"axios({{method: 'post', url: '{URL}', data: {{prompt: 'A red ' + 'fox'}}}})",
    "ky": f"await ky.post('{URL}', {{json: {{prompt: `A red fox`}}}}).json()",
    "jQuery": f"$.ajax({{type: 'POST', url: '{URL}', data: JSON.stringify({{prompt: 'A red fox'}})}})",
    "XMLHttpRequest": f"var x = new XMLHttpRequest();\nx.open('POST', '{URL}');\nx.send(JSON.stringify({FOX}));",
    "a client's run in JavaScript": f"const out = await client.run('{O3_PRO}', {{ prompt: 'A red fox' }}, {{}});",
    "requests with parts": f"M = '{O3_PRO}'\nrequests.post(f'https://x/api/v3/{{M}}', json=dict(prompt='A red fox'))",
    "httpx": f"async def main():\n    async with AsyncClient() as c:\n        r = await c.post('{URL}', json={FOX})",
    "urllib": f"urlopen(Request('{URL}', data=json.dumps({FOX}).encode('utf-8'), method='POST'))",
    "http.client": f"conn.request('POST', '/api/v3/{O3_PRO}', json.dumps({FOX}), headers)",
    "Python's prompts": f">>> import requests\n>>> requests.post(\n...     '{URL}',\n...     json={FOX})\n",
    "IPython's prompts": "In [3]: generate(\n   ...:     'A red fox',\n   ...: )",
    "names in generate": "words = 'A red fox'\ngenerate(words)",
    "curl as Windows PowerShell's own command": f"curl {URL} -Method POST -Body '{FOX}'",
    "wget as Windows PowerShell's own command": f"wget {URL} `\n  -Method POST `\n  -Body '{FOX}'",
    "quotes twice for cmd": f'curl "{URL}" --data-raw "{{""prompt"":""A red fox""}}"',
    "a variable for curl.exe": f"$body='{FOX}'\ncurl.exe -X POST {URL} -d $body",
    "a here-string for curl.exe": f"$body = @'\n{FOX}\n'@\ncurl.exe -X POST {URL} `\n  -d \"$body\"",
    "splatting": f"$p = @{{ Uri = '{URL}'; Method = 'Post'; Body = '{FOX}' }}\nInvoke-RestMethod @p",
    "an ordered table": f"$b = [ordered]@{{ prompt = 'A red fox' }}\nirm {URL} -Body ($b | ConvertTo-Json)",
    "an object of PowerShell's": f"irm {URL} -Body ([pscustomobject]@{{ prompt = 'A red fox' }} | ConvertTo-Json)",
    "a table behind ConvertTo-Json": f"irm {URL} -Body (ConvertTo-Json @{{ prompt = 'A red fox' }} -Depth 5)",
    "a table as its InputObject": f"$b = @{{ prompt = 'A red fox' }}\nirm {URL} -Body (ConvertTo-Json -InputObject $b)",
    "an address by its place": f"$base = 'https://x/api/v3'\nirm \"$base/{O3_PRO}\" -Method Post -Body '{FOX}'",
    "a variable with its kind": f"[string]$b = '{FOX}'\nirm {URL} -Method Post -Body $b",
    "PowerShell's prompt on Linux": f"PS /home/ada> curl {URL} -d '{FOX}'",
    "PowerShell's prompts in a script": f"PS C:\\x> $b = '{FOX}'\nPS C:\\x> irm {URL} -Method Post -Body $b",
    "an environment before PowerShell's prompt": f"(.venv) PS C:\\x> curl.exe {URL} -d '{FOX}'",
    "an environment before cmd's prompt": f'(base) C:\\x>curl {URL} -d "{{\\"prompt\\": \\"A red fox\\"}}"',
    "a prompt in brackets": f"[root@host ~]# curl {URL} -d '{FOX}'",
    "a notebook's lines": f"%pip install kling\n!pip install -q x\nimport requests\nrequests.post('{URL}', json={FOX})",
    "a timed cell": "%%time\ntake = generate('A red fox')",
    "a timed line": "%load_ext kling_widget\n%time take = generate(\n    'A red fox'\n)",
    "a name with its type": f"payload: dict = {FOX}\nrequests.post('{URL}', json=payload)",
    "bytes": f"requests.post('{URL}', data=b'{FOX}')",
    "a window's fetch": f"await window.fetch('{URL}', {{body: '{FOX}'}})",
    "the global fetch": f"const p = {FOX}\nawait globalThis.fetch('{URL}', {{body: JSON.stringify(p)}})",
    "a Request": f"const r = new Request('{URL}', {{body: '{FOX}'}})\nawait fetch(r)",
    "TypeScript": f"const p: T<U> = {FOX} as const;\nconst r = await axios.post<Foo<Bar>>('{URL}', p)",
    "a type that is written out": f"const p: {{ prompt: string; n?: number }} = {FOX}\naxios.post('{URL}', p)",
    "got": f"const r = await got('{URL}', {{json: {{prompt: 'A red fox'}}}})",
    "a document that is piped": f"cat <<EOF | curl {URL} -d @-\n{FOX}\nEOF",
    "a here-string of a shell": f"curl {URL} -d @- <<< '{FOX}'",
    "env and timeout": f"env A=b timeout 5 curl {URL} -d '{FOX}'",
    "a container": f"docker run --rm -it curlimages/curl {URL} -d '{FOX}'",
    "a condition": f"if curl -sf {URL} -d '{FOX}'; then echo done; fi",
    "backticks around": f"ID=`curl -s {URL} -d '{FOX}'`\necho $ID",
    "HTTPie with its flags": f"http -v --json POST {URL} prompt='A red fox' a==b X-Y:z",
    "HTTPie that is piped to": f"echo '{FOX}' | http POST {URL}",
    **{f"a dash U+{ord(one):04X}": f"curl {URL} {one}d '{FOX}'" for one in "\u2010\u2011\ufe58\ufe63\uff0d"},
}  # fmt: skip


@pytest.mark.parametrize("name", READABLE)
def test_a_request_is_read_as_people_have_it(name: str) -> None:
    asked = read(READABLE[name])
    assert (asked.model or O3_PRO, asked.inputs) == (O3_PRO, {"prompt": "A red fox"})


def test_a_table_holds_numbers_as_powershell_writes_them() -> None:
    table = "@{ prompt = 'A red fox'; guidance_scale = 5E-1 }"
    url = "https://api.wavespeed.ai/api/v3/kwaivgi/kling-v2.5-turbo-pro/text-to-video"
    asked = read(f"$b = {table} | ConvertTo-Json\nirm {url} -Method Post -Body $b")
    assert asked.inputs == {"prompt": "A red fox", "guidance_scale": 0.5}


SAID: list[tuple[str, str]] = [
    (f"curl {URL} -d @body.json", "from a file"),
    (f"wget {URL} --post-file=body.json", "from a file"),
    (f'curl {URL} -d "{{\\"prompt\\": \\"%WORDS%\\"}}" ^\n -s', "fill in a part"),
    (f'curl.exe {URL} -d "{{`"prompt`": `"$words`"}}"', "fill in a part"),
    (f"irm {URL} -Body ($x | ConvertTo-Json)", "would fill in a part"),
    (f"irm {URL}", "-Body"),
    (f"fetch('{URL}')", "No call in the JavaScript sends a body"),
    (f"fetch('{URL}', {{body: JSON.stringify({{prompt: words}})}})", "prompt is the name words"),
    (f"fetch('{URL}', {{body: build()}})", "the body is an expression"),
    ("fetch('https://x/y', {body: '{\"prompt\": \"x\"}'})", "names no model"),
    ("requests.post('https://x/y', json={'prompt': 'x'})", "names no model"),
    (f"requests.post('{URL}', json=payload)", "the body is the name payload"),
    (
        f"p = {FOX}\np['duration'] = 5\nrequests.post('{URL}', json=p)",
        "the body is the name p, which the text may change",
    ),
    (f"const p = {FOX}\np.duration = 5\nfetch('{URL}', {{body: JSON.stringify(p)}})", "the name p, which the text may"),
    (f"curl {URL} --data-urlencode prompt=x", "sends a form"),
    (f"curl {URL}\necho done\n  --data '{FOX}'", "not as a shell would find it"),
    ('curl “x” -d “{"a”', "typographic"),
    ("<?php $c = curl_init(); curl_setopt($c, CURLOPT_POSTFIELDS, '{}');", "PHP, which is not read"),
    ('package main\nreq, _ := http.NewRequest("POST", url, payload)', "Go, which is not read"),
    (f"@{{prompt = 'x'}} | ConvertTo-Json | irm {URL} -Method Post", "One that is piped to it is not"),
    (f"POST {URL}\nContent-Type: application/json\n\n{FOX}", "Copy as cURL"),
    (f'{{"request": {{"url": "{URL}", "postData": {{"text": "{{}}"}}}}}}', "a HAR file, which is not read"),
    ('{"log": {"version": "1.2", "entries": []}}', "a HAR file, which is not read"),
    (f"http post {URL} {{prompt: 'a fox'}}", "Nushell, which is not read"),
    (f'curl {URL} -d \'{{"prompt": "it\\\'s a fox"}}\'', "only fish understands"),
    (f"irm {URL} -Method Post -InFile body.json", "from a file"),
    (f"http POST {URL} prompt=@prompt.txt", "from a file"),
    (f"http -f POST {URL} prompt=x", "sends a form"),
    (f"http POST {URL} multi_prompt[0][prompt]=x", "A field in brackets"),
    (f'client.post("{URL}").json(&serde_json::json!({FOX})).send()', "Rust, which is not read"),
    (
        f"import 'package:http/http.dart';\nhttp.post(Uri.parse('{URL}'), body: jsonEncode({FOX}));",
        "Dart, which is not",
    ),
    (f"$c = new GuzzleHttp\\Client();\n$c->post('{URL}', ['json' => ['prompt' => 'x']]);", "PHP, which is not read"),
    (f'var r = URLRequest(url: URL(string: "{URL}")!)\nr.httpBody = body', "Swift, which is not read"),
    (f"library(httr)\nr <- POST('{URL}', body = list(prompt = 'x'), encode = 'json')", "R, which is not read"),
    (f"library(httr2)\nrequest('{URL}') |> req_body_json(list(prompt = 'x'))", "R, which is not read"),
    ("POST /api/v3/x HTTP/1.1\nHost: x\n\n{}", "Copy as cURL"),
]


@pytest.mark.parametrize(("text", "said"), SAID, ids=range(len(SAID)))
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    with pytest.raises(RequestError) as refused:
        read(text)
    assert said in str(refused.value)


HEADER = f"Authorization: Bearer {KEY}"
WITH_KEY = (
    browser_cmd(URL, {"prompt": "A red fox"}).replace("curl ", f'curl -H ^"{HEADER}^" '),
    typed_cmd(URL, {"prompt": "A red fox"}).replace("curl.exe ", f'curl.exe -H "{HEADER}" '),
    f"curl.exe {URL} `\n -H '{HEADER}' `\n -d '{FOX}'",
    f"$h = @{{ Authorization = 'Bearer {KEY}' }}\nirm {URL} -Headers $h -Body '{FOX}'",
    f"fetch('{URL}', {{headers: {{authorization: 'Bearer {KEY}'}}, body: '{FOX}'}})",
    f"const API_KEY = '{KEY}'\naxios.post('{URL}', {FOX}, {{headers: {{Authorization: `Bearer ${{API_KEY}}`}}}})",
    f"API_KEY = '{KEY}'\nrequests.post('{URL}', json={FOX}, headers={{'Authorization': f'Bearer {{API_KEY}}'}})",
    f"requests.post('{URL}', json={FOX}, headers={{'Authorization': 'Bearer {KEY}'}})",
    f"wget --header='{HEADER}' --post-data='{FOX}' {URL}",
    f"http POST {URL} 'Authorization:Bearer {KEY}' prompt='A red fox'",
)


@pytest.mark.parametrize("text", WITH_KEY, ids=range(len(WITH_KEY)))
def test_a_key_in_the_text_goes_nowhere(text: str) -> None:
    asked = read(text)
    assert asked.inputs == {"prompt": "A red fox"}
    assert asked.notes == ("A key stood in the text; it was not kept.",)
    assert KEY not in repr(asked)
    for cut in range(0, len(text), 7):
        assert KEY not in repr(read_or_refused(text[:cut]))


@pytest.mark.parametrize(
    "text",
    ["curl " + piece * 39_000 for piece in ("\\", '"', "^", "`", "$(", "<<E\n", "'a", "(")]
    + [f"{piece * many}fetch(" for piece in ("fetch(", "{a:", "fetch(a+", "const a=", "[") for many in (1_200, 20_000)]
    + ["irm -Uri " + piece * many for piece in ("@{", "(", '"`', "a,", "$a=") for many in (1_600, 30_000)]
    + ["\u201c" * 190_000, "http " * 39_000, "curl x" + '"\\"' * 60_000 + "\u00a0", "fetch(" + '"\\"' * 60_000],
    ids=lambda text: ascii(text[:12]),
)  # fmt: skip
def test_a_long_text_of_signs_is_refused_in_words(text: str) -> None:
    with pytest.raises(RequestError):
        read(text)


def test_names_that_grow_are_not_followed() -> None:
    lines = ["a0 = 'xxxxxxxxxx'", *(f"a{n} = a{n - 1} + a{n - 1}" for n in range(1, 60))]
    with pytest.raises(RequestError, match="the name a59"):
        read("\n".join([*lines, f"requests.post('{URL}', json=a59)"]))
    script = "\n".join(["const a0 = 'xxxxxxxxxx'", *(f"const a{n} = a{n - 1} + a{n - 1}" for n in range(1, 60))])
    with pytest.raises(RequestError, match="the name a59"):
        read(f"{script}\nfetch('{URL}', {{body: a59}})")
