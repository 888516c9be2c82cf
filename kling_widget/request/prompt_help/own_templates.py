"""A person's own templates: one plain file in the library's folder, to be edited, copied and shared.

The file is theirs: what this package does not understand in it is left as it stands, and a file that can't be read is
never written over.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import paths, permissions
from ...errors import LibraryError
from .templates import Template

FILE = "templates.json"
"""The file's name. It holds a list of ``{"name": …, "kind": …, "text": …}``, as the built-in one does."""

MOST_BYTES = 1_000_000
"""How much of a file is read: some 400 of the longest templates. A larger one was not written by hand."""


@dataclass(frozen=True)
class Own:
    """A person's own templates.

    Attributes
    ----------
    templates
        Those that can be read, in the file's order.
    trouble
        What could not be read and what to do about it; empty if all could.
    """

    templates: tuple[Template, ...] = ()
    trouble: str = ""


def own(folder: Path) -> Own:
    """Read a person's own templates. Never raises: the built-in ones stay, whatever became of the file."""
    try:
        entries = _read(paths.own(folder, FILE))
    except LibraryError as error:
        return Own(trouble=str(error))
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
    """Keep a template; one of the same name is replaced where it stands.

    Raises
    ------
    LibraryError
        If the file can't be read, which is then left alone, or can't be written.
    """
    path = paths.own(folder, FILE)
    entries, entry = _read(path), vars(template)
    places = [at for at, known in enumerate(entries) if _named(known, template.name)]
    if places:
        entries[places[0]] = {**entries[places[0]], **entry}
    else:
        entries.append(dict(entry))
    _write(path, entries)


def remove(folder: Path, name: str) -> None:
    """Take a template of that name out of the file; nothing happens where there is none. Raises as `save` does."""
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
    """The file's entries as they stand; none where there is no file."""
    rest = "The built-in templates are here, and the file is left as it is: mend it, or move it away."
    try:
        if not path.exists():
            return []
        if not path.is_file():  # reading from a pipe would wait for ever
            raise LibraryError(f"{path} is no file. {rest}")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LibraryError(f"{path} can't be read ({error.strerror or error}). {rest}") from error
    if len(content) > MOST_BYTES:
        raise LibraryError(f"{path} has more than {MOST_BYTES:,} bytes, so it was not read. {rest}")
    try:
        entries = json.loads(content.decode("utf-8-sig"))  # some editors begin a file with a mark
    except (ValueError, RecursionError) as error:
        raise LibraryError(f"{path} holds no JSON that can be read ({error}). {rest}") from error
    if not isinstance(entries, list):
        raise LibraryError(f"{path} should hold a list of templates. {rest}")
    return entries


def _write(path: Path, entries: list[Any]) -> None:
    """Write the file whole: whoever reads it meanwhile sees the old one or the new one."""
    text = json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
    # Half of a pair, in an entry that is not ours to mend, can be written as its escape only.
    text = re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)
    if len(content := text.encode()) > MOST_BYTES:
        raise LibraryError(
            f"{path} would grow past {MOST_BYTES:,} bytes, so nothing was saved. Remove a template first."
        )
    try:
        permissions.make_library(path.parent)
        path = path.resolve()  # a link to another file of the library stays a link
        # Not by tempfile, whose files are for one person only: this one is as open as its folder.
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(permissions.create(beside), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise LibraryError(
            f"{path} can't be written ({error.strerror or error}), so nothing was saved. Nothing was charged."
        ) from error
