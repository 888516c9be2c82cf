"""The request as code: what is written is read back, in every form, and nothing that is read is ever carried out."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kling_widget.errors import RequestError
from kling_widget.request.catalog import O3_PRO, Model, bundled
from kling_widget.request.code import (
    LONGEST,
    ParsedRequest,
    call,
    forms,
    parse,
    read,
    to_curl,
    to_json,
    to_magic,
    to_python,
)
from kling_widget.request.video_request import VideoRequest
from tests.requests import NASTY, inputs_for, texts, video_models

V3 = "kwaivgi/kling-v3.0-pro/text-to-video"
KEY = "wsk_live_canary_0123456789abcdef"
FOX = {"prompt": "A red fox", "duration": 10, "sound": True}
BOARD = [{"prompt": "Wide", "duration": 4}, {"prompt": "Close", "duration": 6}]
MODELS = pytest.mark.parametrize("model", video_models(), ids=lambda model: model.id.removeprefix("kwaivgi/"))
FORMS = ("Python", "%%kling", "curl", "JSON")


@MODELS
@given(data=st.data())
@settings(max_examples=40)
def test_any_request_comes_back_from_any_form(model: Model, data: st.DataObject) -> None:
    inputs = data.draw(inputs_for(model))
    for form, text in forms(model.id, inputs).items():
        asked = read(text)
        assert (asked.model, asked.inputs) == (model.id, inputs), form
        assert (asked.left_out, asked.notes) == ((), ()), form


COMMANDS = (
    "irm -x",
    "IRM--",
    'Invoke-RestMethod -Uri https://a -Body \'{"prompt": "no"}\'',
    'curl https://a -d \'{"prompt": "no"}\'',
    "fetch('https://a', {body: '{}'})",
    "import os; os.remove('x')",
    "%%kling\nno",
)


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_among_the_prompts_words_is_only_words(words: str) -> None:
    for inputs in ({"prompt": words}, {"prompt": f"A fox. {words}"}, {"prompt": f"A fox\n{words}\nruns"}):
        for form, text in forms(O3_PRO, inputs).items():
            assert read(text).inputs == inputs, form


@MODELS
@given(data=st.data())
@settings(max_examples=20)
def test_what_curl_would_send_is_the_request(model: Model, data: st.DataObject) -> None:
    inputs = data.draw(inputs_for(model))
    got = as_a_shell_has_it(to_curl(model.id, inputs, origin="http://127.0.0.1:8765/"))
    assert got[0] == f"http://127.0.0.1:8765/api/v3/{model.id}"
    assert got[1:6] == ["-H", "Authorization: Bearer the-key", "-H", "Content-Type: application/json", "-d"]
    assert json.loads(got[6]) == inputs
    assert len(got) == 7


def as_a_shell_has_it(command: str) -> list[str]:
    """What a shell hands on to curl."""
    bash = shutil.which("bash")
    assert bash
    script = "curl() { printf '%s\\0' \"$@\"; }\n" + command
    surroundings = {"WAVESPEED_API_KEY": "the-key", "LC_ALL": "C.UTF-8"}
    ran = subprocess.run([bash, "-c", script], capture_output=True, env=surroundings, check=True)
    assert ran.stderr == b""
    return ran.stdout.decode().split("\0")[:-1]


@MODELS
@given(data=st.data())
@settings(max_examples=40)
def test_the_python_runs_and_asks_for_the_request(model: Model, data: st.DataObject) -> None:
    inputs = data.draw(inputs_for(model))
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    names = {"generate": lambda *words, **given: calls.append((words, given))}
    exec(compile(to_python(model.id, inputs, imports=False), "cell", "exec"), names)
    [(words, given)] = calls
    assert VideoRequest(*words, **given) == VideoRequest(model=model.id, **inputs)
    assert ast.parse(to_python(model.id, inputs)).body[0].lineno == 1


@given(texts(1, 200))
def test_a_text_of_any_kind_is_read_or_refused(text: str) -> None:
    found = read_or_refused(text)
    assert found.endswith((".", "?")) if isinstance(found, str) else found.inputs


def read_or_refused(text: str) -> ParsedRequest | str:
    """What is read from a text, or the words that refuse it."""
    try:
        return read(text)
    except RequestError as error:
        return error.problems[0].message


@pytest.mark.parametrize("piece", NASTY)
@pytest.mark.parametrize("form", FORMS)
def test_every_nasty_text_survives_at_each_end_of_a_prompt(form: str, piece: str) -> None:
    for prompt in (f"A fox{piece}", f"{piece}A fox", f"A{piece}fox"):
        asked = read(forms(O3_PRO, {"prompt": prompt, "duration": 5})[form])
        assert asked.inputs == {"prompt": prompt, "duration": 5}


def test_each_form_reads_as_a_person_would_write_it() -> None:
    inputs = {"prompt": "It's a fox", "duration": 10, "sound": True, "multi_prompt": BOARD}
    assert to_python(O3_PRO, FOX) == (
        "from kling_widget import generate\n\ngenerate('A red fox', duration=10, sound=True)"
    )
    assert to_magic(V3, {**FOX, "sound": False, "negative_prompt": "blur, text"}) == (
        "%%kling --model kwaivgi/kling-v3.0-pro/text-to-video --duration 10 --no-sound "
        "--negative_prompt 'blur, text'\nA red fox\n"
    )
    assert to_magic(O3_PRO, {"multi_prompt": BOARD[:1]}) == (
        """%%kling --multi_prompt '[{"prompt": "Wide", "duration": 4}]'\n\n"""
    )
    assert to_curl(O3_PRO, {"prompt": "It's a fox"}) == (
        "curl https://api.wavespeed.ai/api/v3/kwaivgi/kling-video-o3-pro/text-to-video \\\n"
        '  -H "Authorization: Bearer $WAVESPEED_API_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        """  -d '{"prompt": "It'\\''s a fox"}'"""
    )
    assert to_json(O3_PRO, FOX).splitlines()[:3] == ["{", f'  "model": "{O3_PRO}",', '  "inputs": {']
    assert list(forms(O3_PRO, inputs)) == list(FORMS)


def test_a_long_call_is_broken_where_a_formatter_would() -> None:
    long = "A red fox crosses fresh snow at dawn, handheld camera follows at eye level, breath in the cold air"
    inputs = {"prompt": long, "multi_prompt": [{"prompt": long, "duration": 5}, {"prompt": "Close", "duration": 5}]}
    assert to_python(V3, {**inputs, "duration": 10}, imports=False) == (
        "generate(\n"
        f"    '{long}',\n"
        "    multi_prompt=[\n"
        "        {\n"
        f"            'prompt': '{long}',\n"
        "            'duration': 5,\n"
        "        },\n"
        "        {'prompt': 'Close', 'duration': 5},\n"
        "    ],\n"
        "    duration=10,\n"
        "    model='kwaivgi/kling-v3.0-pro/text-to-video',\n"
        ")"
    )
    wide = [line for line in to_python(V3, {"multi_prompt": BOARD * 3}).splitlines() if len(line) > 100]
    assert wide == []


def test_a_call_is_written_as_takes_and_requests_write_theirs() -> None:
    request = VideoRequest("A wolf", duration=3, model=V3)
    assert call("VideoRequest", request.model, request.inputs) == repr(request)
    assert call("generate", O3_PRO, {"prompt": "A wolf", "duration": 3}, extra={"practice": True}) == (
        "generate('A wolf', duration=3, practice=True)"
    )
    assert call("generate", O3_PRO, {"a-b": 1, "class": 2}) == "generate(**{'a-b': 1, 'class': 2})"
    assert call("generate", O3_PRO, {}) == "generate()"


READABLE: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    "a body alone": ('{"prompt": "A fox", "duration": 5}', None, {"prompt": "A fox", "duration": 5}),
    "a body and its model": (f'{{"model": "{V3}", "prompt": "A fox"}}', V3, {"prompt": "A fox"}),
    "model and input": (f'{{"model_id": "{V3}", "input": {{"prompt": "A fox"}}}}', V3, {"prompt": "A fox"}),
    "a record with its inputs": (
        f"""{{"code": 200, "data": {{"id": "1", "model": "{V3}", "status": "completed", "outputs": [],
             "input": {{"prompt": "A fox", "seed": null}}}}}}""",
        V3,
        {"prompt": "A fox"},
    ),
    "records": (
        f'{{"data": {{"items": [{{"id": "1"}}, {{"model": "{V3}", "inputs": {{"prompt": "A fox"}}}}]}}}}',
        V3,
        {"prompt": "A fox"},
    ),
    "a Python dict": ("{'prompt': 'A red fox', 'sound': True, 'duration': -(-10)}", None, FOX),
    "Markdown": ('```json\n{"prompt": "A fox"}\n```\n', None, {"prompt": "A fox"}),
    "an id as a number": (
        '{"prompt": "Mara", "element_list": [{"element_id": 9007199254740993001}]}',
        None,
        {"prompt": "Mara", "element_list": [{"element_id": "9007199254740993001"}]},
    ),
    "generate": (
        'take = generate("A fox, " "in " + "snow", library=lib, practice=mode(), duration=5).wait()',
        O3_PRO,
        {"prompt": "A fox, in snow", "duration": 5},
    ),
    "shots and elements": (
        """VideoRequest(multi_prompt=[Shot('Wide', 4), kw.Shot(prompt='Close', duration=6)], duration=10,
               element_list=(Element('77'),), model='kwaivgi/kling-video-o3-4k/text-to-video')""",
        "kwaivgi/kling-video-o3-4k/text-to-video",
        {"multi_prompt": BOARD, "duration": 10, "element_list": [{"element_id": "77"}]},
    ),
    "arguments in dicts": (
        f"    await generate(prompt='A fox', **dict(duration=5, **{{'sound': True}}), model={V3!r})",
        V3,
        {"prompt": "A fox", "duration": 5, "sound": True},
    ),
    "a client's run": (
        f"client = Client()\nout = client.run(\n  '{V3}',\n  {{'prompt': 'A fox', 'cfg_scale': .25}},\n)['outputs']",
        V3,
        {"prompt": "A fox", "cfg_scale": 0.25},
    ),
    "run by names": (f"wavespeed.run(model='{V3}', input={{'prompt': 'A fox'}}, timeout=t)", V3, {"prompt": "A fox"}),
    "a cell": ("%%kling --duration 10 --sound\nA red fox\n", O3_PRO, FOX),
    "two cells": ("%load_ext kling_widget\n\n%%kling --duration 10 --sound\r\nA red fox", O3_PRO, FOX),
    "a cell's dashes": (
        f'%%kling --model {V3} --negative-prompt "\\"a\\\\nb\\"" --cfg_scale=1\nA fox',
        V3,
        {"prompt": "A fox", "negative_prompt": "a\nb", "cfg_scale": 1},
    ),
    "curl, the body first": (
        f'$ curl -sSL --json \'{{"prompt": "A fox"}}\' --max-time 30 http://127.0.0.1:1/api/v3/{V3}?x=1',
        V3,
        {"prompt": "A fox"},
    ),
    "curl over several lines": (
        f"""# Submit the task
export WAVESPEED_API_KEY="your-key"
ID=7 curl --location --request POST "https://api.wavespeed.ai/api/v3/{V3}" \\\r
  --header "Content-Type: application/json" \\\r
  --data-raw '{{
    "prompt": "It'\\''s a fox",
    "duration": 5
}}' | jq .  # and then?
""",
        V3,
        {"prompt": "It's a fox", "duration": 5},
    ),
    "curl in double quotes": (
        rf'!curl -XPOST -d"{{\"prompt\": \"5 \$ \\\"a\\\"\"}}" --url https://x.example/api/v3/{V3}/ -o out.json',
        V3,
        {"prompt": '5 $ "a"'},
    ),
    "curl as a browser copies it": (
        rf"""curl 'https://x.example/api/v3/{V3}' -H 'accept: */*' --compressed \
          --data-binary $'{{"prompt":"it\'s a \ud83e\udd8a\u0021 caf\xc3\xa9 \\n\101"}}'""",
        V3,
        {"prompt": "it's a 🦊! café \nA"},
    ),
    "curl for a price": (
        f"""curl x.example/api/v3/model/price -d '{{"model_id": "{V3}", "inputs": {{"prompt": "A fox"}}}}'""",
        V3,
        {"prompt": "A fox"},
    ),
}


@pytest.mark.parametrize("name", READABLE)
def test_a_request_is_read_as_people_have_it(name: str) -> None:
    text, model, inputs = READABLE[name]
    asked = read(text)
    assert (asked.model, asked.inputs) == (model, inputs)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing to read"),
        ("A red fox crosses the snow", "can't be read as a request. Paste JSON"),
        ("fox", "can't be read as a request"),
        ("x" * (LONGEST + 1), "200,001 characters; at most 200,000"),
        ("[" * 100_000, "nested deeper"),
        ('{"prompt": ' + "[" * 50 + "]" * 50 + "}", "nested deeper"),
        ('{"prompt": "A fox"', "line 1, column 19"),
        ('{"prompt": NaN}', "A number"),
        ('{"prompt": 1e999}', "A number"),
        ("[1, 2]", "no request"),
        ('{"colour": "red"}', "No input of any model"),
        (
            '{"model": "kwaivgi/kling-o9/text-to-video", "prompt": "x"}',
            "'kwaivgi/kling-o9/text-to-video' in the catalogue",
        ),
        ('{"data": {"id": "1", "status": "completed", "outputs": ["https://x"]}}', "does not say what was asked for"),
        ("generate(words)", "prompt is the name words"),
        ("generate(f'A {x}')", "prompt is an f-string"),
        ("generate('A fox', duration=int('5'))", "duration is a call of int"),
        ("generate('A fox', duration=2 + 3)", "duration is an expression"),
        ("generate('A fox', duration=seconds)", "duration is the name seconds"),
        ("generate('A fox', 5)", "everything else by its name"),
        ("generate(*words)", "prompt is an expression"),
        ("generate(**settings)", "There is the name settings"),
        ("client.run(MODEL, {'prompt': 'x'})", "model is the name MODEL"),
        (f"client.run('{V3}', payload)", "input is the name payload"),
        ("run('a', 'b')", "The inputs are no dict"),
        ("generate('A fox', duration=1e999)", "A number"),
        ("generate('A fox'", "breaks off"),
        ("generate(" + "-" * 150_000 + "1)", "far longer"),
        ("generate(" + "[" * 150 + "]" * 150 + ")", "nested deeper"),
        ("%%kling --seed 5\nA fox", "takes no --seed"),
        ("%%kling --aspect_ration x\nA fox", "takes no --aspect_ration. Did you mean"),
        ("%%kling five\nA fox", "belong to no flag"),
        ("%%kling --duration long\nA fox", "--duration: it takes a number"),
        ("%%kling --duration 5.5\nA fox", "--duration: it takes a whole number"),
        ("%%kling --multi_prompt x\nA fox", "it takes a list, as JSON"),
        ("%%kling --multi_prompt 5\nA fox", "it takes a list, as JSON"),
        ("%%kling --sound=yes\nA fox", "--sound/--no-sound: it takes no value"),
        ("%%kling --prompt x\nA fox", "twice"),
        ("%%kling --prompt 'x\nA fox", "No closing quotation"),
        ("%%kling --model kwaivgi/none\nA fox", "no model 'kwaivgi/none'"),
        ("curl https://x.example/api/v3/a/b", "has no body"),
        ("curl https://x.example/api/v3/a/b -d @file.json", "from a file"),
        ("curl https://x.example/api/v3/a/b -F prompt=x", "sends a form"),
        ('curl https://x.example/v1/make -d \'{"prompt": "x"}\'', "names no model"),
        (f'curl https://x.example/api/v3/{V3} -d \'{{"prompt": "x"}}', "not closed"),
        (f'curl https://x.example/api/v3/{V3} -d "{{\\"prompt\\": \\"$WORDS\\"}}"', "fill in a part"),
        (f'curl https://x.example/api/v3/{V3} -d "$(cat x)"', "fill in a part"),
        (f"curl https://x.example/api/v3/{V3} -d a=b", "The JSON"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    with pytest.raises(RequestError) as refused:
        read(text)
    assert said in str(refused.value)


def test_what_the_model_does_not_take_is_named_and_left_out() -> None:
    asked = read('{"prompt": "A fox", "seed": 7, "guidance_scale": null, "enable_sync_mode": false}')
    assert (asked.inputs, asked.left_out) == ({"prompt": "A fox"}, ("seed", "enable_sync_mode"))
    asked = read("generate('A fox', cfg_scale=0.5)")
    assert (asked.inputs, asked.left_out) == ({"prompt": "A fox"}, ("cfg_scale",))
    two = read("generate('A fox')\ngenerate('A wolf')")
    assert (two.inputs, two.notes) == ({"prompt": "A fox"}, ("1 more request stood there; this is the first.",))


@pytest.mark.parametrize(
    "text",
    [
        f"curl https://x.example/api/v3/{V3} -H 'Authorization: Bearer {KEY}' -d '{{\"prompt\": \"A fox\"}}'",
        f'curl https://x.example/api/v3/{V3}?key={KEY} --oauth2-bearer {KEY} --json \'{{"prompt": "A fox"}}\'',
        f'curl https://x.example/api/v3/{V3} -d \'{{"prompt": "A fox", "api_key": "{KEY}"}}\'',
        f"Client(api_key='{KEY}').run('{V3}', {{'prompt': 'A fox'}})",
        f"wavespeed.run('{V3}', {{'prompt': 'A fox', 'api_key': '{KEY}'}}, api_key='{KEY}')",
        f"generate('A fox', model='{V3}', api_key='{KEY}')",
        f"""{{"model": "{V3}", "headers": {{"Authorization": "{KEY}"}}, "api-key": "{KEY}",
             "input": {{"prompt": "A fox"}}}}""",
    ],
)
def test_a_key_in_the_text_goes_nowhere(text: str) -> None:
    asked = read(text)
    assert (asked.model, asked.inputs) == (V3, {"prompt": "A fox"})
    assert asked.notes == ("A key stood in the text; it was not kept.",)
    assert KEY not in repr(asked)


@pytest.mark.parametrize(
    "text",
    [
        f"curl https://x.example/api/v3/{V3} -H 'Authorization: Bearer {KEY}' -d '{{\"prompt\": '",
        f"curl https://x.example/api/v3/{V3} -H 'Authorization: Bearer {KEY}",
        f"curl -H 'Authorization: Bearer {KEY}' https://x.example/",
        f'curl -H Authorization: Bearer {KEY} -d \'{{"seed": "{KEY}"}}\' https://x.example/api/v3/{KEY}',
        f'{{"api_key": "{KEY}"}}',
        f'{{"model": "{KEY}", "prompt": "x"}}',
        f'{{"prompt": "{KEY}',
        f"client = Client(api_key='{KEY}'",
        f"Client(api_key='{KEY}').run(MODEL, {{'prompt': 'x'}})",
        f"generate('x', api_key='{KEY}', duration=len('{KEY}'))",
        f"generate('x' api_key='{KEY}')",
        f"%%kling --api_key {KEY}\nA fox",
        f"%%kling --api_key={KEY}\nA fox",
        f"%%kling --duration {KEY}\nA fox",
        f"%%kling --sound={KEY}\nA fox",
        f"%%kling {KEY}\nA fox",
        f"%%kling --model {KEY}\nA fox",
        f"%%kling '{KEY}\nA fox",
        KEY,
    ],
)
def test_no_refusal_repeats_a_key(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        read(text)
    assert KEY not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_nothing_that_is_read_is_carried_out(tmp_path: Any) -> None:
    made = tmp_path / "made"
    code = f"open({str(made)!r}, 'w')"
    for text in (
        f"generate({code})",
        f"{code}\ngenerate('A fox')",
        f"generate('A fox', library={code})",
        f"generate(f'{{{code}}}')",
        f"%%kling --duration {{{code}}}\nA fox",
        f'curl https://x.example/api/v3/{V3} -d "$(touch {made})"',
    ):
        try:
            read(text)
        except RequestError:
            continue
    assert not made.exists()


def test_other_catalogues_say_what_there_is() -> None:
    entry = json.loads(json.dumps(bundled().entries[0])) | {"model_id": "acme/fox"}
    entry["api_schema"]["api_schemas"][0]["request_schema"]["properties"]["tail"] = {"type": "string"}
    catalog = type(bundled())([*bundled().entries, entry])
    assert read("generate('A fox', model='acme/fox', tail='red')", catalog).inputs["tail"] == "red"
    assert parse("--model acme/fox --tail red", "A fox", catalog).inputs == {"prompt": "A fox", "tail": "red"}
    with pytest.raises(RequestError, match="acme/fox"):
        read("generate('A fox', model='acme/fox')")
