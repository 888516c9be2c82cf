"""Make an arena of a sweep, or of any takes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from ..analysis.distinct import distinct
from ..errors import BadValue
from ..store import Record
from .arena import MOST, Arena, Candidate, check_axis
from .library import Library
from .sweeps import Sweep
from .take import Take
from .wanted import take_ids


def vote(
    among: Sweep | Iterable[Take | str] | Any,
    *,
    axis: str | None = None,
    voter: str | None = None,
    library: Library | str | os.PathLike[str] | None = None,
    seed: int | None = None,
) -> Arena:
    """Hold takes against each other two by two, blind, until votes tell which is better. It costs nothing.

    Parameters
    ----------
    among
        A sweep: its clips, those that are still to come too. Or takes, their ids, or a history.
    axis
        An axis of the sweep, by name: its values are compared, by clips that are alike in all else. By default the
        takes are compared themselves.
    voter
        Whose votes these are, by a name that stays the same; by default who is logged in. Each person votes by a name
        of their own.
    library
        The library that ids are in; by default the takes' own, and for ids ``Library()``.
    seed
        Where chance comes from when pairs tell as much and sides are drawn; by default it can't be foreseen.

    Returns
    -------
    Arena
        A notebook shows it: two clips at a time, without their names, and four keys.

    Raises
    ------
    BadValue
        If there are fewer than two takes or more than 200, one is no take, or there is no such axis.
    NoSuchTake
        If the library has no such take.

    Examples
    --------
    >>> vote(sweep("A fox in {rain|snow}, {dolly in|handheld}"))  # doctest: +SKIP
    >>> vote(library.takes(rating=4))  # doctest: +SKIP
    """
    if isinstance(among, Sweep):
        return _of_sweep(among, axis, voter, seed)
    if axis is not None:
        raise BadValue("axis= names an axis of a sweep, and these are takes one by one. vote(sweep, axis=…) has some.")
    held = [] if isinstance(among, (str, Take)) or getattr(among, "columns", None) is not None else list(among)
    takes = [one for one in held if isinstance(one, Take)]
    ids = list(dict.fromkeys(take_ids(held or among)))
    home = library if isinstance(library, Library) else Library(library) if library or not takes else takes[0].library
    if strange := [take for take in takes if take.library != home]:
        raise BadValue(
            f"Takes of one library can be compared; {strange[0]!r} is of another. Library.adopt brings a clip over."
        )
    _check_number(len(ids))
    for one in ids:
        home.take(one)
    return Arena(home, lambda: _candidates(home, ids), voter=voter, seed=seed)


def _of_sweep(sweep: Sweep, axis: str | None, voter: str | None, seed: int | None) -> Arena:
    expansion = sweep.expansion
    _check_number(len(expansion.cells))
    if axis is not None:
        check_axis(axis, (one.name for one in expansion.axes if len(one.values) > 1))

    def candidates() -> list[Candidate]:
        frozen, confirmed = sweep.expansion, sweep._confirmed()
        found = []
        for cell in frozen.cells:
            cell_record = confirmed.get(cell.key)
            if (
                cell_record is None
                or cell_record.take is None
                or cell_record.state != "completed"
                or cell_record.binned
            ):
                continue
            values = {
                one.name: one.labels[at]
                for one, at in zip(frozen.axes, cell.coordinates, strict=True)
                if len(one.values) > 1
            }
            repeat = [f"repeat {cell.repeat + 1}"] if frozen.repeats > 1 else []
            label = " · ".join([*values.values(), *repeat]) or f"clip {cell.index + 1}"
            found.append(Candidate(cell_record.take, label, values))
        return found

    return Arena(sweep.library, candidates, axis=axis, voter=voter, seed=seed)


def _candidates(library: Library, ids: Sequence[str]) -> list[Candidate]:
    found = map(library._gateway.record, ids)
    records = [record for record in found if record.state == "completed" and record.binned_at is None]
    return [Candidate(record.id, label, {}) for record, label in zip(records, _labels(records), strict=True)]


def _labels(records: Sequence[Record]) -> list[str]:
    """Return what tells takes apart: the words that not all have; where these are the same, a number beside them."""
    words = distinct([record.words or record.model for record in records])
    several = {word for word in words if words.count(word) > 1}
    counted: dict[str, int] = {}
    labels = []
    for word in words:
        counted[word] = counted.get(word, 0) + 1
        labels.append(f"{word} ({counted[word]})" if word in several else word)
    return labels


def _check_number(number: int) -> None:
    if number < 2:
        raise BadValue("A vote takes two takes or more: there is nothing to compare one with.")
    if number > MOST:
        raise BadValue(f"An arena compares at most {MOST} takes, and these are {number:,}: vote on a part of them.")
