"""A packed R-tree written at once into SQLite's shadow tables.

Inserting boxes one by one takes as long as all the rest of an import. Nodes are packed as in
Leutenegger et al. 1997 (STR); their format is SQLite's own, documented in
https://www.sqlite.org/rtree.html, and `rtreecheck()` confirms it. GDAL ≥ 3.7 does the same.
"""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.qgis_bridge.geopackage import quoted

_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
_NODE_HEADER_BYTES = 4
_ROOT = 1


def fill_rtree(cursor: sqlite3.Cursor, name: str, boxes: NDArray[np.float64]) -> None:
    """Index rows 1…n of a table in its empty R-tree.

    Args:
        name: The R-tree's.
        boxes: (n, 4) west, south, east, north; rows with NaN are left out.
    """
    ids = np.flatnonzero(np.isfinite(boxes).all(axis=1)) + 1
    if not len(ids):
        return
    cells = _cells(ids, boxes[ids - 1])
    node_bytes = _node_bytes(cursor, name)
    capacity = (node_bytes - _NODE_HEADER_BYTES) // _CELL.itemsize
    levels = _packed_levels(_tiled(cells, capacity), capacity)
    first_ids = _first_ids_of_levels(levels, capacity)
    _insert_nodes(cursor, name, levels, first_ids, node_bytes)
    _insert_row_ids(cursor, name, levels[0]["id"], first_ids[0], capacity)


def _cells(ids: NDArray[np.intp], boxes: NDArray[np.float64]) -> NDArray[np.void]:
    """Cells x min, x max, y min, y max in single precision, never smaller than the box."""
    cells = np.zeros(len(ids), dtype=_CELL)
    cells["id"] = ids
    lows, highs = boxes[:, [0, 1]], boxes[:, [2, 3]]
    low32, high32 = lows.astype("f4"), highs.astype("f4")
    low32 = np.where(low32 > lows, np.nextafter(low32, np.float32(-np.inf)), low32)
    high32 = np.where(high32 < highs, np.nextafter(high32, np.float32(np.inf)), high32)
    cells["box"][:, [0, 2]], cells["box"][:, [1, 3]] = low32, high32
    return cells


def _tiled(cells: NDArray[np.void], capacity: int) -> NDArray[np.void]:
    """The cells in the order in which they fill the leaves: strips by x, within them by y."""
    centre_x = cells["box"][:, :2].astype("f8").sum(axis=1)
    centre_y = cells["box"][:, 2:].astype("f8").sum(axis=1)
    leaves = -(-len(cells) // capacity)
    strip_length = int(np.ceil(np.sqrt(leaves))) * capacity
    strip = np.empty(len(cells), dtype=np.intp)
    strip[np.argsort(centre_x, kind="stable")] = np.arange(len(cells)) // strip_length
    return cells[np.lexsort((centre_y, strip))]


def _packed_levels(cells: NDArray[np.void], capacity: int) -> list[NDArray[np.void]]:
    """Cells of every level, leaves first; the last level fits into the root."""
    levels = [cells]
    while len(levels[-1]) > capacity:
        starts = np.arange(0, len(levels[-1]), capacity)
        box = levels[-1]["box"]
        parents = np.zeros(len(starts), dtype=_CELL)
        for column, reduce in enumerate((np.minimum, np.maximum, np.minimum, np.maximum)):
            parents["box"][:, column] = reduce.reduceat(box[:, column], starts)
        levels.append(parents)
    return levels


def _first_ids_of_levels(levels: list[NDArray[np.void]], capacity: int) -> list[int]:
    """The number of each level's first node; the root is 1. Fills in the parents' child ids."""
    first_ids, following = [], _ROOT + 1
    for level, above in zip(levels, levels[1:]):
        first_ids.append(following)
        nodes = -(-len(level) // capacity)
        above["id"] = np.arange(following, following + nodes)
        following += nodes
    return [*first_ids, _ROOT]


def _insert_nodes(
    cursor: sqlite3.Cursor,
    name: str,
    levels: list[NDArray[np.void]],
    first_ids: list[int],
    node_bytes: int,
) -> None:
    capacity = (node_bytes - _NODE_HEADER_BYTES) // _CELL.itemsize
    for height, (level, first_id) in enumerate(zip(levels, first_ids)):
        depth = height if first_id == _ROOT else 0
        blobs = _node_blobs(level, capacity, node_bytes, depth)
        cursor.executemany(
            " ".join(("REPLACE INTO", quoted(f"{name}_node"), "VALUES (?, ?)")),
            enumerate(blobs, start=first_id),
        )
        if first_id != _ROOT:
            parents = first_ids[height + 1] + np.arange(len(blobs)) // capacity
            cursor.executemany(
                " ".join(("INSERT INTO", quoted(f"{name}_parent"), "VALUES (?, ?)")),
                enumerate(parents.tolist(), start=first_id),
            )


def _insert_row_ids(
    cursor: sqlite3.Cursor, name: str, ids: NDArray[np.void], first_leaf: int, capacity: int
) -> None:
    """Say in which leaf each row is, in the order of the rows."""
    leaves = first_leaf + np.arange(len(ids)) // capacity
    order = np.argsort(ids)
    cursor.executemany(
        " ".join(("INSERT INTO", quoted(f"{name}_rowid"), "VALUES (?, ?)")),
        zip(ids[order].tolist(), leaves[order].tolist()),
    )


def _node_blobs(cells: NDArray[np.void], capacity: int, node_bytes: int, depth: int) -> list[bytes]:
    count = -(-len(cells) // capacity)
    layout = {
        "names": ["depth", "count", "cells"],
        "formats": [">u2", ">u2", (_CELL, capacity)],
        "offsets": [0, 2, _NODE_HEADER_BYTES],
        "itemsize": node_bytes,
    }
    padded = np.zeros(count * capacity, dtype=_CELL)
    padded[: len(cells)] = cells
    nodes = np.zeros(count, dtype=np.dtype(layout))
    nodes["depth"], nodes["count"] = depth, capacity
    nodes["count"][-1] = len(cells) - (count - 1) * capacity
    nodes["cells"] = padded.reshape(count, capacity)
    packed = nodes.tobytes()
    return [packed[start : start + node_bytes] for start in range(0, len(packed), node_bytes)]


def _node_bytes(cursor: sqlite3.Cursor, name: str) -> int:
    """The size of a node, as SQLite chose it for the empty tree."""
    found = cursor.execute(
        " ".join(("SELECT length(data) FROM", quoted(f"{name}_node"), "WHERE nodeno = 1"))
    ).fetchone()
    return int(found[0])
