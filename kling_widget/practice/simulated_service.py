"""The simulated service without HTTP: it creates, lists, ends and bills tasks, all through the ledger."""

from __future__ import annotations

import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ..request.catalog import Model, bundled
from ..request.money import Micros, dollars
from . import answers, schedule
from .clip_plan import VIDEO_EDIT_SECONDS, ClipPlan, plan_clip
from .clip_store import Clips, renderer
from .ledger import Ledger, Task
from .options import Refused, Rules
from .tools import ELEMENTS, element_id
from .validation import check

_log = logging.getLogger(__name__)

_DAY = 86_400.0


class SimulatedService:
    """The simulated service.

    Parameters
    ----------
    folder
        Holds the ledger, the clips and the uploads.
    rules
        The terms.
    clock
        Seconds since 1970.
    new_id
        Returns a new id for a task or a record (32 hexadecimal digits).

    Attributes
    ----------
    skew
        Seconds by which the times in its answers run ahead of its clock: a service whose clock is wrong.
    """

    def __init__(
        self,
        folder: Path,
        rules: Rules,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self.rules, self.clock, self.skew = rules, clock, 0.0
        self.ledger = Ledger(folder, rules.grant, follow=rules.private)
        self.uploads = folder / "practice_uploads"
        self.clips = Clips(folder / "practice_clips", self._plan, self._rendered, self._render_failed)
        self.new_id = new_id
        for task in self.ledger.open_tasks():  # an earlier server may have left some
            self._enqueue(task)
        threading.Thread(target=_warm_up, name="practice-warm-up", daemon=True).start()

    def close(self) -> None:
        """Stop rendering and close the ledger."""
        self.clips.close()
        self.ledger.close()

    # tasks

    def submit(self, name: str, body: Mapping[str, Any]) -> Task:
        """Create a task and charge for it. Raises ``Refused`` (400, 402, 404, 429)."""
        model = self._model(name)
        checked = check(model, body, strict=self.rules.strict)
        now, task_id = self.clock(), self.new_id()
        price = model.estimate(checked.inputs)
        flagged = self._flagged(checked.inputs)
        share = schedule.TOOL if model.kind == "tool" else 1.0
        times = schedule.draw(task_id, now, self.rules.median, self.rules.sigma, share)
        if flagged:
            times = schedule.Schedule(times.starts, times.starts + schedule.FLAGGED * (times.ends - times.starts))
        with self.ledger.writing():
            self._within_rate(now)
            if price > self.ledger.balance():
                raise Refused(
                    402,
                    f"Insufficient balance: this costs {dollars(price)} and {dollars(self.ledger.balance())} is left. "
                    "Top up with POST /practice/balance.",
                )
            others = [task.ends for task in self.ledger.open_tasks() if task.ends > now]
            times = schedule.queue(times, others, self.rules.concurrent)
            task = Task(
                task_id, model.id, model.kind, checked.inputs, checked.dropped, self._seconds(model, checked.inputs),
                price, now, times.starts, times.ends,
                *(("failed", 1200, _FLAG.format(flagged)) if flagged else ()),
            )  # fmt: skip
            self.ledger.add(task, self.new_id())
        self._enqueue(task)
        return task

    def current(self, task_id: str) -> Task:
        """Return a task as it is now. Raises ``Refused`` (404)."""
        self.settle()
        task = self.ledger.task(task_id)
        if task is None or task.created < self._oldest():
            raise Refused(404, f"Prediction {task_id[:64]} not found", 1401)
        return task

    def recent(self, body: Mapping[str, Any], lag: float = 0.0) -> tuple[int, list[Task]]:
        """Return the number of a page and its tasks, the newest first; leave out tasks younger than ``lag`` seconds."""
        self.settle()
        page, size = answers.paging(body, 20)
        after, before = (answers.moment(body.get(key), key) for key in ("created_after", "created_before"))
        now = self.clock()
        found = [
            task
            for task in self.ledger.tasks(self._oldest())
            if task.deleted is None
            and task.created <= now - lag
            and (body.get("model") in (None, "", task.model))
            and (body.get("status") in (None, "", answers.status_of(task, now)))
            and (after is None or task.created + self.skew >= after)
            and (before is None or task.created + self.skew <= before)
        ]
        return page, found[(page - 1) * size : page * size]

    def delete(self, task_id: str) -> bool:
        """Delete a task's record and clip and return whether there was one. A charge stays; a running task goes on."""
        self.settle()
        if self.ledger.task(task_id) is None:
            return False
        self.ledger.delete(task_id, self.clock())
        self.clips.path(task_id).unlink(missing_ok=True)
        return True

    def settle(self) -> None:
        """End the tasks that are due and whose clips are rendered."""
        now = self.clock()
        for task in self.ledger.due(now):
            if task.outcome == "completed" and task.kind != "tool" and task.rendered is None:
                self._enqueue(task)
                continue
            if task.outcome == "completed" and task.model == ELEMENTS:
                self.ledger.keep_element(str(element_id(task.id)), str(task.inputs.get("name", "")), task.id)
            self.ledger.settle(task, max(task.ends, task.rendered or 0.0))

    # money

    def price(self, body: Mapping[str, Any]) -> answers.Json:
        """Return the price of given inputs. Raises ``Refused`` (400, 404)."""
        inputs = body.get("inputs")
        if not isinstance(body.get("model_id"), str) or not isinstance(inputs, dict):
            raise Refused(400, "Missing parameter: model_id and inputs are required", 1400)
        model = self._model(body["model_id"])
        return answers.quote(model, model.estimate(inputs))

    def bills(self, body: Mapping[str, Any]) -> answers.Json:
        """Return a page of billing records."""
        self.settle()
        page, size = answers.paging(body, 10)
        wanted = body.get("prediction_uuids")
        if wanted is not None and not isinstance(wanted, list):
            raise Refused(400, "Invalid parameter: prediction_uuids is a list", 1401)
        start, end = (answers.moment(body.get(key), key) for key in ("start_time", "end_time"))
        found = [
            charge
            for charge in self.ledger.charges()
            if (not wanted or charge.task in wanted)
            and body.get("billing_type") in (None, "", "deduct")
            and (start is None or charge.created + self.skew >= start)
            and (end is None or charge.created + self.skew <= end)
        ]
        if str(body.get("sort", "")).lower().endswith("asc"):
            found.reverse()
        tasks = {task.id: task for task in self.ledger.tasks()}
        items = [
            answers.bill(c, tasks[c.task], self.clock(), self.skew) for c in found[(page - 1) * size : page * size]
        ]
        return {"page": page, "total": len(found), "items": items}

    def balance(self) -> Micros:
        """Return the play money that is left, in micro-dollars."""
        self.settle()
        return self.ledger.balance()

    # clips

    def clip(self, task_id: str) -> Path:
        """Return the path of a completed task's clip, rendered or not. Raises ``Refused`` (404)."""
        task = self.current(task_id)
        if answers.status_of(task, self.clock()) != "completed" or task.kind == "tool":
            raise Refused(404, "There is no such file.")
        return self.clips.path(task_id)

    def _plan(self, task_id: str) -> ClipPlan | None:
        task = self.ledger.task(task_id)
        if task is None or task.kind == "tool" or task.deleted is not None:
            return None
        names = self.ledger.element_names()
        return plan_clip(task.inputs, seconds=task.seconds, seed=task_id, names=names, scale=self.rules.scale)

    def _rendered(self, task_id: str) -> None:
        self.ledger.rendered(task_id, self.clock())

    def _render_failed(self, task_id: str, reason: str) -> None:
        self.ledger.fail(task_id, 5000, f"Internal error: the clip could not be made ({reason})")

    def _enqueue(self, task: Task) -> None:
        if task.outcome == "completed" and task.kind != "tool" and task.rendered is None:
            self.clips.enqueue(task.id)

    # rules

    def _model(self, name: str) -> Model:
        model = bundled().get(name)
        if model is None:
            raise Refused(404, f"Model {name[:100]} not found", 1401)
        return model

    def _oldest(self) -> float:
        return self.clock() - self.rules.keep_days * _DAY

    def _within_rate(self, now: float) -> None:
        if self.rules.rate is None:
            return
        if len(self.ledger.tasks(now - 60)) >= self.rules.rate:
            header = {} if self.rules.retry_after is None else {"Retry-After": self.rules.retry_after}
            raise Refused(429, f"Rate limit exceeded: {self.rules.rate} tasks a minute.", None, header)

    def _flagged(self, inputs: Mapping[str, Any]) -> str | None:
        texts = [str(inputs.get("prompt", ""))]
        texts += [str(shot["prompt"]) for shot in inputs.get("multi_prompt") or ()]
        found = (w for w in self.rules.moderated if re.search(rf"\b{re.escape(w)}\b", " ".join(texts), re.I))
        return next(found, None)

    @staticmethod
    def _seconds(model: Model, inputs: Mapping[str, Any]) -> int:
        return model.seconds(inputs) if "duration" in model.fields else VIDEO_EDIT_SECONDS


def _warm_up() -> None:
    """Import what the first submit needs while nobody waits: beside Jupyter the validator takes a second."""
    try:
        import_module("jsonschema")
        renderer()
    except Exception as error:  # noqa: BLE001 - the first task that needs it fails with the reason
        _log.warning("clips can't be made here: %s", error)


_FLAG = "Content flagged as potentially sensitive. Please adjust the prompt and try again. ({!r})"
