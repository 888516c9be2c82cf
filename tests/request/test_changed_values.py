"""A value that a pasted script may change after it is written is not read as if it stayed: the request is refused."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kling_widget.errors import RequestError
from kling_widget.request.catalog import O3_PRO, Model
from kling_widget.request.code import read
from tests.requests import inputs_for, video_models

from .dialects import powershell_literal

URL = f"https://api.wavespeed.ai/api/v3/{O3_PRO}"
FOX = {"prompt": "a fox", "duration": 5}


def in_python(url: str, inputs: dict[str, Any], change: str) -> str:
    return f"import requests\n\nb = {inputs!r}\n{change}\nrequests.post({url!r}, json=b)\n"


def in_javascript(url: str, inputs: dict[str, Any], change: str) -> str:
    return f"const b = {json.dumps(inputs)}\n{change}\nfetch('{url}', {{ method: 'POST', body: JSON.stringify(b) }})\n"


def in_powershell(url: str, inputs: dict[str, Any], change: str) -> str:
    return f"$b = {powershell_literal(inputs)}\n{change}\nirm {url} -Method Post -Body ($b | ConvertTo-Json)\n"


def in_a_shell(url: str, inputs: dict[str, Any], change: str) -> str:
    return f'B={shlex.quote(json.dumps(inputs))}\n{change}\ncurl {url} -d "$B"\n'


Script = Callable[[str, dict[str, Any], str], str]
CHANGES: dict[Script, tuple[str, ...]] = {
    in_python: (
        "b['duration'] = 10",
        "del b['duration']",
        "b['multi_prompt'].append(1)",
        "b['multi_prompt'][0]['duration'] = 9",
        "b.update(duration=10)",
        "b.popitem()",
        "b['multi_prompt'].reverse()",
        "b['multi_prompt'].sort()",
        "b['multi_prompt'].remove(1)",
        "b |= {'duration': 10}",
        "b = dict(b, duration=10)",
        "q = b\nq['duration'] = 10",
        "q = {'x': [b]}\nq['x'][0]['duration'] = 10",
        "s = b['multi_prompt']\ns.append(1)",
        "for one in b['multi_prompt']:\n    one['duration'] = 9",
        "random.shuffle(b['multi_prompt'])",
        "fix(b)",
        "if long:\n    b = {'prompt': 'a wolf'}",
        "for b in requests_of():\n    pass",
        "with one() as b:\n    pass",
        "try:\n    pass\nexcept Exception as b:\n    pass",
        "import one as b",
        "(b := {'prompt': 'a wolf'})",
        "global b",
        "match one():\n    case b:\n        pass",
        "[b for b in one()]",
        "def go(b):\n    pass",
        "go = lambda b: 1",
        "exec('b = 1')",
        "globals()['b'] = 1",
    ),
    in_javascript: (
        "b.duration = 10",
        "b['duration'] = 10",
        "b = {prompt: 'a wolf'}",
        "b.multi_prompt.push(1)",
        "b.multi_prompt[0].duration++",
        "delete b.duration",
        "Object.assign(b, {duration: 10})",
        "if (long) { b.duration = 15 }",
        "b ||= {}",
        "const q = b; q.duration = 10",
        "const q = [b]\nq[0].duration = 10",
        "fix(b)",
        "setTimeout(() => b.duration = 10)",
        "for (const b of list) {}",
        "const { b } = one()",
        "[b] = one()",
        "const go = (b) => 1",
        "const go = async b => 1",
        "const go = (a, b: T): number => 1",
        "function go(b) {}",
        "class A { go(b) {} }",
        "try {} catch (b) {}",
        "{ const b = 1 }",
        "eval('b = 1')",
        "with (b) { duration = 10 }",
        "class A { run(x) { x.duration = 10 } }\nthis.run(b)",
        "const o = { log: (x) => { x.duration = 10 } }\no.log(b)",
        "console.log(`${b.push(1)}`)",
    ),
    in_powershell: (
        "$b.duration = 10",
        "$b['sound'] = $true",
        "$b.Add('duration', 10)",
        "$b += @{ duration = 10 }",
        "$b.prompt += ' in snow'",
        "$b.multi_prompt[0].duration = 9",
        "$b = @{ prompt = 'a wolf' }",
        "if ($long) { $b = @{ prompt = 'a wolf' } }",
        "foreach ($one in $list) { $b.duration = 10 }",
        "foreach ($b in $list) { }",
        "$q = $b; $q.duration = 10",
        "$q = @{ x = $b }\n$q.x.duration = 10",
        "$c, $b = 1, 2",
        "$script:b = @{ prompt = 'a wolf' }",
        "$b | Add-Member duration 10",
        "$b | ForEach-Object { $_.duration = 10 }",
        "Fix $b",
        "function go($b) { }",
        "Set-Variable b 1",
        "Write-Host \"$($b.Add('duration', 10))\"",
        "$r = Fix $b",
        "Get-It -OutVariable b",
        "Invoke-Expression '$b = 1'",
    ),
    in_a_shell: (
        "B+=' '",
        "B='{}'",
        "read B",
        "read -r B < file",
        "unset B",
        "if long; then B='{}'; fi",
        "long && B='{}'",
        "for B in 1 2; do true; done",
        "B=$(cat file)",
        "B=`cat file`",
        "B=(1 2)",
        "printf -v B x",
        "mapfile B",
        ": ${B:=x}",
        "((B++))",
        "B[0]=x",
        "go() { local B=\"$1\"; }",
        "B='{}' true",
        "eval x",
        "source file",
    ),
}  # fmt: skip
EACH = [(script, change) for script, changes in CHANGES.items() for change in changes]
SCRIPTS = pytest.mark.parametrize("script", CHANGES, ids=lambda script: script.__name__)


@SCRIPTS
@given(model=st.sampled_from(video_models()), data=st.data())
@settings(max_examples=20)
def test_a_value_that_nothing_changes_is_read_and_one_that_is_changed_refused(
    model: Model, script: Script, data: st.DataObject
) -> None:
    url, inputs = f"https://api.wavespeed.ai/api/v3/{model.id}", data.draw(inputs_for(model))
    assume(
        script is not in_powershell or "\\r\\n" not in json.dumps(inputs)
    )  # a pasted text has one kind of line breaks
    asked = read(script(url, inputs, ""))
    assert (asked.model, asked.inputs) == (model.id, inputs)
    with pytest.raises(RequestError):
        read(script(url, inputs, data.draw(st.sampled_from(CHANGES[script]))))


@pytest.mark.parametrize(("script", "change"), EACH, ids=[f"{one.__name__}: {change!r}" for one, change in EACH])
def test_each_way_to_change_a_value_is_noticed(script: Script, change: str) -> None:
    assert read(script(URL, FOX, "")).inputs == FOX
    with pytest.raises(RequestError):
        read(script(URL, FOX, change))


KEPT: list[tuple[Script, str]] = [
    (in_python, "print(b)\nprint(b['prompt'], len(b))\nb"),
    (in_python, "q = b\nheaders = {'x': 'y'}\nheaders['z'] = 'w'"),
    (in_javascript, "console.log(b)\nconst q = { ...b }\nheaders.z = 1"),
    (in_javascript, "if (b) { console.log('b') }"),
    (in_powershell, "Write-Host $b\n$q = $b | ConvertTo-Json\n$headers.z = 1"),
    (in_a_shell, "echo \"$B\"\nexport B\nC=1\nC=2\nif true; then C=3; fi"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "change"), KEPT, ids=range(len(KEPT)))
def test_what_only_reads_a_value_leaves_it(script: Script, change: str) -> None:
    assert read(script(URL, FOX, change)).inputs == FOX


def irm(value: str, before: str = "") -> str:
    return f"{before}\nirm {URL} -Method Post -Body (@{{ prompt = {value} }} | ConvertTo-Json)"


def fetch(value: str, before: str = "") -> str:
    return f"{before}\nfetch('{URL}', {{ body: JSON.stringify({{ prompt: {value} }}) }})"


def curl(before: str) -> str:
    return f'{before}\ncurl {URL} -d "{{\\"prompt\\": \\"$P\\"}}"'


WORKED_OUT: list[str] = [
    irm("'a fox' + ' in snow'"),
    irm("'a fox'.Replace('fox', 'wolf')"),
    irm("'a {0}' -f 'fox'"),
    irm("$p -replace 'fox', 'wolf'", "$p = 'a fox'"),
    irm("$c.p", "$c = @{ p = 'a fox' }"),
    irm("$p", "$p = 'a fox, '; $p = $p + 'in snow'"),
    irm("$p", "$p = 'a fox'; $p += ' in snow'"),
    irm("$p", "if ($x) { $p = 'a fox' }"),
    irm("$p", "param([string]$p = 'a fox')"),
    irm('"$p"', "$p = 'a fox'\nforeach ($q in $list) { $p = $q }"),
    irm("Get-Prompt"),
    irm("'a fox'; duration = 5 + 5"),
    irm("'a fox'; duration = 5 * 2"),
    irm("'a fox'; $key = 5"),
    irm("@('a', 'b')[0]"),
    irm("[int]'5'"),
    irm("'a fox' | Out-String"),
    fetch("p", "let p = 'a fox'; p += ' in snow'"),
    fetch("p", "let p = 'a fox';\nif (long) { p = 'a wolf'; }"),
    fetch("p", "if (long) { var p = 'a fox' }"),
    fetch("p", "if (long) var p = 'a fox'"),
    fetch("'a fox', duration: d", "let d = 5; d++;"),
    fetch("'a fox', duration: d", "const d = 5 * 2"),
    fetch("'a fox', ['duration']: 5"),
    fetch("p", "let p = 'a fox'\nconsole.log(`${(p = 'a wolf')}`)"),
    fetch("'a fox', duration: d", "let d = 5\nd >>>= 1"),
    irm("$p", "$p = 'a fox'\nWrite-Host \"$($p = 'a wolf'; $p)\""),
    curl("P='a fox'\ndeclare -n Q=P\nQ='a wolf'"),
    "class A:\n    prompt = 'a fox'\n    def go(self):\n        generate(prompt)",
    "const prompt = 'a fox'; const go = (prompt) =>" + fetch("prompt") + "; go('a wolf')",
    "const prompt = 'a fox'; function go(prompt) {" + fetch("prompt") + "}; go('a wolf')",
    "const prompt = 'a fox'; const go = async ({ prompt }) => {" + fetch("prompt") + "}",
    "prompt = 'a fox'\ndef go(prompt):\n    generate(prompt)\ngo('a wolf')",
    "prompt = 'a fox'\ngo = lambda prompt: generate(prompt)",
    "if long:\n    prompt = 'a fox'\ngenerate(prompt)",
    "prompt = 'a fox'\n[generate(prompt) for prompt in prompts]",
    "prompt = 'a fox'\ngenerate(prompt.strip('a'))",
    curl("P='a fox'\nP+=' in snow'"),
    curl("P='a fox'; if long; then P='a wolf'; fi"),
    curl("P='a fox'\ngo() { local P=\"$1\""),
    curl("It's text, P too\nP='a fox'"),
    f"go() {{ curl {URL} -d \"{{\\\"prompt\\\": \\\"$1\\\"}}\"; }}; go 'a fox'",
    f"P='a wolf'\nP='a fox' curl {URL} -d \"{{\\\"prompt\\\": \\\"$P\\\"}}\"",
    f"http POST {URL} prompt=x multi_prompt[0][prompt]=x multi_prompt[0][duration]:=3",
    f"http POST {URL} prompt=@prompt.txt",
    f"http POST {URL} prompt=x multi_prompt:=@shots.json",
    f"http -f POST {URL} prompt=x",
    f"http --form POST {URL} prompt=x",
    f"xh -vf POST {URL} prompt=x",
    f"http POST {URL} prompt=x @body.json",
]  # fmt: skip


@pytest.mark.parametrize("text", WORKED_OUT, ids=range(len(WORKED_OUT)))
def test_what_only_running_the_text_would_give_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        read(text)


STANDS: dict[str, str] = {
    "a text in a text": irm('"$p in snow"', "$p = 'a fox'"),
    "a dollar sign that stays": irm('"costs `$p, $p"', "$p = 'five'"),
    "a cast": irm("[string]'a fox'"),
    "quotes within quotes": f'P=x; Q=y\ncurl {URL} -d \'{{"prompt": "$P \'"$Q"\'"}}\'',
    "a list of commands": f'cd x && P=\'a fox\' && curl {URL} -d "{{\\"prompt\\": \\"$P\\"}}"',
    "a function": f'go() {{ local P=\'a fox\'; curl {URL} -d "{{\\"prompt\\": \\"$P\\"}}"; }}',
    "text around": curl("It's text\nP='a fox' # words"),
    "a template": fetch("`${p} in snow`", "const p = 'a fox'\nconsole.log(p)"),
    "a function's own": "async function go() { const p = 'a fox';" + fetch("p") + " }",
    "blanks": "generate(' a fox '.strip())",
}
STANDS_FOR = (
    "a fox in snow",
    "costs $p, five",
    "a fox",
    "$P y",
    "a fox",
    "a fox",
    "a fox",
    "a fox in snow",
    "a fox",
    "a fox",
)


@pytest.mark.parametrize(("name", "prompt"), list(zip(STANDS, STANDS_FOR, strict=True)))
def test_what_surely_stands_there_is_read(name: str, prompt: str) -> None:
    assert read(STANDS[name]).inputs == {"prompt": prompt}
