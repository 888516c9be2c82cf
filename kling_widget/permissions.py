"""Who may read a library's files: its owner alone, unless the person shares the folder.

A new library is for its owner only. In a folder that others may enter, which is the person's choice, new files and
folders are as open as the folder that they lie in. Where a system has no such permissions, nothing happens.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_OWNER_ONLY = 0o700
_POSIX = os.name == "posix"


def make_library(folder: Path) -> None:
    """Make a library's folder for its owner only; one that is there stays as it is. Raises ``OSError``."""
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=_OWNER_ONLY, exist_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder inside a library, as open as the one that it lies in. Raises ``OSError``."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=_OWNER_ONLY)
        follow(folder)


def create(path: Path) -> int:
    """Create a file that was not there, and give its descriptor, open for reading and writing. Raises ``OSError``."""
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)  # never wider than it is to be, not for a moment
    follow(path)
    return descriptor


def follow(path: Path, folder: Path | None = None) -> None:
    """Make a file or a folder as open as the folder that it lies in, or is about to lie in."""
    if not _POSIX or path.is_symlink():
        return
    with contextlib.suppress(OSError):  # some file systems keep no permissions
        bits = (folder or path.parent).stat().st_mode & 0o777
        path.chmod(bits if path.is_dir() else bits & 0o666)


def umask(folder: Path) -> int:
    """The file mode creation mask with which a process of ours works in a folder; -1 for the one that it has."""
    if not _POSIX:
        return -1
    try:
        return 0o777 & ~folder.stat().st_mode
    except OSError:
        return 0o777 & ~_OWNER_ONLY
