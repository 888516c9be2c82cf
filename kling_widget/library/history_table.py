"""A history that needs no pandas: saved as a file, or handed on in Arrow's form."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any

from ..atomic_write import READABLE, replacing
from ..errors import LibraryError
from ..filenames import as_path
from . import arrow, history_files


class HistoryTable:
    """A history that needs no pandas, as ``Library.table`` gives it.

    Its length is its number of rows; going through it gives each row as a dictionary of JSON values. It is what the
    library held when it was asked for, and does not change.

    polars, pyarrow, DuckDB and others that speak Arrow's PyCapsule interface take it as it is; pyarrow has to be
    installed for that.

    Notes
    -----
    The columns are those of ``Library.history``, in these forms:

    ====================================  ==============================  =====================================
    column                                Arrow and Parquet               unit
    ====================================  ==============================  =====================================
    poster, file                          string                          path relative to the library's folder
    prompt, note, problem                 string
    model, aspect_ratio, status           dictionary of strings
    seconds                               int64                           seconds, as asked for
    sound, practice                       bool
    cost                                  double                          US dollars; play money for practice
    rating                                int64                           stars, 1 to 5
    tags                                  list of strings
    confirmed                             timestamp, ms, with zone        moment in the library's ``zone``
    took                                  double                          seconds from confirmed to saved
    id, parent                            string                          a take's id
    service, prediction, sha256           string
    width, height                         int64                           pixels
    bytes                                 int64                           bytes
    ====================================  ==============================  =====================================

    JSON has the same values; ``confirmed`` is ISO 8601 with its offset. In CSV ``confirmed`` is in whole seconds and
    without an offset, for spreadsheets take it as a moment only so, and tags stand one a line.

    Examples
    --------
    >>> library.table(rating=4).to_csv("best.csv")  # doctest: +SKIP
    >>> polars.DataFrame(library.table(columns=["prompt", "cost"]))  # doctest: +SKIP
    """

    def __init__(self, rows: Sequence[Sequence[Any]], columns: Sequence[str], zone: tzinfo) -> None:
        from ..store.history import by_columns

        self._values: Mapping[str, Sequence[Any]] = by_columns(rows, columns)
        self._length, self._zone = len(rows), zone

    @property
    def columns(self) -> list[str]:
        """The names of its columns, in order."""
        return list(self._values)

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Save it as CSV that a spreadsheet opens as it is: UTF-8 with a byte order mark.

        A text that a spreadsheet would take for a formula, since it begins with ``=``, ``+``, ``-``, ``@``, a tab or
        an end of line, gets an apostrophe before it. ``pandas.read_csv(path)`` and, in Python,
        ``csv.reader(open(path, encoding="utf-8-sig", newline=""))`` read it.

        Parameters
        ----------
        path
            The file; ``.csv`` is added where it is missing. An earlier one is replaced, whole.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        LibraryError
            If it can't be written there. What was there before is as it was.
        """

        def write(place: Path) -> None:
            # Without the mark, spreadsheets read it by the system's old code page.
            with place.open("w", encoding="utf-8-sig", newline="") as file:
                history_files.write_csv(file, self._values, self._zone)

        return _save(path, ".csv", write)

    def to_json(self, path: str | os.PathLike[str]) -> Path:
        """Save it as JSON: an array with an object a row, each on a line of its own, in UTF-8.

        Parameters
        ----------
        path
            The file; ``.json`` is added where it is missing. An earlier one is replaced, whole.

        Raises
        ------
        LibraryError
            If it can't be written there. What was there before is as it was.
        """

        def write(place: Path) -> None:
            with place.open("w", encoding="utf-8", newline="\n") as file:
                history_files.write_json(file, self._values, self._zone)

        return _save(path, ".json", write)

    def to_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Save it as Parquet, with the types and units above.

        Parameters
        ----------
        path
            The file; ``.parquet`` is added where it is missing. An earlier one is replaced, whole.

        Raises
        ------
        LibraryError
            If it can't be written there. What was there before is as it was.
        MissingPackage
            If pyarrow is not installed.
        """
        table = arrow.arrow_table(self._values, self._zone)

        def write(place: Path) -> None:
            from pyarrow import parquet

            parquet.write_table(table, place)

        return _save(path, ".parquet", write)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand it on in Arrow's form. Raises ``MissingPackage`` where pyarrow is not installed."""
        return arrow.arrow_table(self._values, self._zone).__arrow_c_stream__(requested_schema)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Each row as JSON values."""
        return history_files.objects(self._values, self._zone)

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return f"<HistoryTable of {self._length:,} takes: {', '.join(self._values)}>"


def columns_wanted(columns: Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns of a history that are asked for; unless any are, the usual ones."""
    from ..store.history import COLUMNS

    return tuple(COLUMNS if columns is None else [columns] if isinstance(columns, str) else columns)


def _save(path: str | os.PathLike[str], ending: str, write: Callable[[Path], None]) -> Path:
    """Write a file whole or not at all, under a name with this ending."""
    target = as_path(path)
    if target.suffix.lower() != ending:
        target = target.with_name(f"{target.name}{ending}")
    try:
        with replacing(target, mode=READABLE) as place:
            write(place)
    except OSError as error:
        missing = not target.parent.is_dir()
        reason = "there is no such folder" if missing else error.strerror or type(error).__name__
        raise LibraryError(
            f"The history can't be saved as {str(target)!r} ({reason}). The library is as it was, and so is what was "
            f"there before. {'Make the folder first' if missing else 'Make room there'}, or name another place."
        ) from error
    return target
