"""A copy of a damaged library that holds what can be read of it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .. import paths, permissions
from ..errors import LibraryError
from ..filenames import as_path
from ..settings import library_folder
from ..store.layout import DATABASE
from ..store.rescue import rescue as rescue_rows
from ..store.search_index import FILE


@dataclass(frozen=True)
class Rescued:
    """What a rescue brought over.

    Attributes
    ----------
    folder
        The new library's folder.
    takes, files
        How many takes and files are in it.
    lost
        What could not be read, a sentence each; empty where all could.
    """

    folder: Path
    takes: int
    files: int
    lost: tuple[str, ...]

    def __str__(self) -> str:
        summary = (
            f"{self.takes:,} takes and {self.files:,} files are in {str(self.folder)!r}. The old library is as it was."
        )
        return "\n".join((summary, *(self.lost or ("Nothing is missing.",))))


def rescue(folder: str | os.PathLike[str], to: str | os.PathLike[str]) -> Rescued:
    """Copy what can be read; see ``Library.rescue``."""
    source, target = library_folder(folder), as_path(to).absolute()
    if not source.is_dir():
        raise LibraryError(f"There is no library in {str(source)!r}. Nothing was written.")
    inside = target.resolve().is_relative_to(source.resolve())
    if inside or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        where = "lies in the library itself" if inside else "is there already, and is not empty"
        raise LibraryError(f"{str(target)!r} {where}. Nothing was written. Name a new folder.")
    try:
        permissions.make_library(target)
        saved = rescue_rows(paths.own(source, DATABASE), target)
        files, left = _copy(source, target)
    except OSError as error:
        raise LibraryError(
            f"The rescue could not be finished ({error.strerror or error}). The old library is as it was; what was "
            f"brought over so far lies in {str(target)!r}."
        ) from error
    return Rescued(target, saved.takes, files, (*saved.lost, *left))


def _copy(source: Path, target: Path) -> tuple[int, list[str]]:
    """Copy a library's files, but for its database; gives how many, and in words what was left."""
    count, left = 0, []
    # Beside the new database it would read those of the old one, whose search index is none of the new one's.
    database_files = {name + ending for name in (DATABASE, FILE) for ending in ("", "-journal", "-wal", "-shm")}
    for at, folders, names in os.walk(source, onerror=lambda error: left.append(f"{error.filename} can't be read.")):
        here = Path(at)
        if here != source:
            permissions.make_folder(target / here.relative_to(source))
        for name in [name for name in folders if (here / name).is_symlink()]:
            folders.remove(name)
            left.append(f"{name} is a link, and was left.")
        for name in names:
            path, place = here / name, target / here.relative_to(source) / name
            if (here == source and name in database_files) or name.endswith(".part"):
                continue
            if path.is_symlink() or not path.is_file():
                left.append(f"{path.relative_to(source).as_posix()} is a link or no file, and was left.")
                continue
            try:
                shutil.copyfile(path, place)
            except OSError as error:
                left.append(f"{path.relative_to(source).as_posix()} can't be copied ({error.strerror or error}).")
                continue
            shutil.copystat(path, place)
            permissions.follow(place)
            count += 1
    return count, left
