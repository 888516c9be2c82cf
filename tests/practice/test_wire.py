"""The wire is the service's: calls, shapes, errors, money."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import requests
import wavespeed

from kling_widget.practice import PracticeServer
from kling_widget.request.catalog import bundled
from kling_widget.request.money import micros

from .conftest import O3, Caller


def test_the_official_client_runs_unchanged(server: PracticeServer) -> None:
    client = wavespeed.Client(api_key="anything", base_url=server.url)
    outputs = client.run(O3, {"prompt": "A red fox in snow", "duration": 3}, poll_interval=0.02)["outputs"]
    clip = requests.get(outputs[0], timeout=10)
    assert clip.status_code == 200
    assert clip.content[4:8] == b"ftyp"
    assert clip.headers["X-Kling-Practice"] == "1"


def test_the_official_client_uploads_a_file(server: PracticeServer, tmp_path: Path) -> None:
    picture = tmp_path / "beach at dusk.png"
    picture.write_bytes(b"\x89PNG" + bytes(1000))
    url = wavespeed.Client(api_key="anything", base_url=server.url).upload(str(picture))
    found = requests.get(url, timeout=10)
    assert found.content == picture.read_bytes()
    assert found.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("key", "inputs", "says"),
    [
        ("bad-key", {"prompt": "a fox", "duration": 3}, "HTTP 401"),
        ("suspended-key", {"prompt": "a fox", "duration": 3}, "HTTP 403"),
        ("any", {"prompt": "", "duration": 3}, "HTTP 400"),
        ("any", {"prompt": "a fox full of gore", "duration": 3}, "Content flagged as potentially sensitive"),
    ],
)
def test_the_official_client_hears_of_errors(server: PracticeServer, key: str, inputs: Any, says: str) -> None:
    with pytest.raises(RuntimeError, match=says):
        wavespeed.Client(api_key=key, base_url=server.url).run(O3, inputs, poll_interval=0.02)
    assert server.view()["totals"]["spent"] == 0


def test_the_older_upload_takes_a_form(call: Caller) -> None:
    answer = call("POST", "media/upload/binary", files={"file": ("a.png", b"12345", "image/png")})
    url = answer.json()["data"]["download_url"]
    assert requests.get(url, timeout=10).content == b"12345"


def test_an_upload_must_be_as_large_as_announced_and_not_too_large(call: Caller) -> None:
    ticket = call("POST", "media/uploads", json={"filename": "a.png", "size": 5}).json()["data"]
    assert ticket["upload"]["method"] == "PUT"
    assert requests.put(ticket["upload"]["url"], data=b"1234", timeout=10).status_code == 400
    assert requests.get(ticket["download_url"], timeout=10).status_code == 404
    assert call("POST", "media/uploads", json={"filename": "a.png", "size": 10**9}).status_code == 413


def test_a_submit_is_answered_in_the_documented_shape(call: Caller, server: PracticeServer) -> None:
    answer = call.submit().json()
    data = answer.pop("data")
    assert answer == {"code": 200, "message": "success"}
    assert re.fullmatch(r"[0-9a-f]{32}", data["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", data.pop("created_at"))
    assert data == {
        "id": data["id"],
        "model": O3,
        "outputs": [],
        "urls": {"get": f"{server.url}/api/v3/predictions/{data['id']}/result"},
        "has_nsfw_contents": [],
        "status": "created",
        "code": 0,
        "error": "",
        "executionTime": 0,
        "timings": {"inference": 0},
    }


def test_a_finished_task_says_so_at_both_addresses(call: Caller, server: PracticeServer) -> None:
    task = call.task()
    data = call.finished(task)
    assert data["status"] == "completed"
    assert data["outputs"] == [f"{server.url}/predictions/{task}/1.mp4"]
    assert isinstance(data["timings"]["inference"], int)
    assert data["timings"]["inference"] > 0
    assert call("GET", f"predictions/{task}").json()["data"] == data


def test_a_moderated_task_fails_with_its_code_and_is_refunded(call: Caller, server: PracticeServer) -> None:
    data = call.finished(call.task(prompt="an NSFW fox", duration=3))
    assert (data["status"], data["code"], data["outputs"]) == ("failed", 1200, [])
    totals = server.view()["totals"]
    assert totals["charged"] == totals["refunded"] == micros("0.336")


def test_the_list_tells_neither_prompts_nor_inputs(call: Caller) -> None:
    tasks = [call.task() for _ in range(3)]
    call.finished(tasks[-1])
    answer = call("POST", "predictions", json={"page": 1, "page_size": 2}).json()["data"]
    assert [item["id"] for item in answer["items"]] == tasks[:0:-1]
    assert not {"prompt", "inputs", "input"} & set(answer["items"][0])
    rest = call("POST", "predictions", json={"page": 2, "page_size": 2}).json()["data"]["items"]
    assert [item["id"] for item in rest] == tasks[:1]


def test_the_list_is_filtered_by_model_status_and_time(call: Caller, server: PracticeServer) -> None:
    def found(**by: Any) -> list[str]:
        items = call("POST", "predictions", json={"page": 1, "page_size": 100, **by}).json()["data"]["items"]
        return [item["id"] for item in items]

    first = call.task()
    call.finished(first)
    moment = call.result(first)["created_at"]
    second = call.task(model="kwaivgi/kling-v3-turbo-pro/text-to-video", prompt="a fox", duration=3)
    call.finished(second)
    assert found(model=O3) == [first]
    assert found(status="completed") == [second, first]
    assert found(status="failed") == []
    assert found(created_after="2999-01-01T00:00:00Z") == []
    assert found(created_after=moment) == [second, first]
    assert found(created_before="2020-01-01T00:00:00.000Z") == []


def test_a_deleted_task_is_gone_and_stays_paid(call: Caller, server: PracticeServer) -> None:
    one, two = call.task(), call.task()
    clip = call.finished(one)["outputs"][0]
    assert call("DELETE", f"predictions/{one}").json()["data"]["status"] == "deleted"
    assert call("POST", "predictions/delete", json={"ids": [two]}).status_code == 200
    assert call("POST", "predictions", json={"page": 1, "page_size": 9}).json()["data"]["items"] == []
    assert call.result(one)["status"] == "deleted"
    assert requests.get(clip, timeout=10).status_code == 404
    assert server.view()["totals"]["spent"] == 2 * micros("0.336")


def test_what_is_not_there_is_404(call: Caller) -> None:
    assert call("GET", "predictions/nothing/result").status_code == 404
    assert call.submit(model="kwaivgi/kling-video-o9").json() == {
        "code": 404, "message": "Model kwaivgi/kling-video-o9 not found", "error_code": 1401,
    }  # fmt: skip


def test_even_a_wrong_method_is_answered_in_the_envelope(call: Caller) -> None:
    assert call("PUT", "balance").json() == {"code": 405, "message": "Method Not Allowed"}


def test_prices_balance_and_billing_agree(call: Caller) -> None:
    inputs = {"prompt": "a fox", "duration": 10, "sound": True}
    quote = call("POST", "model/price", json={"model_id": O3, "inputs": inputs}).json()["data"]
    assert (quote["model_id"], quote["price"], quote["discounted_price"]) == (O3, 1.4, 1.4)
    task = call.task(**inputs)
    assert call("GET", "balance").json() == {"code": 200, "message": "success", "data": {"balance": 98.6}}
    (bill,) = call("POST", "billings/search", json={"page": 1, "page_size": 10, "prediction_uuids": [task]}).json()[
        "data"
    ]["items"]
    assert (bill["price"], bill["order"]["state"]) == (1.4, "pre")
    assert (bill["prediction"]["uuid"], bill["prediction"]["model_uuid"]) == (task, O3)
    call.finished(task)
    (bill,) = call("POST", "billings/search", json={"page": 1, "page_size": 10}).json()["data"]["items"]
    assert bill["order"]["state"] == "done"


def test_a_ledger_adds_up(call: Caller, server: PracticeServer) -> None:
    tasks = [call.task(), call.task(prompt="gore", duration=3), call.task(prompt="sea", duration=4, sound=True)]
    for task in tasks:
        call.finished(task)
    totals = server.view()["totals"]
    assert totals["charged"] == micros("0.336") * 2 + micros("0.56")
    assert totals["refunded"] == micros("0.336")
    assert totals["balance"] == micros(100) - totals["spent"]
    assert (totals["submits_received"], totals["tasks_created"]) == (3, 3)
    assert server.view()["polls"][tasks[0]] >= 1


def test_without_money_there_is_402_and_a_way_on(tmp_path: Path) -> None:
    with PracticeServer(tmp_path, balance=0.5, median=0.05, scale=0.25) as server:
        call = Caller(server)
        call.task()
        answer = call.submit()
        assert answer.status_code == 402
        assert re.search("insufficient.*balance", answer.json()["message"], re.IGNORECASE)
        added = call.owner("POST", "balance", json={"add": 5})
        assert added.json() == {"balance": 5.164}
        assert call.submit().status_code == 200
        assert server.view()["totals"]["tasks_created"] == 2


def test_past_the_rate_there_is_429(tmp_path: Path) -> None:
    with PracticeServer(tmp_path, rate=2, retry_after="Wed, 21 Oct 2026 07:28:00 GMT", scale=0.25) as server:
        call = Caller(server)
        assert [call.submit().status_code for _ in range(3)] == [200, 200, 429]
        assert call.submit().headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"


def test_the_catalogue_is_told_without_our_own_rules(call: Caller) -> None:
    told = call("GET", "models").json()["data"]
    assert [entry["model_id"] for entry in told] == [model.id for model in bundled()]
    assert set(told[0]) == {"model_id", "name", "base_price", "description", "type", "api_schema"}


def test_an_element_has_an_id_beyond_what_a_double_holds_and_its_name_is_known(
    call: Caller, server: PracticeServer
) -> None:
    inputs = {"name": "Mara", "description": "a woman", "image": "http://x/a.png", "element_refer_list": ["http://x/b"]}
    element = call.finished(call.task(model="kwaivgi/kling-elements", **inputs))["outputs"][0]
    assert element["element_id"] > 2**53
    assert server.ledger.element_names() == {str(element["element_id"]): "Mara"}


def test_the_enhancer_adds_to_the_words(call: Caller) -> None:
    inputs = {"text": "a fox", "style": "photographic", "mode": "video"}
    (words,) = call.finished(call.task(model="wavespeed-ai/prompt-optimizer", **inputs))["outputs"]
    assert words.startswith("a fox, ")


def test_no_other_host_name_and_no_web_page_gets_in(call: Caller, server: PracticeServer) -> None:
    assert call("GET", "balance", headers={"Host": "evil.example"}).status_code == 403
    forged = call.owner("POST", "faults", data='{"call":"*"}')
    assert forged.status_code == 403
    assert server.faults.rules() == []
