"""What a benchmark answers with: rows for a reader, and how far to trust them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """Rows under column names, and what was done to get them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    how: str

    def markdown(self) -> str:
        """The table as Markdown, numbers to the right, and below it how it was measured."""
        numeric = [all(isinstance(row[at], int | float) for row in self.rows) for at in range(len(self.columns))]
        lines = [
            _line(self.columns),
            _line(["---:" if right else "---" for right in numeric]),
            *(_line([_text(cell) for cell in row]) for row in self.rows),
        ]
        return "\n".join([*lines, "", self.how])


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """The median of some measurements, and the quartiles around it, in their own unit."""
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


def _text(cell: Cell) -> str:
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
