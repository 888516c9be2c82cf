"""A take as the screen shows it: plain values, and the words that stand under a clip."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import quote

from ...library.exported_names import file_name as file_name
from ...library.story import SIMULATED as SIMULATED
from ...request.catalog import O3_PRO, bundled
from ...request.money import dollars
from ..queue.rows import row_of
from ..queue.take_row import Row

if TYPE_CHECKING:
    from ...library import Library
    from ...store import Record


class Clip(TypedDict):
    """One take, for a page.

    ``file`` names the content of its file (its hash) and is empty while there is none; ``beside`` is its address from
    where the notebook is, empty where it is elsewhere; ``name`` is what the file is called when a person saves it;
    ``row`` says how the take goes, and is None once the clip is here.
    """

    id: str
    prompt: str
    settings: str
    note: str
    sound: bool
    width: int | None
    height: int | None
    seconds: int
    file: str
    beside: str
    name: str
    rating: int | None
    tags: list[str]
    row: Row | None


def clip(record: Record, *, row: Row | None, beside: str = "") -> Clip:
    """Say what the screen shows of a take."""
    here = record.state == "completed" and record.file is not None
    return Clip(
        id=record.id,
        prompt=record.words,
        settings=settings(record),
        note="" if not here else SIMULATED if record.practice else record.trouble,
        sound=value(record, "sound") is True,
        width=record.width,
        height=record.height,
        seconds=record.seconds,
        file=(record.sha256 or record.id) if here else "",
        beside=beside if here else "",
        name=file_name(record),
        rating=record.rating,
        tags=list(record.tags),
        row=None if here else row,
    )


def clip_of(library: Library, record: Record) -> Clip:
    """Say what the screen shows of a take of this library: its file as the notebook finds it, or how it goes."""
    path = library._gateway.path(record)
    here = record.state == "completed" and path is not None
    return clip(
        record,
        row=None if here else row_of(library, record),
        beside=beside(path, notebook_folder()) if path else "",
    )


def settings(record: Record) -> str:
    """What was asked for and what it cost, in one line: ``5 s · 16:9 · sound · $0.70``."""
    facts = [f"{record.seconds} s"]
    if ratio := value(record, "aspect_ratio"):
        facts.append(str(ratio))
    if value(record, "sound") is True:
        facts.append("sound")
    if record.model != O3_PRO:
        model = bundled().get(record.model)
        facts.insert(0, model.name if model else record.model)
    if record.cost or record.may_cost:
        facts.append(cost(record))
    return " · ".join(facts)


def cost(record: Record) -> str:
    """What the take cost: ``$0.56``; ``about $0.56`` while only the estimate is known; ``$0.56 play money``."""
    if record.practice:
        return f"{dollars(record.cost)} play money"
    settled = record.charge is not None or not record.may_cost
    return dollars(record.cost) if settled else f"about {dollars(record.cost)}"


def value(record: Record, name: str) -> Any:
    """An input as it took effect: what was set, else the model's default."""
    model = bundled().get(record.model)
    inputs: Mapping[str, Any] = record.inputs
    return inputs.get(name, model.default(name) if model else None)


def notebook_folder() -> Path:
    """Where the notebook lies: as the server told the kernel, else where the kernel works."""
    # Jupyter Server 2 gives a kernel the notebook's path; the working folder is the same until somebody changes it.
    notebook = Path(os.environ.get("JPY_SESSION_NAME", ""))
    lies_there = notebook.suffix == ".ipynb" and notebook.parent.is_dir() and notebook.is_absolute()
    return notebook.parent if lies_there else Path.cwd()


def beside(path: Path, base: Path) -> str:
    """The address of a file from a folder, as a notebook in that folder names it; empty where it lies outside of it."""
    try:
        steps = Path(os.path.relpath(path.resolve(), base.resolve())).parts
    except ValueError:  # another drive
        return ""
    return "" if ".." in steps else "/".join(map(quote, steps))
