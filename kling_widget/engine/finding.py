"""Finding out what became of a submit whose answer was lost."""

from __future__ import annotations

import contextlib
import json
import logging
import time

from ..errors import AlreadyTaken, InputRefused, KlingError, NotAllowed, NotFound, NotSent, Unreadable
from ..service import answers
from ..service.answers import Prediction
from ..service.client import Client
from ..service.prediction_list import Listing
from ..service.timestamps import moment, zoned
from ..store import Lease, Record
from ..store.record import now_ms
from . import claims, reconcile
from .sending import adopt
from .step_context import StepContext, StepMemory, back_off

log = logging.getLogger(__name__)

UNCLEAR = (
    "The answer to this request was lost, and the service lists tasks that could be it. Please say which is yours, "
    "if any; nothing is sent meanwhile."
)
UNREAD = (
    "The answer to this request was lost, and the service's list of tasks can't be read in full, so nobody can say "
    "whether it was made and charged; it counts as spent meanwhile, and is not sent again. Look for it among the "
    "predictions on the service's own site: take.decide('its id') says which it is, take.decide(None) that it was not "
    "made."
)
NOT_MADE = (
    "The answer to this request was lost. The service was asked again and again and lists nothing like it, so it was "
    "most likely not made and not charged. Generate it again if you like."
)
WHOSE = (
    "The answer to this request was lost, and this library does not say which key sent it, so the tasks of the key "
    "found now prove nothing. Please say which task is yours, if any; nothing is sent meanwhile."
)
UNREAD_S = 600.0
"""Seconds after the last look for which a list that fails, however it fails, is asked for again: most outages are over
by then. Longer helps nobody: only a take that waits for a person's word can be decided."""

_NO_LIST = (Unreadable, InputRefused, NotAllowed, NotFound)
"""Answers that say for good that a list, or a page of it, is not to be had. What fails otherwise is asked again."""

_PAGES = 5  # of a hundred: more were not made in two minutes


def find(context: StepContext, record: Record, lease: Lease, memory: StepMemory) -> float | None:
    """Look for a take whose answer was lost among the service's recent tasks."""
    if record.state == "unknown":
        record = context.store.change(lease, state="reconciling")
    if memory.lost_at is None:
        memory.lost_at = time.monotonic()
    if mine := claims.claimed_prediction(context.claims, record):
        # The answer came, or the task was found: only the library did not hear of it.
        with contextlib.suppress(AlreadyTaken):  # another take of this library has it by now
            adopt(context, lease, mine, None, None)
            return 0.0
    client = context.client(record)
    claims.sending(context.claims, record, client)  # of a kernel that died before it could note it
    patient = time.monotonic() - memory.lost_at < reconcile.LOOKS_S[-1] + UNREAD_S
    verdict = _judged(context, record, client, memory, _NO_LIST if patient else Exception)
    # A take from before fingerprints: the list of a key that may be another's proves neither that it was made nor not.
    sure = record.account is not None or client.account is None
    if verdict.kind == "found" and sure and isinstance(task := verdict.tasks[0], Prediction):
        try:
            # What a list shows proves nothing where another library could see the same and not say so.
            if claims.claim(context.claims, record, task.id):
                adopt(context, lease, task.id, task.address, None)
                return 0.0
        except AlreadyTaken:  # another take was quicker to see that it is its own
            return back_off(1)
    # The list may lag: what it does not show yet may come, and so may a second task that fits.
    sought = time.monotonic() - memory.lost_at
    later = [delay for delay in reconcile.LOOKS_S if delay > sought]
    if later:
        return later[0] - sought
    if verdict.kind != "none" or not sure:
        tasks = [{"id": t.id, "status": t.status, "created_at": t.created_at} for t in verdict.tasks]
        words = WHOSE if not sure else UNREAD if verdict.kind == "unread" else UNCLEAR
        context.store.change(lease, state="needs_you", trouble=words, candidates=json.dumps(tasks))
        return None
    claims.ended(context.claims, record.id)
    context.store.change(lease, state="not_created", trouble=NOT_MADE, settled=True, finished_at=now_ms())
    return None


def _judged(
    context: StepContext,
    record: Record,
    client: Client,
    memory: StepMemory,
    failing: type[Exception] | tuple[type[Exception], ...],
) -> reconcile.Verdict:
    """Judge by what the service says now. Errors that are ``failing`` leave it unread, others are raised.

    So is a network that is down here, for as long as it is: it says nothing of the service, and a person could not look
    either.
    """
    listed, whole = Listing(), False
    learned, sure = _learned(context, record)
    clocks = reconcile.Clocks(now_ms())
    try:
        for page in range(1, _PAGES + 1):
            listed = listed.and_then(client.recent(page=page, before=listed.entries))
            set_by = memory.clock_set_by()
            steady = set_by is not None and abs(set_by) * 1000 < reconcile.BEFORE_MS
            clocks = reconcile.Clocks(
                now_ms(), (0, client.skew_ms, *learned), sure and steady, round((set_by or 0.0) * 1000)
            )
            if whole := reconcile.reaches(record, listed, clocks):
                break
    except NotSent:
        raise
    except failing:
        whole = False
    # In this order: a submit of another library that ends meanwhile is still a rival then, or has its task claimed.
    others = claims.rivals(context.claims, record, client)
    taken = context.store.taken(record.service, listed.ids) | claims.taken(context.claims, record, listed.ids)
    fits = reconcile.fitting(record, listed, clocks, taken=taken)
    prices: dict[str, int] = {}
    if fits.ids:
        try:
            bills = client.bills(fits.ids)
            # A reservation may be a sum to hold back, and nothing may be charged yet: neither excludes a task.
            final = {task: bill for task, bill in bills.items() if bill.settled and not bill.currency}
            prices = {task: bill.charge for task, bill in final.items() if bill.charge > 0}
        except NotSent:
            raise
        except failing:
            whole = False
    return reconcile.judge(
        fits,
        prices=prices,
        expected=_expected(record, client) if fits.ids else (),
        rivals=context.store.rivals(record) + others,
        whole=whole,
    )


def _learned(context: StepContext, record: Record) -> tuple[list[int], bool]:
    """How far the service's clock is ahead by its answers to earlier takes, in milliseconds; whether a zone says so."""
    skews, sure = [], False
    for at, answer in context.store.answers(record.service):
        with contextlib.suppress(Unreadable):
            text = answers.prediction(answers.envelope(answer.encode())).created_at
            if (made := moment(text)) is not None:
                skews.append(made - at)
                sure = sure or zoned(text)
    return skews, sure


def _expected(record: Record, client: Client) -> set[int]:
    """What the service may have charged for this take: our estimate, and its own where it can be had."""
    prices = {int(record.estimate)}
    try:
        quote = client.price(record.model, record.inputs)
    except KlingError:
        return prices
    return prices | {int(quote.price), int(quote.discounted)}
