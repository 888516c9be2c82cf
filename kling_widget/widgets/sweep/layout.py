"""Where the cells of a sweep stand on the screen: rows, columns, what is fixed meanwhile, and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ...analysis.cells import Expansion

ACROSS = DOWN = 4
"""Columns and rows on a page: as many clips play in step at once."""

REPEAT = "repeat"
"""The name of the dimension that counts repeats."""


@dataclass(frozen=True)
class Dimension:
    """What varies: an axis with several values, or repeats.

    Attributes
    ----------
    name
        The axis's name, or ``REPEAT``.
    labels
        A short text for each value.
    """

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """What is on the screen at once.

    Attributes
    ----------
    rows, columns
        Their labels; none where the cells stand one after another.
    across
        How many cells stand in a row.
    cells
        Row by row, the index of a cell of the expansion; None where the sweep has none there.
    number, pages
        Which page it is, from 0, and how many there are.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    across: int
    cells: tuple[int | None, ...]
    number: int
    pages: int


class Layout:
    """The cells of an expansion in rows and columns.

    The first two dimensions are rows and columns, the others are fixed at one value each. Where there is one only, or
    the sweep is no full product, the cells stand one after another.

    Parameters
    ----------
    expansion
        The sweep's cells.
    """

    def __init__(self, expansion: Expansion) -> None:
        self._expansion = expansion
        axes = [(at, axis) for at, axis in enumerate(expansion.axes) if len(axis.values) > 1]
        self._places = [at for at, _ in axes]
        found = [Dimension(axis.name, axis.labels) for _, axis in axes]
        if expansion.repeats > 1:
            found.append(Dimension(REPEAT, tuple(str(number + 1) for number in range(expansion.repeats))))
            self._places.append(-1)
        self.dimensions = tuple(found)

    @property
    def is_table(self) -> bool:
        """Whether it has rows and columns."""
        return len(self.dimensions) > 1 and self._expansion.mode == "full" and self._expansion.limit is None

    @property
    def further(self) -> tuple[Dimension, ...]:
        """The dimensions that are fixed at one value each."""
        return self.dimensions[2:] if self.is_table else ()

    def page(self, number: int = 0, fixed: Mapping[str, int] | None = None) -> Page:
        """Return a page.

        Parameters
        ----------
        number
            Which one, from 0; the last one where there are fewer.
        fixed
            The position of the value at which a further dimension is fixed, by its name; 0 unless given.
        """
        if not self.is_table:
            return self._in_order(number)
        rows, columns = self.dimensions[:2]
        wide = -(-len(columns.labels) // ACROSS)
        pages = wide * -(-len(rows.labels) // DOWN)
        number = min(max(number, 0), pages - 1)
        top, left = number // wide * DOWN, number % wide * ACROSS
        shown_rows, shown_columns = rows.labels[top : top + DOWN], columns.labels[left : left + ACROSS]
        others = [(fixed or {}).get(dimension.name, 0) for dimension in self.further]
        cells = tuple(
            self._index.get((top + row, left + column, *others))
            for row in range(len(shown_rows))
            for column in range(len(shown_columns))
        )
        return Page(shown_rows, shown_columns, len(shown_columns), cells, number, pages)

    def _in_order(self, number: int) -> Page:
        count, most = len(self._expansion.cells), ACROSS * DOWN
        pages = -(-count // most)
        number = min(max(number, 0), pages - 1)
        cells = tuple(range(number * most, min(count, (number + 1) * most)))
        return Page((), (), min(ACROSS, len(cells)), cells, number, pages)

    @cached_property
    def _index(self) -> Mapping[tuple[int, ...], int]:
        """The index of each cell by its positions on the dimensions."""
        return {
            tuple(cell.repeat if at < 0 else cell.coordinates[at] for at in self._places): cell.index
            for cell in self._expansion.cells
        }
