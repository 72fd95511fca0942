"""A packed R-tree written at once into SQLite's shadow tables.

Inserting boxes one by one takes as long as all the rest of an import. Nodes are packed as in
Leutenegger et al. 1997 (STR); their format is SQLite's own, documented in
https://www.sqlite.org/rtree.html, and `rtreecheck()` confirms it. GDAL ≥ 3.7 does the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geopackages.geopackage import quoted

Cells = NDArray[np.void]
"""Row ids and their boxes, 24 bytes a row."""

_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
_NODE_HEADER_BYTES = 4
_ROOT = 1
_NODES_AT_ONCE = 1000


def cells_of(boxes: NDArray[np.float64], first_id: int) -> Cells:
    """Cells x min, x max, y min, y max in single precision, never smaller than the box.

    Args:
        boxes: (n, 4) west, south, east, north of the rows from an id on; those with NaN have none.
    """
    known = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    cells = np.zeros(len(known), dtype=_CELL)
    cells["id"] = known + first_id
    lows, highs = boxes[known][:, [0, 1]], boxes[known][:, [2, 3]]
    low32, high32 = lows.astype("f4"), highs.astype("f4")
    low32 = np.where(low32 > lows, np.nextafter(low32, np.float32(-np.inf)), low32)
    high32 = np.where(high32 < highs, np.nextafter(high32, np.float32(np.inf)), high32)
    cells["box"][:, [0, 2]], cells["box"][:, [1, 3]] = low32, high32
    return cells


def fill_rtree(cursor: sqlite3.Cursor, name: str, cells: Cells) -> None:
    """Index rows in their table's empty R-tree, whose name is given."""
    if not len(cells):
        return
    node_bytes = _node_bytes(cursor, name)
    capacity = (node_bytes - _NODE_HEADER_BYTES) // _CELL.itemsize
    levels = _packed_levels(_tiled(cells, capacity), capacity)
    first_ids = _first_ids_of_levels(levels, capacity)
    _insert_nodes(cursor, name, levels, first_ids, node_bytes)
    _insert_row_ids(cursor, name, levels[0]["id"].astype(np.int64), first_ids[0], capacity)


def _tiled(cells: Cells, capacity: int) -> Cells:
    """The cells in the order in which they fill the leaves: strips by x, within them by y."""
    leaves = -(-len(cells) // capacity)
    strip_length = int(np.ceil(np.sqrt(leaves))) * capacity
    tiled = cells[np.argsort(_middles(cells, 0), kind="stable")]
    for start in range(0, len(tiled), strip_length):
        strip = tiled[start : start + strip_length]
        strip[:] = strip[np.argsort(_middles(strip, 2), kind="stable")]
    return tiled


def _middles(cells: Cells, column: int) -> NDArray[np.float32]:
    """Twice the middles of the cells from left to right or, from column 2 on, from below."""
    box = cells["box"]
    return np.asarray(box[:, column].astype("f4") + box[:, column + 1].astype("f4"))


def _packed_levels(cells: Cells, capacity: int) -> list[Cells]:
    """Cells of every level, leaves first; the last level fits into the root."""
    levels = [cells]
    while len(levels[-1]) > capacity:
        starts = np.arange(0, len(levels[-1]), capacity)
        box = levels[-1]["box"]
        parents = np.zeros(len(starts), dtype=_CELL)
        for column in range(4):
            outermost = np.maximum if column % 2 else np.minimum
            parents["box"][:, column] = outermost.reduceat(box[:, column], starts)
        levels.append(parents)
    return levels


def _first_ids_of_levels(levels: list[Cells], capacity: int) -> list[int]:
    """The number of each level's first node; the root is 1. Fills in the parents' child ids."""
    first_ids, following = [], _ROOT + 1
    for level, above in zip(levels, levels[1:]):
        first_ids.append(following)
        nodes = -(-len(level) // capacity)
        above["id"] = np.arange(following, following + nodes)
        following += nodes
    return [*first_ids, _ROOT]


def _insert_nodes(
    cursor: sqlite3.Cursor, name: str, levels: list[Cells], first_ids: list[int], node_bytes: int
) -> None:
    capacity = (node_bytes - _NODE_HEADER_BYTES) // _CELL.itemsize
    for height, (level, first_id) in enumerate(zip(levels, first_ids)):
        depth = height if first_id == _ROOT else 0
        cursor.executemany(
            " ".join(("REPLACE INTO", quoted(f"{name}_node"), "VALUES (?, ?)")),
            enumerate(_node_blobs(level, capacity, node_bytes, depth), start=first_id),
        )
        if first_id != _ROOT:
            nodes = -(-len(level) // capacity)
            parents = first_ids[height + 1] + np.arange(nodes) // capacity
            cursor.executemany(
                " ".join(("INSERT INTO", quoted(f"{name}_parent"), "VALUES (?, ?)")),
                enumerate(parents.tolist(), start=first_id),
            )


def _insert_row_ids(
    cursor: sqlite3.Cursor, name: str, ids: NDArray[np.int64], first_leaf: int, capacity: int
) -> None:
    """Say in which leaf each row is, in the order of the rows."""
    insert = " ".join(("INSERT INTO", quoted(f"{name}_rowid"), "VALUES (?, ?)"))
    order = np.argsort(ids)
    for start in range(0, len(order), _NODES_AT_ONCE * capacity):
        some = order[start : start + _NODES_AT_ONCE * capacity]
        leaves = first_leaf + some // capacity
        cursor.executemany(insert, zip(ids[some].tolist(), leaves.tolist()))


def _node_blobs(cells: Cells, capacity: int, node_bytes: int, depth: int) -> Iterator[bytes]:
    """The nodes that cells fill one after the other; only the last one may have room left."""
    for start in range(0, len(cells), _NODES_AT_ONCE * capacity):
        some = cells[start : start + _NODES_AT_ONCE * capacity]
        nodes = np.zeros(-(-len(some) // capacity), dtype=_node(capacity, node_bytes))
        nodes["depth"], nodes["count"] = depth, capacity
        nodes["count"][-1] = len(some) - (len(nodes) - 1) * capacity
        padded = np.zeros(len(nodes) * capacity, dtype=_CELL)
        padded[: len(some)] = some
        nodes["cells"] = padded.reshape(len(nodes), capacity)
        packed = nodes.tobytes()
        yield from (packed[at : at + node_bytes] for at in range(0, len(packed), node_bytes))


def _node(capacity: int, node_bytes: int) -> np.dtype[np.void]:
    layout: Any = {
        "names": ["depth", "count", "cells"],
        "formats": [">u2", ">u2", (_CELL, capacity)],
        "offsets": [0, 2, _NODE_HEADER_BYTES],
        "itemsize": node_bytes,
    }
    made: np.dtype[np.void] = np.dtype(layout)
    return made


def _node_bytes(cursor: sqlite3.Cursor, name: str) -> int:
    """The size of a node, as SQLite chose it for the empty tree."""
    found = cursor.execute(
        " ".join(("SELECT length(data) FROM", quoted(f"{name}_node"), "WHERE nodeno = 1"))
    ).fetchone()
    return int(found[0])
