"""A person's own templates: one plain file in the library's folder, to edit, copy and share.

The file is theirs: entries that this package does not understand stay, and a file that can't be read is never
overwritten.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import atomic_write, paths, permissions
from ...errors import LibraryError
from .templates import Template

FILE = "templates.json"
"""The file's name. It holds a list of ``{"name": …, "kind": …, "text": …}``, like the built-in one."""

MOST_BYTES = 1_000_000
"""The largest file that is read: some 400 of the longest templates. Nobody writes a larger one by hand."""


@dataclass(frozen=True)
class Own:
    """A person's own templates.

    Attributes
    ----------
    templates
        Those that can be read, in the file's order.
    problem
        What can't be read and what to do about it; empty if all can.
    """

    templates: tuple[Template, ...] = ()
    problem: str = ""


def own(folder: Path) -> Own:
    """Read a person's own templates. Never raises: the built-in ones work whatever the file holds."""
    try:
        entries = _read(paths.own(folder, FILE))
    except LibraryError as error:
        return Own(problem=str(error))
    found: dict[str, Template] = {}
    missed = 0
    for entry in entries:
        try:
            template = Template.read(entry)
        except LibraryError:
            missed += 1
        else:
            found.setdefault(template.name, template)
    return Own(tuple(found.values()), _missed(missed, paths.own(folder, FILE)))


def save(folder: Path, template: Template) -> None:
    """Save a template; one of the same name is replaced in place.

    Raises
    ------
    LibraryError
        If the file can't be read, which then stays as it is, or can't be written.
    """
    path = paths.own(folder, FILE)
    entries, entry = _read(path), vars(template)
    places = [at for at, existing in enumerate(entries) if _named(existing, template.name)]
    if places:
        entries[places[0]] = {**entries[places[0]], **entry}
    else:
        entries.append(dict(entry))
    _write(path, entries)


def remove(folder: Path, name: str) -> None:
    """Remove a template of that name from the file, if there is one. Raises as ``save`` does."""
    path = paths.own(folder, FILE)
    entries = _read(path)
    kept = [entry for entry in entries if not _named(entry, name)]
    if len(kept) < len(entries):
        _write(path, kept)


def _named(entry: object, name: str) -> bool:
    return isinstance(entry, dict) and entry.get("name") == name


def _missed(count: int, path: Path) -> str:
    if not count:
        return ""
    them = "One template" if count == 1 else f"{count} templates"
    return f"{them} in {path} can't be read: each needs a name, a kind and a text. They are left as they stand."


def _read(path: Path) -> list[Any]:
    """Return the file's entries unchecked; an empty list without a file."""
    rest = "The built-in templates are here, and the file is left as it is: mend it, or move it away."
    try:
        if not path.exists():
            return []
        if not path.is_file():  # reading from a pipe would never end
            raise LibraryError(f"{path} is no file. {rest}")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LibraryError(f"{path} can't be read ({error.strerror or error}). {rest}") from error
    if len(content) > MOST_BYTES:
        raise LibraryError(f"{path} has more than {MOST_BYTES:,} bytes, so it was not read. {rest}")
    try:
        entries = json.loads(content.decode("utf-8-sig"))  # some editors write a byte order mark
    except (ValueError, RecursionError) as error:
        raise LibraryError(f"{path} holds no JSON that can be read ({error}). {rest}") from error
    if not isinstance(entries, list):
        raise LibraryError(f"{path} should hold a list of templates. {rest}")
    return entries


def _write(path: Path, entries: list[Any]) -> None:
    """Write the file atomically: a reader sees the old one or the new one."""
    text = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
    # A lone surrogate, in an entry that is not ours to repair, can only be written escaped.
    text = re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)
    if len(content := text.encode()) > MOST_BYTES:
        raise LibraryError(
            f"{path} would grow past {MOST_BYTES:,} bytes, so nothing was saved. Remove a template first."
        )
    try:
        permissions.make_library(path.parent)
        path = path.resolve()  # a link to another file of the library stays a link
        atomic_write.write(path, content)
    except OSError as error:
        raise LibraryError(
            f"{path} can't be written ({error.strerror or error}), so nothing was saved. Nothing was charged."
        ) from error
