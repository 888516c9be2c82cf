"""Many takes at once: which of a history's are marked, and what is done with all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import traitlets as t

from ...errors import BadValue, KlingError, LibraryError
from ...library.annotations import checked
from ...store import Record
from ..base.ids import MOST, Ids
from ..base.live_updates import LibraryFollower
from ..base.widget import Answer, Buffers, Command

_AT_ONCE = 25  # takes that are written in one go on the engine's thread, which has other work

Change = Callable[[Record], Mapping[str, Any]]
"""What is written about a take, from what is known of it."""


class BulkWork(LibraryFollower):
    """The part of a history that works with many takes at once. What it wrote it says in ``notice``."""

    bulk_commands: ClassVar[Mapping[str, str]] = {
        "rate": "_rate",
        "tag": "_tag",
        "untag": "_untag",
        "compare": "_compare",
    }

    marked = Ids(most=None, help="The takes that are marked to be worked with, by id, in order.").tag(sync=True)
    notice: t.Dict[str, str] = t.Dict(help="What became of the last work with them: `text` and `tone`.").tag(sync=True)

    def _select(self, takes: tuple[str, ...]) -> None:
        raise NotImplementedError

    # What the page asks. It names the takes: what is marked may have changed since the click.

    def _rate(self, command: Command, _buffers: Buffers) -> Answer:
        rating = checked({"rating": command.get("rating")})["rating"]
        stars = f"{rating} star{'' if rating == 1 else 's'}" if rating else "no stars"
        return self._write(_takes(command), lambda _record: {"rating": rating}, f"{{}} now {{has}} {stars}.")

    def _tag(self, command: Command, _buffers: Buffers) -> Answer:
        tag = _one_tag(command)
        return self._write(
            _takes(command),
            lambda record: {"tags": record.tags if tag in record.tags else (*record.tags, tag)},
            f"{{}} now {{has}} #{_literal(tag)}.",
        )

    def _untag(self, command: Command, _buffers: Buffers) -> Answer:
        tag = _one_tag(command)
        return self._write(
            _takes(command),
            lambda record: {"tags": tuple(one for one in record.tags if one != tag)},
            f"{{}} {{has}} #{_literal(tag)} no more.",
        )

    def _compare(self, command: Command, _buffers: Buffers) -> Answer:
        takes = tuple(_takes(command))
        if len(takes) > MOST:
            raise LibraryError(f"The screen shows at most {MOST} takes, and {len(takes)} are selected. Select fewer.")
        for take in takes:
            self.library._gateway.record(take)  # an unknown one is refused here, in words
        self._select(takes)
        return {}

    def _write(self, takes: Sequence[str], change: Change, words: str) -> Answer:
        """Write about takes on the engine's thread, and then say what became of it."""
        gateway, problems = self.library._gateway, list[str]()

        def run(rest: Sequence[str]) -> None:
            for take in rest[:_AT_ONCE]:
                try:
                    gateway.annotate(take, **change(gateway.record(take)))
                except KlingError as error:
                    problems.append(str(error))
            if rest := rest[_AT_ONCE:]:
                gateway.engine.soon(lambda: run(rest))
            else:
                self.notice = _outcome(len(takes), problems, words)

        gateway.engine.soon(lambda: run(takes))
        return {}


def _outcome(count: int, problems: Sequence[str], words: str) -> dict[str, str]:
    """Say what became of takes, some of which could not be written about."""
    written = count - len(problems)
    number = f"{written:,} take{'' if written == 1 else 's'}"
    text = words.format(number, has="has" if written == 1 else "have") if written else ""
    if not problems:
        return {"text": text, "tone": "ok"}
    other = "1 was" if len(problems) == 1 else f"{len(problems):,} were"
    return {"text": f"{text} {other} not changed: {problems[0]}".strip(), "tone": "bad"}


def _takes(command: Command) -> list[str]:
    takes = command.get("takes")
    if not isinstance(takes, list) or not takes or not all(isinstance(take, str) for take in takes):
        raise LibraryError("No take is selected. Nothing was changed.")
    return list(dict.fromkeys(takes))


def _one_tag(command: Command) -> str:
    tags = checked({"tags": [command.get("tag")]})["tags"]
    if not tags:
        raise BadValue("A tag is a word. Nothing was changed.")
    return str(tags[0])


def _literal(text: str) -> str:
    """Return a text as ``str.format`` leaves it."""
    return text.replace("{", "{{").replace("}", "}}")
