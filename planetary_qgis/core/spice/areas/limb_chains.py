"""Outlines made of what fields of view hold of a disc, and of the limb in between.

In the discs' axes of limb_cuts.py. Where a side leaves the disc, the outline goes on along the
limb, counter-clockwise, to the place where the field of view is next entered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Flags = NDArray[np.bool_]

LIMB_STEP = np.radians(1.0)
FEWEST_PARTS_OF_ARC = 8


class Crossed(NamedTuple):
    """What runs along the sides of the fields of view within the discs, in their order.

    Attributes:
        local: (m, 3) vertices within the disc, and where sides enter or leave it.
        owner: (m,) whose they are.
        enters, leaves: (m,)
        angles: (m,) around round fields of view; NaN for others.
    """

    local: FloatArray
    owner: IntArray
    enters: Flags
    leaves: Flags
    angles: FloatArray


class Outlines(NamedTuple):
    """Closed outlines of what fields of view hold of discs, in the discs' axes.

    Attributes:
        local: (m, 3) vertices of all outlines, one outline after the other.
        on_limb: (m,) where a vertex lies on the limb.
        along_limb: (m,) where the limb leads from a vertex to the next.
        angles: (m,) around a round field of view; NaN elsewhere.
        lengths: (r,) how many vertices each outline has.
        views: (r,) whose outline each is.
    """

    local: FloatArray
    on_limb: Flags
    along_limb: Flags
    angles: FloatArray
    lengths: IntArray
    views: IntArray


def whole_discs(views: IntArray) -> Outlines:
    turns = np.arange(0.0, 2.0 * np.pi - LIMB_STEP / 2.0, LIMB_STEP)
    local = np.tile(_on_rim(turns), (len(views), 1))
    all_true = np.ones(len(local), dtype=bool)
    unknown = np.full(len(local), np.nan)
    return Outlines(local, all_true, all_true, unknown, np.full(len(views), len(turns)), views)


def joined(parts: list[Outlines]) -> Outlines:
    return Outlines(*(np.concatenate(arrays) for arrays in zip(*parts)))


def linked(crossed: Crossed) -> Outlines:
    """Outlines from what lies within the discs, and the arcs of the limb between."""
    chains = _Chains.of(crossed)
    order, ring_begins = chains.order()
    arcs = chains.arcs()
    pieces = chains.lengths[order] + arcs.counts[order]
    total = int(pieces.sum())
    chain = np.repeat(order, pieces)
    place = np.arange(total) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    on_arc = place >= chains.lengths[chain]
    local, angles = np.empty((total, 3)), np.full(total, np.nan)
    vertices = chains.vertices[(chains.begins[chain] + place)[~on_arc]]
    local[~on_arc], angles[~on_arc] = crossed.local[vertices], crossed.angles[vertices]
    share = (place - chains.lengths[chain] + 1.0) / (arcs.counts[chain] + 1.0)
    local[on_arc] = _on_rim((arcs.starts[chain] + share * arcs.widths[chain])[on_arc])
    last = place == chains.lengths[chain] - 1
    closed = chains.closed[chain]
    at_ends = ((place == 0) | last) & ~closed
    lengths = np.add.reduceat(pieces, ring_begins) if total else np.zeros(0, dtype=np.intp)
    views = chains.owner[order[ring_begins]] if total else np.zeros(0, dtype=np.intp)
    return Outlines(local, on_arc | at_ends, on_arc | (last & ~closed), angles, lengths, views)


class _Arcs(NamedTuple):
    """(c,) where the limb leads on after each chain, how far, and by how many vertices between."""

    starts: FloatArray
    widths: FloatArray
    counts: IntArray


class _Chains(NamedTuple):
    """What fields of view hold within discs from where they enter to where they leave.

    Attributes:
        vertices: (m,) numbers of the crossed vertices, chain after chain.
        begins, lengths, owner: (c,)
        closed: (c,) whole fields of view within the disc.
        following: (c,) the chain at which the limb arrives from a chain's end.
        enters_at, leaves_at: (c,) angles around the disc; NaN for closed ones.
    """

    vertices: IntArray
    begins: IntArray
    lengths: IntArray
    owner: IntArray
    closed: Flags
    following: IntArray
    enters_at: FloatArray
    leaves_at: FloatArray

    @staticmethod
    def of(crossed: Crossed) -> _Chains:
        vertices = _begun_with_entry(crossed)
        owner = crossed.owner[vertices]
        first_of_view = np.diff(owner, prepend=-1) != 0
        begins = np.flatnonzero(first_of_view | crossed.enters[vertices])
        lengths = np.diff(np.append(begins, len(vertices)))
        closed = ~crossed.enters[vertices[begins]]
        first, last = vertices[begins], vertices[begins + lengths - 1]
        enters_at = np.where(closed, np.nan, _angle(crossed.local[first]))
        leaves_at = np.where(closed, np.nan, _angle(crossed.local[last]))
        following = _following(owner[begins], closed, enters_at, leaves_at)
        return _Chains(
            vertices, begins, lengths, owner[begins], closed, following, enters_at, leaves_at
        )

    def order(self) -> tuple[IntArray, IntArray]:
        """Chains in the order in which they follow each other, and where each outline begins."""
        order: list[int] = []
        begins: list[int] = []
        for cycle in _cycles(self.following):
            begins.append(len(order))
            order += cycle
        return np.array(order, dtype=np.intp), np.array(begins, dtype=np.intp)

    def arcs(self) -> _Arcs:
        arriving = self.enters_at[self.following]
        widths = np.where(self.closed, 0.0, (arriving - self.leaves_at) % (2.0 * np.pi))
        parts = np.maximum(np.ceil(widths / LIMB_STEP), FEWEST_PARTS_OF_ARC).astype(np.intp)
        return _Arcs(self.leaves_at, widths, np.where(self.closed, 0, parts - 1))


def _begun_with_entry(crossed: Crossed) -> IntArray:
    """Vertex numbers, those of each view turned so that they begin where a side enters the disc."""
    count = len(crossed.owner)
    numbers = np.arange(count)
    begins = np.flatnonzero(np.diff(crossed.owner, prepend=-1) != 0)
    lengths = np.diff(np.append(begins, count))
    view = np.repeat(np.arange(len(begins)), lengths)
    entries = np.where(crossed.enters, numbers, count)
    first_entry = np.minimum.reduceat(entries, begins) if count else begins
    shift = np.where(first_entry < count, first_entry - begins, 0)
    return np.asarray(begins[view] + (numbers - begins[view] + shift[view]) % lengths[view])


def _following(
    owner: IntArray, closed: Flags, enters_at: FloatArray, leaves_at: FloatArray
) -> IntArray:
    """The chain that begins where the limb, counter-clockwise, first meets the field of view again.

    Along the limb the field of view is left and entered in turn.
    """
    chains = np.arange(len(owner))
    open_ = np.flatnonzero(~closed)
    following = chains.copy()
    views = np.concatenate([owner[open_], owner[open_]])
    angles = np.concatenate([leaves_at[open_], enters_at[open_]])
    leaving = np.concatenate([np.ones(len(open_), dtype=bool), np.zeros(len(open_), dtype=bool)])
    chain = np.concatenate([open_, open_])
    around = np.lexsort((~leaving, angles, views))
    begins = np.flatnonzero(np.diff(views[around], prepend=-1) != 0)
    lengths = np.diff(np.append(begins, len(around)))
    after = np.arange(1, len(around) + 1)
    after[begins + lengths - 1] = begins
    here, there = around, around[after]
    linked = leaving[here] & ~leaving[there]
    following[chain[here[linked]]] = chain[there[linked]]
    return following


def _cycles(following: IntArray) -> Iterator[list[int]]:
    seen = np.zeros(len(following), dtype=bool)
    for chain, after in enumerate(following.tolist()):
        if seen[chain]:
            continue
        cycle = [chain]
        seen[chain] = True
        while not seen[after]:
            seen[after] = True
            cycle.append(after)
            after = int(following[after])
        yield cycle


def _angle(local: FloatArray) -> FloatArray:
    return np.asarray(np.arctan2(local[..., 1], local[..., 0]))


def _on_rim(angles: NDArray[Any]) -> FloatArray:
    """(m, 3) directions to the limb at these angles around the disc."""
    return np.column_stack([np.cos(angles), np.sin(angles), np.ones(len(angles))])
