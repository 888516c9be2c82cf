"""The one way from a name to a file of a library.

Rows, messages, clips and pages come from outside: a library may be a stranger's. What they name is a file in one folder
of the library, or no file at all. Nothing else in the package joins a library's folder with a name.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from pathlib import Path
from typing import Literal

from . import permissions
from .errors import LibraryError

Place = Literal["takes", "posters", "strips", "media", "exports", "practice", "kept", "wildcards"]
"""A folder of a library, by what lies in it."""

_PORTS = (f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³")
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", "conin$", "conout$", *_PORTS)
)  # Windows opens these instead of a file
_UNSEEN = frozenset(("Cc", "Cs", "Zl", "Zp"))  # control characters, halves of pairs, ends of lines
_MEANING = frozenset('/\\:*?"<>|')  # folders, drives, streams and patterns


def is_plain(name: object) -> bool:
    """Whether a name is that of a file in the folder that it is looked up in, on every system."""
    return (
        isinstance(name, str)
        and 0 < len(name) <= 255
        and not any(unicodedata.category(character) in _UNSEEN for character in name)
        and not _MEANING.intersection(name)
        and not name.startswith((".", " "))
        and not name.endswith((".", " "))
        and name.partition(".")[0].rstrip().lower() not in _DEVICES
    )


def found(library: Path, name: object, place: Place) -> Path | None:
    """Return where the file lies that a row names, such as ``"posters/t0.jpg"``; None where it may not be touched.

    Parameters
    ----------
    library
        The library's folder.
    name
        What the row says: a path from the library's folder.
    place
        The only folder of the library in which such a file lies.

    Returns
    -------
    pathlib.Path or None
        A file, or a place where there is none. None for what lies elsewhere, also by a link, and for what is no file.
    """
    if not isinstance(name, str):
        return None
    first, _, leaf = name.partition("/")
    return _checked(library / place / leaf, library, place) if first == place and is_plain(leaf) else None


def existing(library: Path, name: object, place: Place) -> Path | None:
    """Return where the file lies that a row names, and None where there is none: otherwise as `found`."""
    path = found(library, name, place)
    return path if path is not None and path.is_file() else None


def listed(library: Path, place: Place) -> list[str]:
    """Return what rows call the files that lie in a folder of the library, in the order of their names."""
    try:
        names = sorted(found.name for found in (library / place).iterdir())
    except OSError:
        return []
    return [name for leaf in names if existing(library, name := f"{place}/{leaf}", place)]


def own(library: Path, leaf: str) -> Path:
    """Return the place of a file that lies in the library's folder itself.

    Raises
    ------
    LibraryError
        If a link there leads out of the library.
    """
    path = library / leaf
    if path.is_symlink() and not _within(path, library):
        raise _leads_outside(path)
    return path


def folder(library: Path, place: Place) -> Path:
    """Return a folder of the library; made where it is missing.

    Raises
    ------
    LibraryError
        If a link there leads out of the library.
    OSError
        If it can't be made, or something else stands there.
    """
    path = library / place
    permissions.make_folder(path)
    if path.is_symlink() and path.resolve() != library.resolve() / place:
        raise _leads_outside(path)
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    return path


def new(library: Path, place: Place, leaf: str) -> Path:
    """Return the place of a file that is about to be written. A link that stands there is removed, and leads nowhere.

    Raises
    ------
    LibraryError, OSError
        As `folder` does; the former also for a name that is no plain one.
    """
    if not is_plain(leaf):
        raise LibraryError(f"{leaf!r} is no name for a file in a library. Nothing was written.")
    path = folder(library, place) / leaf
    if path.is_symlink():
        path.unlink()
    return path


def holds_clips(library: Path) -> bool:
    """Tell whether anything lies where a library's clips do."""
    try:
        return any((library / "takes").iterdir())
    except OSError:
        return False


def named(library: Path, path: Path) -> str:
    """Return the name by which a row calls a file of the library."""
    return path.relative_to(library).as_posix()


def alike(name: str) -> str:
    """Return a key that is equal for names by which one file may be found on some system."""
    return unicodedata.normalize("NFC", name).casefold()


def _checked(path: Path, library: Path, place: Place) -> Path | None:
    try:
        if not _within(path, library / place, library.resolve() / place):
            return None
        return path if stat.S_ISREG(path.stat().st_mode) else None
    except FileNotFoundError:
        return path
    except (OSError, ValueError):  # a name that the file system does not take, or a folder that may not be entered
        return None


def _within(path: Path, folder: Path, home: Path | None = None) -> bool:
    try:
        return path.resolve().is_relative_to(home or folder.resolve())
    except (OSError, RuntimeError, ValueError):  # links that lead in a circle
        return False


def _leads_outside(path: Path) -> LibraryError:
    return LibraryError(
        f"{str(path)!r} is a link that leads out of the library, so nothing was read from there or written there, and "
        "nothing was sent. Put the files themselves there, or move the link away."
    )
