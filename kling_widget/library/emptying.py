"""Emptying the bin: the files of takes that a person gave up are removed, and no others.

What is given up is written down first, and forgotten last: whoever is interrupted between the two leaves rows that say
what is still to be removed, and the next to open the library, or to empty its bin, goes on.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .. import paths
from ..errors import LibraryError
from ..store import Record
from .exported_names import stem, stem_of

if TYPE_CHECKING:  # it brings SQLAlchemy, which a page need not wait for
    from ..store import Store

log = logging.getLogger(__name__)


def empty(store: Store, folder: Path) -> int:
    """Remove the files of the takes in the bin; returns how many bytes were freed.

    Raises
    ------
    LibraryError
        If files may not be removed from there: all of it is still in the bin. Or if some could not be, when others
        were: what is left is tried again the next time.
    """
    found = store.bin.takes()
    exports = _exports(folder)
    for record in found:
        for path in _files(folder, record, exports, ()):
            if not os.access(path.parent, os.W_OK):
                raise LibraryError(
                    f"Files can't be removed from {str(path.parent)!r}: it may not be written to. All of it is still "
                    "in the bin, and nothing was changed. Let this account write there, and empty the bin again."
                )
    if found:
        store.bin.give_up(record.id for record in found)
    return _remove(store, folder)


def go_on(store: Store, folder: Path) -> None:
    """Finish an emptying that was cut short, as far as that can be."""
    try:
        _remove(store, folder)
    except LibraryError as error:
        log.warning("%s", error)


def _remove(store: Store, folder: Path) -> int:
    found = store.bin.given_up()
    if not found:
        return 0
    in_use, exports = store.bin.names_in_use(), _exports(folder)
    freed, gone, left = 0, [], []
    for record in found:
        try:
            for path in _files(folder, record, exports, in_use):
                freed += _unlink(path)
            gone.append(record.id)
        except OSError as error:
            left.append(f"{record.file or record.id}: {error.strerror or error}")
    if gone:
        store.bin.forget_files(gone)
    if left:
        raise LibraryError(
            f"The files of {len(left)} of {len(found)} takes could not be removed ({left[0]}). The others are gone; "
            "what the takes cost is as it was. Close what has them open, or let this account write there, and call "
            "library.empty_bin() again: it goes on."
        )
    return freed


def _files(
    folder: Path, record: Record, exports: Mapping[str, Collection[str]], in_use: Collection[str]
) -> Iterator[Path]:
    """Give the files of a take that are there, but for those in use by others."""
    named: list[tuple[str | None, paths.Place]] = [
        (record.file, "takes"),
        (record.poster, "posters"),
        (record.kept, "kept"),
        (f"strips/{record.id}.jpg", "strips"),
        *((name, "exports") for name in exports.get(stem(record), ())),
    ]
    for name, place in named:
        if name is None or paths.alike(name) in in_use:
            continue
        if path := paths.existing(folder, name, place):
            yield path


def _exports(folder: Path) -> dict[str, list[str]]:
    """Return the files that were exported of single takes, by how their names begin."""
    found: dict[str, list[str]] = {}
    for name in paths.listed(folder, "exports"):
        if begins := stem_of(name.partition("/")[2]):
            found.setdefault(begins, []).append(name)
    return found


def _unlink(path: Path) -> int:
    """Remove a file; returns the bytes that this freed. Raises ``OSError``."""
    with contextlib.suppress(FileNotFoundError):  # another kernel was quicker
        about = path.lstat()
        path.unlink()
        return about.st_size if about.st_nlink == 1 else 0
    return 0
