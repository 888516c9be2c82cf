"""Files that came and are no clip: how often they are fetched again, and when what came is kept as it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ..media.mp4.boxes import TOP_LEVEL
from ..media.mp4.file_kinds import Foreign, recognise

EQUAL, PASSING, IN_ALL = 3, 6, 20
"""How often a file may come before it is fetched no more: the same one; the same of what hosts say for a while only (a
page, nothing, a file that is cut off); any."""

IN_VAIN = 1 << 30
"""Bytes after which nothing more is fetched in vain."""

_WORDS = (
    "The service made this take and charged for it, but what it gives is no clip that can be vouched for. {why} "
    "It was fetched {times}, and is fetched no more by itself. {kept} take.fetch_again() tries once more; the service "
    "keeps clips for seven days. If it is of no use, ask the service for a refund."
)
_KEPT = (
    "What came is kept as it is, as {name} in the library: take.kept is its path, and take.accept_as_is() makes it the "
    "clip."
)


@dataclass(frozen=True)
class RefusedFile:
    """A file that came and was refused.

    Attributes
    ----------
    sha256, size
        Of what came; the size in bytes.
    why
        Why it was refused, in a sentence.
    cut
        Whether it ended before its time; another try may bring more.
    whole
        Whether what is here is all that came: False where reading was given up.
    head
        Its first bytes.
    """

    sha256: str
    size: int
    why: str
    cut: bool = False
    whole: bool = True
    head: bytes = field(default=b"", repr=False)

    @property
    def foreign(self) -> Foreign | None:
        """What it is, where it is known and no MP4."""
        return None if self.head[4:8] in TOP_LEVEL else recognise(self.head)

    @property
    def passing(self) -> bool:
        """Whether it looks like what a host says for a while: a page, nothing, or a part of the file."""
        return self.cut or (self.foreign is not None and self.foreign.is_text)

    @property
    def suffix(self) -> str:
        """The end of the name under which it is kept."""
        if self.head[4:8] in TOP_LEVEL:
            return ".mp4"
        return self.foreign.suffix if self.foreign else ".bin"


class Tries:
    """What was fetched of a take in vain, in this process.

    Attributes
    ----------
    last
        What came last.
    over
        Whether nothing more is to be fetched.
    kept
        Where what came last was put.
    """

    def __init__(self) -> None:
        self.last: RefusedFile | None = None
        self.over = False
        self.kept: Path | None = None
        self._alike: Counter[object] = Counter()
        self._count = self._bytes = self._farthest = 0

    def add(self, found: RefusedFile) -> None:
        """Note what came: the same hash, or the same refusal of as many bytes, is the same file.

        What is cut off farther on than before is gone on with, and not in vain.
        """
        self.last = found
        if found.cut and found.size > self._farthest:
            self._farthest = found.size
            return
        self._count += not found.cut
        self._bytes += found.size
        self._alike.update((found.sha256, (found.why, found.size)))
        most = PASSING if found.passing else EQUAL
        self.over = self._equal(found) >= most or self._count >= IN_ALL or self._bytes > IN_VAIN

    def words(self, kept: str | None) -> str:
        """What a person is told where it is over; ``kept`` is the name in the library of what came."""
        assert self.last is not None
        equal, count = self._equal(self.last), max(self._count, self._equal(self.last))
        times = f"{count} times" if count > 1 else "once"
        if equal == count > 1:
            times += ", the same each time"
        kept_line = _KEPT.format(name=kept) if kept else "Nothing of it was kept."
        return _WORDS.format(why=self.last.why, times=times, kept=kept_line)

    def _equal(self, found: RefusedFile) -> int:
        return max(self._alike[found.sha256], self._alike[(found.why, found.size)])
