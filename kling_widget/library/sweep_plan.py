"""What a sweep asks for before anything is sent: its template and axes as an expansion, its cells as requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..analysis.cells import Cell, Expansion, Mode, canonical
from ..analysis.expansion import expand
from ..errors import BadValue, Problem, RequestError, UnknownInput
from ..request import model_names
from ..request.catalog import Catalog, Model
from ..request.video_request import VideoRequest, as_inputs
from ..store.sweep_record import CellOrder

MODEL = "model"
"""The model's name among the inputs of an expansion's cells: an axis like any other."""

_TEXTS = ("prompt", "negative_prompt")  # inputs that are templates where they are one text


def plan(
    template: str | Iterable[str] | None,
    inputs: Mapping[str, Any],
    *,
    model: str | Iterable[str],
    catalog: Catalog,
    wildcards: Mapping[str, Sequence[str]],
    mode: Mode,
    repeats: int,
    limit: int | None,
    seed: int,
) -> Expansion:
    """Expand what a person gives into the cells of a sweep.

    Raises
    ------
    BadValue, TemplateError
        If it can't be expanded.
    RequestError, UnknownInput
        If there is no such model or input.
    """
    models = [model_names.find(name, catalog) for name in ([model] if isinstance(model, str) else model)]
    if not models:
        raise BadValue("The axis model has no values. Nothing was sent.")
    texts: dict[str, str] = {}
    shared: dict[str, Any] = {}
    axes: dict[str, list[Any]] = {}
    if len(models) > 1:
        axes[MODEL] = [one.id for one in models]
    else:
        shared[MODEL] = models[0].id
    for name, value in {"prompt": template, **inputs}.items():
        if value is None:
            continue
        if not any(name in one.fields for one in models):
            raise UnknownInput(Problem(name, model_names.unknown_input(name, models[0])))
        if _is_axis(name, value, models):
            axes[name] = [as_inputs({name: one}).get(name) for one in value]
        elif name in _TEXTS and isinstance(value, str):
            texts[name] = value
        else:
            shared |= as_inputs({name: value})
    for number, shot in enumerate(_shots(shared)):
        texts[f"multi_prompt.{number}.prompt"] = shot
    return expand(texts, shared, axes, wildcards=wildcards, mode=mode, repeats=repeats, limit=limit, seed=seed)


def orders(expansion: Expansion, catalog: Catalog) -> tuple[CellOrder, ...]:
    """Return the cells of a sweep as they are confirmed, in their order.

    Raises
    ------
    RequestError
        If a model would refuse some of them; it names the first one.
    """
    found: list[CellOrder] = []
    made: dict[str, VideoRequest] = {}
    refused: list[tuple[Cell, RequestError]] = []
    for cell in expansion.cells:
        given = dict(cell.inputs)
        key = canonical(given)
        try:
            if key not in made:  # repeats ask the same
                made[key] = VideoRequest(model=str(given.pop(MODEL, "")), catalog=catalog, **given)
        except RequestError as error:
            refused.append((cell, error))
            continue
        request = made[key]
        found.append(
            CellOrder(cell.key, cell.index, request.model, request.inputs, request.seconds, request.estimate_micros)
        )
    if refused:
        raise _refusal(expansion, refused)
    return tuple(found)


def _refusal(expansion: Expansion, refused: Sequence[tuple[Cell, RequestError]]) -> RequestError:
    cell, error = refused[0]
    where = f"Cell {cell.index + 1} of {len(expansion.cells):,}"
    if axes := values_in_words(expansion, cell):
        where += f" ({axes})"
    others = f" So would {len(refused) - 1:,} others." if len(refused) > 1 else ""
    return RequestError(
        [Problem(one.field, f"{one.message} {where} would be refused.{others}") for one in error.problems]
    )


def values_in_words(expansion: Expansion, cell: Cell) -> str:
    """Return a cell's values by the names of their axes, for a message: ``camera: orbit, duration 5``."""
    labels = (
        axis.labels[at] if axis.is_input else f"{axis.name}: {axis.labels[at]}"
        for axis, at in zip(expansion.axes, cell.coordinates, strict=True)
    )
    return ", ".join(labels)


def _is_axis(name: str, value: Any, models: Sequence[Model]) -> bool:
    """Whether a value is one of several: a list; for an input that is a list itself, a list of lists."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        return False
    if isinstance(value, Sequence) and any(one.fields.get(name, {}).get("type") == "array" for one in models):
        return bool(value) and all(isinstance(one, (list, tuple)) or one is None for one in value)
    return True


def _shots(shared: Mapping[str, Any]) -> list[str]:
    """Return the prompts of the shots that all cells share."""
    shots = shared.get("multi_prompt", [])
    return [str(shot.get("prompt", "")) if isinstance(shot, dict) else "" for shot in shots]
