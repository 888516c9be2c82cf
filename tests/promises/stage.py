"""Where a row of the matrix is played, and the things that are done to it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any

from kling_widget import Library, Take
from kling_widget.practice import Fault, PracticeServer
from kling_widget.practice.faults import Answer, Effect
from kling_widget.request.catalog import O3_PRO
from kling_widget.service.client import Client
from kling_widget.service.submit_outcome import Accepted
from kling_widget.settings import Key

from ..patience import until
from .proxy import ChaosProxy
from .world import ask

PROMPT = "A fox"


@dataclass
class Stage:
    """A service, perhaps a proxy before it, and a library.

    Attributes
    ----------
    origin
        Where the library thinks that the service is.
    foreign
        Prompts of tasks that are not the library's; the empty one is that of tasks that have none.
    takes
        The library's takes; the row's own comes last.
    others
        Other libraries of this machine.
    """

    server: PracticeServer
    proxy: ChaosProxy
    origin: str
    library: Library
    foreign: list[str] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)
    others: list[Library] = field(default_factory=list)


def decoy(*, model: str = O3_PRO, duration: int = 3, age: float = 0.0) -> Callable[[Stage], None]:
    """A task of the same account, made elsewhere, ``age`` seconds ago."""

    def make(stage: Stage) -> None:
        _elsewhere(stage, model, {"prompt": "From the website", "duration": duration})
        stage.foreign.append("From the website")
        with stage.server.ledger.writing() as base:
            base.execute("UPDATE tasks SET created = created - ?", (age,))

    return make


def the_list_is_full(stage: Stage) -> None:
    """More tasks than a page of the list holds, of another kind."""
    for number in range(120):
        _elsewhere(stage, "wavespeed-ai/prompt-optimizer", {"text": f"{number}", "mode": "video"})
    stage.foreign.append("")


def one_more(prompt: str) -> Callable[[Stage], None]:
    """Another take of the same library, at the same time."""

    def confirm(stage: Stage) -> None:
        stage.takes.append(ask(stage.library, stage.origin, prompt))

    return confirm


def another_library(prompt: str, *, accepted: bool = False) -> Callable[[Stage], None]:
    """Another library of this machine, with the same key, asks for something; at the same time unless ``accepted``."""

    def confirm(stage: Stage) -> None:
        stage.others.append(Library(stage.library.folder.parent / "another"))
        other = ask(stage.others[-1], stage.origin, prompt)
        stage.foreign.append(prompt)
        if accepted:
            until(lambda: other.record.prediction, lambda: other.record)

    return confirm


def the_same_id_again(stage: Stage) -> None:
    """Another take, whose id is then given as that of the row's own."""
    first = ask(stage.library, stage.origin, "A wolf")
    stage.takes.append(first)
    until(lambda: first.record.prediction, lambda: first.record)
    stage.server.faults.add(call="submit", effect="patch", data={"id": first.record.prediction})


def skewed(seconds: float, *, says_so: bool = False) -> Callable[[Stage], None]:
    """Set the service's clock wrong; ``says_so``: its answers carry the wrong date, too."""

    def turn(stage: Stage) -> None:
        stage.server.service.skew = seconds
        if says_so:
            rules = stage.server.faults.rules()
            stage.server.faults.clear()
            date = {"Date": formatdate(time.time() + seconds, usegmt=True)}
            for rule in rules:
                stage.server.faults.add(replace(rule, headers=date))
            stage.server.faults.add(call="*", headers=date, times=None)

    return turn


def late_to_come(stage: Stage) -> None:
    """Refuse connections until the take has felt it."""
    stage.origin = stage.proxy.origin


def down_for_a_while(stage: Stage) -> None:
    """Cut all connections and refuse new ones for a second, once the service has the take."""
    take = stage.takes[-1]
    until(lambda: take.record.prediction, lambda: take.record)
    stage.proxy.down()
    time.sleep(1.0)  # the outage itself: its length is the point
    stage.proxy.up()


def _elsewhere(stage: Stage, model: str, inputs: Mapping[str, Any]) -> None:
    client = Client(stage.server.url, Key("somebody-else"), read_s=30)  # nobody counts on its haste
    faults, rules = stage.server.faults, stage.server.faults.rules()
    faults.clear()  # the faults are meant for the row's own take
    try:
        outcome = client.submit(model, inputs)
        assert isinstance(outcome, Accepted), outcome
    finally:
        client.close()
        for rule in rules:
            faults.add(rule)


# Effects that the practice server has no name for: it is told of them for these tests.


def _data_of(answer: Answer, change: Callable[[dict[str, Any]], None]) -> Answer:
    said = json.loads(answer.body)
    change(said["data"])
    return replace(answer, body=json.dumps(said).encode())


def _output_as_string(answer: Answer, fault: Fault) -> Answer:
    def change(data: dict[str, Any]) -> None:
        data["outputs"] = data["outputs"][0] if data["outputs"] else ""

    return _data_of(answer, change)


def _outputs_as_objects(answer: Answer, fault: Fault) -> Answer:
    return _data_of(answer, lambda data: data.update(outputs=[{"url": url} for url in data["outputs"]]))


def _addresses_shouted(answer: Answer, fault: Fault) -> Answer:
    """Addresses as one types them: their scheme in capitals, with spaces around, deep in objects of other names."""

    def change(data: dict[str, Any]) -> None:
        said = [f"  {url.replace('http', 'HTTP', 1)} " for url in data.pop("outputs")]
        data["output"] = [{"video": {"file": [{"at": {"href": one}}]}} for one in said]

    return _data_of(answer, change)


def _completed_with_nothing(answer: Answer, fault: Fault) -> Answer:
    return _data_of(answer, lambda data: data.update(status="completed", outputs=[]))


def _odd_price(answer: Answer, fault: Fault) -> Answer:
    def change(data: dict[str, Any]) -> None:
        for item in data["items"]:
            item["price"] = float(fault.body)

    return _data_of(answer, change)


def _entries(answer: Answer, fault: Fault) -> Answer:
    def change(data: dict[str, Any]) -> None:
        for item in data["items"]:
            item.update(fault.data)

    return _data_of(answer, change)


def _currency(answer: Answer, fault: Fault) -> Answer:
    def change(data: dict[str, Any]) -> None:
        for item in data["items"]:
            item["order"]["currency"] = fault.body

    return _data_of(answer, change)


def _instead(answer: Answer, fault: Fault) -> Answer:
    """Other entries, also where there were none."""
    return _data_of(answer, lambda data: data.update(fault.data))


def _succeeded(answer: Answer, fault: Fault) -> Answer:
    """Completed, in a word of other services."""
    return _data_of(answer, lambda data: data.update(status="succeeded" if data["outputs"] else "running"))


def _told_twice(answer: Answer, fault: Fault) -> Answer:
    return _data_of(answer, lambda data: data["items"].extend(list(data["items"])))


def _odd_record(answer: Answer, fault: Fault) -> Answer:
    def change(data: dict[str, Any]) -> None:
        data["items"] += [{**item, "uuid": f"{item['uuid']}x", "price": {"amount": 1}} for item in data["items"]]

    return _data_of(answer, change)


def _refund_first(answer: Answer, fault: Fault) -> Answer:
    def change(data: dict[str, Any]) -> None:
        data["items"] = [{**item, "billing_type": "refund"} for item in data["items"]]

    return _data_of(answer, change)


EFFECTS = {
    "succeeded": Effect(_succeeded, True, "completed is called succeeded"),
    "entries": Effect(_entries, True, "each entry of a list changed by ``data``"),
    "instead": Effect(_instead, True, "``data``'s own values, nulls too"),
    "currency": Effect(_currency, True, "prices in the currency in ``body``"),
    "told_twice": Effect(_told_twice, True, "each billing record twice"),
    "odd_record": Effect(_odd_record, True, "beside each billing record one whose price can't be read"),
    "refund_first": Effect(_refund_first, True, "billing records as refunds, without their charges"),
    "output_as_string": Effect(_output_as_string, True, "outputs as a lone string"),
    "outputs_as_objects": Effect(_outputs_as_objects, True, "outputs as objects"),
    "addresses_shouted": Effect(_addresses_shouted, True, "outputs' addresses in capitals, deep in ``output``"),
    "completed_with_nothing": Effect(_completed_with_nothing, True, "completed, and no outputs"),
    "odd_price": Effect(_odd_price, True, "a price that is the number in ``body``"),
}
"""More effects, by name."""
