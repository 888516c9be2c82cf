"""Whatever can be asked to go wrong goes wrong as asked, and the ledger tells what really happened."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from kling_widget.practice import Fault, PracticeServer
from kling_widget.practice.faults import EFFECTS, Faults

from .conftest import Caller


@pytest.mark.parametrize("created", [True, False])
@pytest.mark.parametrize("status", [401, 402, 403, 408, 422, 429, 500, 502, 504])
def test_a_submit_is_answered_with_a_status_whether_the_task_is_made_or_not(
    call: Caller, server: PracticeServer, status: int, created: bool
) -> None:
    server.faults.add(call="submit", effect="status", status=status, created=created)
    answer = call.submit()
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html" if status == 504 else "application/json")
    totals, (post,) = server.view()["totals"], server.view()["posts"]
    assert totals["tasks_created"] == int(created)
    assert (post["created"], post["status"], post["fault"]) == (created, status, "status")
    assert call.submit().status_code == 200  # once, unless told otherwise


@pytest.mark.parametrize("created", [True, False])
@pytest.mark.parametrize("name", ["submit", "result", "list", "balance"])
def test_a_connection_is_cut_before_an_answer(call: Caller, server: PracticeServer, name: str, created: bool) -> None:
    task = call.task()
    ways: Mapping[str, Any] = {
        "submit": lambda: call.submit(),
        "result": lambda: call("GET", f"predictions/{task}/result"),
        "list": lambda: call("POST", "predictions", json={"page": 1}),
        "balance": lambda: call("GET", "balance"),
    }
    server.faults.add(call=name, cut=-1, created=created)
    with pytest.raises(requests.ConnectionError):
        ways[name]()
    made = 1 + (name == "submit" and created)
    assert server.view()["totals"]["tasks_created"] == made
    assert ways[name]().status_code == 200


def test_an_answer_hangs_and_then_comes(call: Caller, server: PracticeServer) -> None:
    server.faults.add(call="balance", hang=0.3)
    start = time.monotonic()
    assert call("GET", "balance").json()["data"]["balance"] == 100
    assert time.monotonic() - start >= 0.3


def test_an_answer_that_hangs_for_ever_is_the_clients_to_give_up(call: Caller, server: PracticeServer) -> None:
    server.faults.add(call="submit", hang=3600, created=True)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{server.url}/api/v3/kwaivgi/kling-video-o3-pro/text-to-video",
            json={"prompt": "a fox"}, headers={"Authorization": "Bearer x"}, timeout=0.3,
        )  # fmt: skip
    assert server.view()["totals"]["tasks_created"] == 1


def test_answers_that_can_not_be_read(call: Caller, server: PracticeServer) -> None:
    server.faults.add(call="submit", effect="truncate")
    with pytest.raises(requests.JSONDecodeError):
        call.submit().json()
    server.faults.add(call="submit", effect="no_id")
    assert "id" not in call.submit().json()["data"]
    server.faults.add(call="submit", effect="page")
    page = call.submit()
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html")
    assert server.view()["totals"]["tasks_created"] == 3
    server.faults.add(call="balance", effect="body", body='{"code":200,"data":[[[]]]}')
    assert call("GET", "balance").json()["data"] == [[[]]]
    server.faults.add(call="balance", cut=10)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        call("GET", "balance")


def test_a_result_is_patched(call: Caller, server: PracticeServer) -> None:
    task = call.task()
    server.faults.add(call="result", effect="patch", data={"status": "paused", "outputs": "x", "error": None})
    data = call.result(task)
    assert (data["status"], data["outputs"], "error" in data) == ("paused", "x", False)
    assert call.finished(task)["status"] == "completed"


def test_a_list_lags_behind(call: Caller, server: PracticeServer) -> None:
    def listed() -> int:
        return len(call("POST", "predictions", json={"page": 1, "page_size": 10}).json()["data"]["items"])

    call.task()
    server.faults.add(call="list", effect="lag", seconds=30)
    assert [listed(), listed()] == [0, 1]


def test_the_services_clock_can_be_wrong(call: Caller, server: PracticeServer) -> None:
    right = call.submit().json()["data"]["created_at"]
    call.owner("POST", "clock", json={"skew": 3600})
    wrong = call.submit().json()["data"]["created_at"]
    assert wrong[:13] != right[:13]


def test_retry_after_is_sent_as_it_stands(call: Caller, server: PracticeServer) -> None:
    for raw in ("3", "-5", "1000000000", "Wed, 21 Oct 2026 07:28:00 GMT", "soon"):
        server.faults.add(call="result", effect="status", status=429, retry_after=raw)
        assert call("GET", "predictions/x/result").headers["Retry-After"] == raw


def test_downloads_go_wrong(call: Caller, server: PracticeServer) -> None:
    url = call.finished(call.task())["outputs"][0]
    whole = requests.get(url, timeout=10)

    def get(**headers: str) -> requests.Response:
        return requests.get(url, headers=headers, timeout=10)

    server.faults.add(call="file", cut=1000)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        get()
    server.faults.add(call="file", lengthless=True, cut=None)
    lengthless = get()
    assert "Content-Length" not in lengthless.headers
    assert lengthless.content == whole.content
    server.faults.add(call="file", effect="ignore_range")
    assert (get(Range="bytes=10-").status_code, get(Range="bytes=10-").status_code) == (200, 206)
    server.faults.add(call="file", effect="etag")
    assert get().headers["ETag"] != whole.headers["ETag"]
    server.faults.add(call="file", effect="content_range")
    assert get(Range="bytes=10-").headers["Content-Range"].startswith("bytes 0-")
    server.faults.add(call="file", effect="unsatisfiable")
    assert get(Range="bytes=10-").status_code == 416
    server.faults.add(call="file", effect="gzip")
    assert get().headers["Content-Encoding"] == "gzip"
    server.faults.add(call="file", effect="wrong_bytes")
    wrong = get().content
    assert len(wrong) == len(whole.content)
    assert wrong != whole.content
    server.faults.add(call="file", effect="oversize", extra=7)
    assert len(get().content) == len(whole.content) + 7
    server.faults.add(call="file", effect="status", status=410)
    assert get().status_code == 410
    server.faults.add(call="file", effect="page")
    assert get().headers["Content-Type"] == "text/html"
    server.faults.add(call="file", drip=len(whole.content) * 4)
    start = time.monotonic()
    assert get().content == whole.content
    assert time.monotonic() - start > 0.15
    assert get().content == whole.content


def test_rules_are_set_over_http_shown_and_cleared(call: Caller) -> None:
    rule = {"call": "submit", "effect": "status", "status": 502, "times": 2}
    shown = call.owner("POST", "faults", json=[rule, {"call": "*", "hang": 1}]).json()
    assert [r["status"] for r in shown["rules"]] == [502, None]
    assert set(shown["effects"]) == set(EFFECTS)
    assert call.owner("DELETE", "faults").json()["rules"] == []


@pytest.mark.parametrize(
    "rule", [{"call": "sumbit"}, {"call": "list", "effect": "none?"}, {"call": "list", "x": 1}, {}, 5]
)
def test_a_rule_that_is_not_understood_is_refused(call: Caller, server: PracticeServer, rule: object) -> None:
    answer = call.owner("POST", "faults", json=rule)
    assert answer.status_code == 400
    assert server.faults.rules() == []


def test_a_rule_counts_waits_matches_and_takes_chances() -> None:
    faults = Faults()
    faults.add(call="submit", times=2, after=1, match="fox")
    seen = [faults.take("submit", text) is not None for text in ("fox", "cat", "fox", "fox", "fox")]
    assert seen == [False, False, True, True, False]
    faults.add(Fault("list", times=None, chance=0.3))
    assert 200 < sum(faults.take("list", "") is not None for _ in range(1000)) < 400
