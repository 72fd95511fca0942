"""What a table's R-tree and its line in the table of contents say. Import it late, for numpy."""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geopackages.rtree import Cells, cells_of, fill_rtree


class RowTimes:
    """From when to when rows last, gathered chunk by chunk.

    Attributes:
        first, last: Milliseconds since 1970, as rows keep them; None while no start is known.
        has_instants: Whether some row has a start but no stop.
    """

    def __init__(self) -> None:
        self.first: int | None = None
        self.last: int | None = None
        self.has_instants = False

    def add(self, start: NDArray[np.datetime64], stop: NDArray[np.datetime64]) -> None:
        """Note the times of the rows that follow; NaT where there is none."""
        self.has_instants |= bool((np.isnat(stop) & ~np.isnat(start)).any())
        for times in (start, np.concatenate([start, stop])):
            known = times[~np.isnat(times)]
            if times is start and not len(known):
                return  # a stop without a start shows nowhere
            milliseconds = (known + np.timedelta64(500, "us")).astype("datetime64[ms]")
            low, high = (
                int(end.astype(np.int64)) for end in (milliseconds.min(), milliseconds.max())
            )
            if times is start:
                self.first = low if self.first is None else min(self.first, low)
            self.last = high if self.last is None else max(self.last, high)


class TableContent:
    """How many rows there are and where they lie, gathered chunk by chunk.

    It keeps 24 bytes a row, and needs 80 while the R-tree is filled.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._cells: list[Cells] = []
        self._extents: list[list[float]] = []

    def add(self, boxes: NDArray[np.float64]) -> None:
        """Note the (n, 4) bounds of the rows that follow, west first; NaN where there are none."""
        self._cells.append(cells_of(boxes, first_id=self.rows + 1))
        self.rows += len(boxes)
        known = boxes[np.isfinite(boxes).all(axis=1)]
        if len(known):
            lows, highs = known[:, :2].min(axis=0), known[:, 2:].max(axis=0)
            self._extents.append([*lows.tolist(), *highs.tolist()])

    def tell(self, cursor: sqlite3.Cursor, table: str) -> None:
        """Fill the table's empty R-tree, and say how much there is and where."""
        cursor.execute(
            "UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?",
            (self.rows, table),
        )
        if not self._extents:
            return
        cells = np.concatenate(self._cells)
        self._cells.clear()
        fill_rtree(cursor, geopackage.rtree_name(table), cells)
        west, south, east, north = zip(*self._extents)
        cursor.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? "
            "WHERE table_name = ?",
            (min(west), min(south), max(east), max(north), table),
        )
