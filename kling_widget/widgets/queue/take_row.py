"""A take in one line: what a queue and a cell's output say of it, as plain values that any page can show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypedDict

from ...request.money import dollars
from ...request.states import UNCERTAIN

if TYPE_CHECKING:
    from ...engine.polling import Progress
    from ...store.record import Record

Tone = Literal["wait", "run", "done", "bad", "ask", "off"]
"""How a row is drawn: a grey bar, a coloured bar, a full bar, red words, amber words, grey words."""

_TITLE = 140  # characters; a row has one line, and the page cuts what does not fit


class Choice(TypedDict):
    """A task of the service that a take in doubt could be: its id, and what is known of it."""

    prediction: str
    words: str


class Row(TypedDict):
    """One take, for a page.

    ``fraction`` is 0 to 1; ``status`` stands where the bar was once there is nothing to wait for; ``actions``
    are the commands that the row offers; ``asks`` is set where a person must say which of the service's tasks is
    theirs, and ``choices`` are those that it could be, as far as the service's list could be read.
    """

    id: str
    title: str
    tone: Tone
    fraction: float
    status: str
    words: str
    actions: list[str]
    asks: bool
    choices: list[Choice]


def row(
    record: Record,
    progress: Progress,
    actions: Sequence[str] = (),
    *,
    waits: str = "",
    choices: Sequence[Choice] = (),
) -> Row:
    """Say in one line how a take is doing.

    Parameters
    ----------
    record
        The take.
    progress
        How far it is, as the engine tells.
    actions
        What may be done with it from here.
    waits
        Why it has not been sent yet, where that is worth words.
    choices
        The tasks that it could be, where a person must say.
    """
    return Row(
        id=record.id,
        title=title(record.words),
        tone=tone(record, progress),
        fraction=round(progress.fraction, 3),
        status=outcome(record),
        words=sentence(record, progress, waits),
        actions=list(actions),
        asks=record.state == "needs_you",
        choices=list(choices),
    )


def title(words: str) -> str:
    """The prompt's beginning, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1].rstrip() + "…"


def tone(record: Record, progress: Progress) -> Tone:
    """How its row is drawn."""
    if record.state == "completed":
        return "done"
    if record.state in UNCERTAIN or record.state == "unverified":
        return "ask"
    if withdrawn(record):
        return "off"
    if record.final:
        return "bad"
    return "run" if progress.phase in ("rendering", "downloading") else "wait"


def withdrawn(record: Record) -> bool:
    """Whether a person took it back before it was sent."""
    return record.state == "cancelled" and record.prediction is None


def outcome(record: Record) -> str:
    """What became of it, with what it means for the money; empty while it is under way."""
    if record.state == "completed":
        return "Done"
    if record.state in UNCERTAIN:
        doubt = "Needs you" if record.state == "needs_you" else "Outcome unknown"
        return doubt if record.practice else f"{doubt}; may cost {dollars(record.estimate)}"
    if not record.final:
        return ""
    if withdrawn(record):
        return "Stopped, not charged"
    if record.state == "unverified":
        return f"Made for {dollars(record.cost)}; no whole clip came"
    if record.state == "expired":
        return f"Made for {dollars(record.cost)}, no longer kept"
    if record.practice or record.state in ("rejected", "not_created"):
        return "Not made, not charged"
    if record.charge is None:
        return "Not made; a charge comes back"
    return "Not made, refunded" if record.cost == 0 else f"Not made; {dollars(record.cost)} to come back"


def sentence(record: Record, progress: Progress, waits: str = "") -> str:
    """How it goes, in a sentence or two."""
    if record.state == "needs_you" and record.submitted_at is not None:
        return f"{record.trouble} It was sent at {time_of_day(record.submitted_at)}."
    if record.trouble or waits:
        return record.trouble or waits
    if record.state == "completed":
        return f"Made in {clock(progress.elapsed)}."
    if record.state in UNCERTAIN:
        return "The answer to the submit was lost. The service is being asked; nothing is sent again."
    if record.final:
        return "The service ended it without a clip."
    phase = {
        "sending": "Sending",
        "queued": "Waiting for its turn",
        "rendering": "Rendering",
        "downloading": "Made; its file is on the way",
    }.get(progress.phase, "Under way")
    so_far = f"{phase}, {clock(progress.elapsed)} so far."
    if progress.phase == "downloading" or progress.low is None or progress.high is None:
        return so_far
    takes = f"{progress.takes:,} take" + ("" if progress.takes == 1 else "s")
    resting = f" ({takes})" if progress.takes else ""
    if progress.late:
        return f"{so_far} Longer than most takes like this{resting}. It goes on, perhaps until {clock(progress.high)}."
    return f"{so_far} Takes like this need {span(progress.low, progress.high)}{resting}."


def time_of_day(at: int) -> str:
    """A moment (milliseconds since the epoch) on the person's clock: ``14:03:12``."""
    return f"{datetime.fromtimestamp(at / 1000).astimezone():%H:%M:%S}"


def span(low: float, high: float) -> str:
    """Two times in seconds as a range: ``1:40 to 2:20``; one time where both read the same."""
    first, last = clock(low), clock(high)
    return f"about {first}" if first == last else f"{first} to {last}"


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, ``1:05``; with hours where there are any, ``1:02:05``."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
