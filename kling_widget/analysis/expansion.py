"""Sweeps: from templates and axes to cells, frozen before anything is sent; pure."""

from __future__ import annotations

import hashlib
import itertools
import math
import numbers
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from ..errors import BadValue
from ..text import flaw, fold, is_blank
from .cells import MOST_CELLS, Axis, Cell, Duplicate, Expansion, Mode, canonical, combined, named, placed, rendered
from .choices import MOST_AXES, Skeleton, resolve


def expand(
    templates: Mapping[str, str],
    inputs: Mapping[str, Any] | None = None,
    axes: Mapping[str, Sequence[Any]] | None = None,
    *,
    wildcards: Mapping[str, Sequence[str]] | None = None,
    mode: Mode = "full",
    repeats: int = 1,
    limit: int | None = None,
    seed: int = 0,
) -> Expansion:
    """Expand templates and axes into the cells of a sweep.

    Templates, inputs and axes go by the API's names; ``multi_prompt.0.prompt`` is the prompt of the first shot in
    ``inputs["multi_prompt"]``. A template or an axis takes the place of the input of its name.

    Parameters
    ----------
    templates
        The input that each template fills -> the template; `template` describes the syntax.
    inputs
        What all cells share, as JSON values; None leaves an input out.
    axes
        The input -> the values it takes, as JSON values; None leaves it out.
    wildcards
        The name of each wildcard -> its lines.
    mode
        ``"full"`` (default): all combinations, the first axis changing slowest. ``"random"``: ``limit`` different
        combinations drawn by ``seed``; a higher limit keeps those of a lower one. ``"paired"``: the first values of all
        axes, then the second ones, and so on.
    repeats
        How often each combination is made; default 1. Repeats follow each other.
    limit
        The most combinations, before duplicates are dropped; each is made ``repeats`` times. Default None: all.
    seed
        What ``"random"`` draws by: the same in each process and version of Python.

    Returns
    -------
    Expansion
        Equal values of an axis count once (but in a paired sweep, where they may belong to different partners), and so
        do combinations that give the same inputs. ``duplicates`` has what was dropped.

    Raises
    ------
    TemplateError
        If a template can't be expanded; it shows the place.
    BadValue
        If an axis has no values, two axes have one name, a value is no JSON, a name leads nowhere, paired axes have
        different lengths, or there would be more than ``MOST_CELLS`` cells.

    Examples
    --------
    >>> sweep = expand({"prompt": "A {red|blue} fox"}, {"sound": True}, {"duration": [5, 10]})
    >>> [cell.inputs["prompt"] for cell in sweep.cells]
    ['A red fox', 'A red fox', 'A blue fox', 'A blue fox']
    """
    texts, choices = resolve(templates, wildcards or {})
    shared = {name: _json(value, name) for name, value in (inputs or {}).items()}
    varied = {name: _listed(values, name) for name, values in (axes or {}).items()}
    _check_names([*texts, *varied], shared)
    found = [Axis(name, values, is_input=False) for name, values in choices.items()]
    found += [Axis(name, values, is_input=True) for name, values in varied.items()]
    names = [fold(axis.name) for axis in found]
    if twice := next((axis.name for axis, name in zip(found, names, strict=True) if names.count(name) > 1), ""):
        raise BadValue(f"Two axes are named {twice}. Nothing was sent. Rename one of them.")
    return _expansion(found, shared, texts, mode, repeats, limit, seed)


def extend(
    before: Expansion,
    values: Mapping[str, Sequence[Any]],
    *,
    repeats: int | None = None,
    limit: int | None = None,
) -> Expansion:
    """Return an expansion with more values on its axes, more repeats or a higher limit.

    It keeps the cells that there are. Where there is a limit they come first, and only a higher one brings others.

    Parameters
    ----------
    before
        The expansion, which stays as it is.
    values
        The axis -> the values that come after its own. Those of a choice are literal.
    repeats, limit
        As `expand` has them; default: as before.

    Raises
    ------
    BadValue
        If there is no such axis, and as `expand` does.

    Examples
    --------
    >>> after = extend(before, {"camera": ["orbit"]})
    >>> added(before, after)   # what has to be made yet
    """
    axes = {axis.name: axis for axis in before.axes}
    for name, more in values.items():
        if name not in axes:
            offered = ", ".join(axes) or "none"
            raise BadValue(f"The sweep has no axis {name}; it has: {offered}. Nothing was sent.")
        listed = _listed(more, name)
        if not axes[name].is_input and not all(isinstance(one, str) and not is_blank(one) for one in listed):
            raise BadValue(f"The values of {name} are texts. Nothing was sent.")
        axes[name] = replace(axes[name], values=(*axes[name].values, *listed))
    repeats = before.repeats if repeats is None else repeats
    limit = before.limit if limit is None else limit
    made = () if limit is None else before.combinations
    return _expansion(list(axes.values()), before.inputs, before.texts, before.mode, repeats, limit, before.seed, made)


def added(before: Expansion, after: Expansion) -> tuple[Cell, ...]:
    """Return the cells of ``after`` that ``before`` lacks: what an extended sweep has to pay for."""
    made = {cell.key for cell in before.cells}
    return tuple(cell for cell in after.cells if cell.key not in made)


def _expansion(
    axes: list[Axis],
    inputs: Mapping[str, Any],
    texts: Mapping[str, Skeleton],
    mode: Mode,
    repeats: int,
    limit: int | None,
    seed: int,
    made: tuple[tuple[int, ...], ...] = (),
) -> Expansion:
    if mode not in get_args(Mode):
        raise BadValue(f"The mode is one of {', '.join(get_args(Mode))}; this is {mode!r}. Nothing was sent.")
    for name, number in (("repeats", repeats), ("limit", limit)):
        if number is not None and (type(number) is not int or number < 1):
            raise BadValue(f"{name} is a whole number from 1; this is {number!r}. Nothing was sent.")
    if type(seed) is not int:
        raise BadValue(f"The seed is a whole number; this is {seed!r:.40}. Nothing was sent.")
    if len(axes) > MOST_AXES:
        raise BadValue(f"A sweep has at most {MOST_AXES} axes; this has {len(axes)}. Nothing was sent.")
    distinct, duplicates = _distinct(axes) if mode != "paired" else (_paired(axes), [])
    combinations: dict[str, tuple[int, ...]] = {}
    for combination in _combinations(distinct, mode, repeats, limit, seed, made):
        key = canonical(rendered(inputs, texts, distinct, combination))
        if key in combinations:
            duplicates.append(Duplicate(None, named(distinct, combination)))
        combinations.setdefault(key, combination)
    return Expansion(
        distinct, tuple(combinations.values()), tuple(duplicates), inputs, texts, mode, repeats, limit, seed
    )


def _combinations(
    axes: tuple[Axis, ...],
    mode: Mode,
    repeats: int,
    limit: int | None,
    seed: int,
    made: tuple[tuple[int, ...], ...],
) -> Iterable[tuple[int, ...]]:
    total = combined(axes, mode)
    wanted = total if limit is None else min(limit, total)
    if wanted * repeats > MOST_CELLS:
        raise BadValue(
            f"This sweep has {_in_digits(wanted * repeats)} cells, and at most {MOST_CELLS:,} can be made. Nothing was "
            "sent. Take fewer values or repeats, or set a limit."
        )
    lengths = [len(axis.values) for axis in axes]
    offered: Iterable[tuple[int, ...]]
    if mode == "paired":
        offered = ((at,) * len(axes) for at in range(total))
    elif mode == "random":
        offered = (_coordinates(number, lengths) for number in _drawn(total, seed))
    else:
        offered = itertools.product(*map(range, lengths))
    found: dict[tuple[int, ...], None] = {}
    for combination in itertools.chain(made, offered):
        found[combination] = None
        if len(found) == wanted:
            break
    return found


def _drawn(total: int, seed: int) -> Iterator[int]:
    """Draw numbers below ``total`` without end; Python's own generator draws others in other versions."""
    width = total.bit_length() // 8 + 9  # at least eight bytes more than needed: no number is likelier by 2**-64
    for turn in itertools.count():
        digest = hashlib.shake_256(f"{seed}:{turn}".encode()).digest(width)
        yield int.from_bytes(digest, "big") % total


def _coordinates(number: int, lengths: Sequence[int]) -> tuple[int, ...]:
    """Return the combination at a position in the full product."""
    found = []
    for length in reversed(lengths):
        number, at = divmod(number, length)
        found.append(at)
    return tuple(reversed(found))


def _distinct(axes: list[Axis]) -> tuple[tuple[Axis, ...], list[Duplicate]]:
    """Return the axes with each value once, and what was dropped."""
    kept, dropped = [], []
    for axis in axes:
        values: dict[str, Any] = {}
        for value in axis.values:
            key = canonical(value)
            if key in values:
                dropped.append(Duplicate(axis.name, value))
            values.setdefault(key, value)
        kept.append(replace(axis, values=tuple(values.values())))
    return tuple(kept), dropped


def _listed(values: Any, name: str) -> tuple[Any, ...]:
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise BadValue(f"The values of {name} are a list; this is {values!r:.40}. Nothing was sent.")
    listed = tuple(_json(value, name) for value in values)
    if not listed:
        raise BadValue(f"The axis {name} has no values. Nothing was sent.")
    return listed


def _json(value: Any, name: str) -> Any:
    """Return a value as JSON has it, in one form: no tuples, no NumPy numbers, and 5.0 is 5."""
    if value is None or isinstance(value, (bool, str)):
        if reason := flaw(value):
            raise BadValue(f"{name}: {reason} Nothing was sent.")
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return int(number) if (number := float(value)).is_integer() else number
    if isinstance(value, (list, tuple)):
        return [_json(one, name) for one in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {_json(key, name): _json(one, name) for key, one in value.items()}
    raise BadValue(f"{name} can't be {value!r:.40}: it is no JSON value. Nothing was sent.")


def _check_names(names: Sequence[str], inputs: Mapping[str, Any]) -> None:
    """Refuse names that are no text, and templates and axes whose names lead nowhere or into each other."""
    if reason := next(filter(None, map(flaw, (*names, *inputs))), ""):
        raise BadValue(f"The name of an input: {reason} Nothing was sent.")
    for name in names:
        steps = name.split(".")
        outer = {".".join(steps[:length]) for length in range(1, len(steps))}
        if names.count(name) > 1 or outer.intersection(names):
            raise BadValue(f"{name} is varied in two ways. Nothing was sent. Remove one of them.")
        try:
            placed(inputs, steps, None)
        except (TypeError, ValueError):
            raise BadValue(f"{name} leads nowhere: the inputs have no such place. Nothing was sent.") from None


def _paired(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    if len({len(axis.values) for axis in axes}) > 1:
        lengths = ", ".join(f"{axis.name} has {len(axis.values)}" for axis in axes)
        raise BadValue(f"Paired axes have equally many values, but {lengths}. Nothing was sent.")
    return tuple(axes)


def _in_digits(number: int) -> str:
    return f"{number:,}" if number < 10**15 else f"about 10^{len(str(number)) - 1}"
