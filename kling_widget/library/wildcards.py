"""Wildcards: files of lines in a library's folder, which templates of sweeps call by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from .. import paths
from ..errors import BadValue

_ENDING = ".txt"
_MOST = 2_000_000  # bytes


class Wildcards(Mapping[str, tuple[str, ...]]):
    """The wildcards of a library, by name: the lines of ``wildcards/colour.txt`` are ``colour``, in UTF-8.

    Blank lines, and those that begin with ``#``, are left out; so are blanks at both ends of a line.

    Parameters
    ----------
    folder
        The library's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> tuple[str, ...]:
        """The lines of a wildcard, read once. Raises ``BadValue`` for a file that is no text, or is too long."""
        if name not in self._read:
            path = paths.existing(self._folder, f"wildcards/{name}{_ENDING}", "wildcards")
            if path is None:
                raise KeyError(name)
            self._read[name] = _lines(path, name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        for name in paths.listed(self._folder, "wildcards"):
            if name.endswith(_ENDING):
                yield name.partition("/")[2].removesuffix(_ENDING)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _lines(path: Path, name: str) -> tuple[str, ...]:
    try:
        if path.stat().st_size > _MOST:
            raise BadValue(f"The wildcard {name} is longer than {_MOST // 1_000_000} MB. Nothing was sent.")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror or error
        raise BadValue(f"The wildcard {name} can't be read ({reason}). Nothing was sent.") from None
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
