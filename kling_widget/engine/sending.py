"""Sending a take's request, once, and writing down how that ended."""

from __future__ import annotations

import logging

from ..errors import (
    AlreadyTaken,
    InputRefused,
    KlingError,
    LeaseLost,
    NoAnswer,
    PracticeError,
)
from ..service import identity
from ..service.answers import Prediction
from ..service.submit_outcome import Accepted, Outcome, Rejected, Throttled, Unknown, Unsent
from ..settings import is_vendor
from ..store import Lease, Record, Wait
from ..store.record import PRACTICE, now_ms
from . import claims
from .step_context import StepContext, StepMemory, back_off, patience

log = logging.getLogger(__name__)

UNSENT_S = 120.0
"""Seconds for which a submit that provably did not leave is tried again, counted from the confirmation."""

WAITING_S = 6 * 3600.0
"""Seconds for which a take waits to be sent (for a place, for patience), counted from the confirmation."""

LOST = (
    "The answer to this request was lost, so nobody can say yet whether the service took it: it may have been made "
    "and charged. It is looked for at the service, and not sent again."
)
NO_PRACTICE = "It was asked for as practice, and the server there is no practice server any more."
PATIENCE_S = 5.0
"""Seconds to wait at least where the service asks for patience and does not say how much."""

_IN_SHORT = 3  # writes that the library did not take, after which only the outcome itself is written


def send(context: StepContext, record: Record, lease: Lease, memory: StepMemory) -> float | None:
    """Send a take that waits to be sent. It is in the state ``sending`` on disk before a socket opens."""
    age = (now_ms() - record.confirmed_at) / 1000
    if age > WAITING_S:
        _never_sent(context, lease, "It waited for a place for too long.", "Generate it again when there is room.")
        return None
    try:
        client = context.client(record)
    except PracticeError as error:
        context.store.change(lease, state="rejected", trouble=str(error), settled=True, finished_at=now_ms())
        return None
    begun = context.store.begin_sending(lease, context.limits(record.service), client.account)
    if isinstance(begun, Wait):
        memory.waited = True
        return begun.seconds
    memory.outcome = Unsent("The library did not work just before it was sent.")  # what is known until it is sent
    claims.sending(context.claims, begun, client)
    shown_as_practice = begun.practice
    try:
        begun = identified(context, begun, lease)
    except NoAnswer as error:
        if shown_as_practice:  # it is sent to a practice server or to nobody
            memory.outcome = Unsent(str(error))
            return conclude(context, begun, lease, memory)
    if shown_as_practice and not begun.practice:
        claims.ended(context.claims, begun.id)
        _never_sent(context, lease, NO_PRACTICE, "Look at what the server is now, and generate it again if you like.")
        return None
    # Seconds may have gone by, or a night with the lid closed: who took the take over since looks for a lost answer.
    context.store.leases.require(lease)
    memory.note_clock()
    memory.outcome = None  # from here on only its answer says what became of it
    memory.outcome = client.submit(record.model, record.inputs)
    return conclude(context, begun, lease, memory)


def identified(context: StepContext, record: Record, lease: Lease) -> Record:
    """Ask the server that a take is made on whether it is a practice server, and note what it says.

    Raises
    ------
    NoAnswer
        If it does not answer.
    """
    if record.service == PRACTICE or is_vendor(record.service):
        return record
    simulated = identity.ask(record.service) == "practice"
    return record if record.simulated is simulated else context.store.change(lease, simulated=simulated)


def conclude(context: StepContext, record: Record, lease: Lease, memory: StepMemory) -> float | None:
    """Write down how a submit ended. Tried again with the same outcome where the library does not take it."""
    if memory.outcome is None:
        # Whoever was sending it is gone: this kernel has the lease, and never sends from this state.
        memory.outcome = Unknown("The kernel ended before the answer came.")
    try:
        wait = _written(context, record, lease, memory, memory.outcome)
    except AlreadyTaken:
        answer = getattr(memory.outcome, "answer", "")
        memory.outcome = Unknown("The service answered with a task that is another take's.", answer)
        wait = _written(context, record, lease, memory, memory.outcome)
    except LeaseLost:
        raise
    except Exception as error:
        if isinstance(error, KlingError) and memory.failures < _IN_SHORT:
            raise
        # Something in it can't be kept. What counts is the id, or that there is none: all else is left out.
        log.warning("take %s: how its submit ended is written down in short", lease.take, exc_info=True)
        memory.outcome = _in_short(memory.outcome)
        wait = _written(context, record, lease, memory, memory.outcome)
    memory.outcome = None
    return wait


def _in_short(outcome: Outcome) -> Outcome:
    """An outcome without the service's own words."""
    if isinstance(outcome, Accepted):
        return Accepted(Prediction(outcome.prediction.id, "created"), "")
    if isinstance(outcome, Unsent):
        return Unsent("The service could not be reached.")
    if isinstance(outcome, Throttled):
        return Throttled(outcome.retry_after)
    if isinstance(outcome, Rejected):
        words = "The service refused this request. Nothing was made and nothing was charged. Change it and try again."
        return Rejected(InputRefused(words, status=400))
    return Unknown("The answer can't be kept.")


def _written(context: StepContext, record: Record, lease: Lease, memory: StepMemory, outcome: Outcome) -> float | None:
    change, now = context.store.change, now_ms()
    if isinstance(outcome, Accepted):
        # The answer to this very submit proves enough where the claim can't be written down.
        claims.claim(context.claims, record, outcome.prediction.id)
        adopt(context, lease, outcome.prediction.id, outcome.prediction.address, outcome.answer)
        return 0.0
    if not isinstance(outcome, Unknown):
        claims.ended(context.claims, record.id)
    if isinstance(outcome, Rejected):
        change(
            lease, state="rejected", trouble=str(outcome.error), settled=True, answer=outcome.answer, finished_at=now
        )
        return None
    if isinstance(outcome, Unknown):
        change(lease, state="unknown", trouble=f"{outcome.reason} {LOST}", answer=outcome.answer)
        return 0.0
    if isinstance(outcome, Unsent) and (now - record.confirmed_at) / 1000 > UNSENT_S:
        _never_sent(context, lease, outcome.reason, "Generate it again when the network is back.")
        return None
    memory.failures += 1
    wait = back_off(memory.failures)
    if isinstance(outcome, Throttled):
        wanted = PATIENCE_S if outcome.retry_after is None else outcome.retry_after
        wait = patience(memory.failures, local=record.local, wanted=wanted)
        held = context.store.sent_back(record, context.limits(record.service), wait)
        places = "" if held.at_once is None else f" and {held.at_once:,} run at once"
        words = (
            "The account takes no more at the moment (429); it will be sent as soon as there is room. Not charged. "
            f"From now on {held.a_minute:,} a minute are sent{places}, and slowly more again."
        )
    else:
        words = f"{outcome.reason} Nothing was sent yet; it is tried again for two minutes."
    change(lease, state="intent", trouble=words)
    return wait


def adopt(context: StepContext, lease: Lease, prediction: str, address: str | None, answer: str | None) -> None:
    """Write down which task is the take's."""
    # One write: an id that this process knows and the disk does not is an id that can be lost.
    context.store.change(
        lease,
        state="accepted",
        prediction=prediction,
        address=address,
        accepted_at=now_ms(),
        trouble="",
        candidates="",
        **({"answer": answer} if answer is not None else {}),
    )


def _never_sent(context: StepContext, lease: Lease, reason: str, advice: str) -> None:
    words = f"{reason} Nothing was sent, nothing was charged. {advice}"
    context.store.change(lease, state="rejected", trouble=words, settled=True, finished_at=now_ms())
