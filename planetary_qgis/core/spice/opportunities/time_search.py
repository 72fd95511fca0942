"""When does something hold: all windows of time, found by looking only where it may.

Who asks says of each epoch how far the thing is from holding, and how fast that can change. What is
far off and slow cannot hold in between and is not looked at again; the rest is halved, all
intervals at once, until it holds, cannot hold, or is shorter than what is sought. The edges of the
windows are then bisected together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]
Windows = FloatArray
"""(m, 2) starts and stops, TDB, in order and apart."""

_CAUTION = 1.3
"""Rates are known at the ends of an interval; inside they may be a little greater."""
_TURNS_UNSEEN = 2.0
"""How much faster than on average an instrument may turn between two looks."""
_PARTS_OF_A_STEP = 4.0
"""What holds at both ends of so small a part of a step holds between them."""


@dataclass(frozen=True)
class State:
    """How things stand at n epochs.

    Attributes:
        holds: (n,)
        far: (n,) at least how far from holding, in any unit; negative where it may hold or does.
        rate: (n,) units a second by which that can change at most, but for the attitude.
        known: (n,) where the kernels tell.
        turns: (n, 3, 3) the instrument's attitude if `far` is an angle, in radians, that changes
            with it too; None where it does not.
    """

    holds: BoolArray
    far: FloatArray
    rate: FloatArray
    known: BoolArray
    turns: FloatArray | None = None

    def joined(self, other: State) -> State:
        turns = None
        if self.turns is not None and other.turns is not None:
            turns = np.concatenate([self.turns, other.turns])
        return State(
            np.concatenate([self.holds, other.holds]),
            np.concatenate([self.far, other.far]),
            np.concatenate([self.rate, other.rate]),
            np.concatenate([self.known, other.known]),
            turns,
        )


Ask = Callable[[FloatArray], State]


@dataclass(frozen=True)
class Found:
    """The windows in which it holds, and those of which the kernels do not tell."""

    holding: Windows
    unknown: Windows


def find_windows(
    ask: Ask, within: Windows, step_s: float, *, shortest_s: float, edge_s: float = 1e-3
) -> Found:
    """When it holds within some windows.

    Args:
        step_s: Between first looks.
        shortest_s: Windows longer than that are not missed, as far as the rates are right.
        edge_s: How exact starts and stops are.
    """
    if not len(within):
        return Found(np.empty((0, 2)), np.empty((0, 2)))
    et, owner = _first_looks(within, step_s)
    looks = _Looks(et, owner, ask(et))
    begins = np.flatnonzero(np.diff(owner) == 0)
    pairs = np.column_stack([begins, begins + 1])
    while len(pairs):
        pairs = pairs[looks.undecided(pairs, shortest_s, step_s / _PARTS_OF_A_STEP)]
        middles = looks.look_between(ask, pairs)
        pairs = np.concatenate(
            [np.column_stack([pairs[:, 0], middles]), np.column_stack([middles, pairs[:, 1]])]
        )
    return Found(
        _windows(ask, looks, lambda state: state.holds & state.known, edge_s),
        _windows(ask, looks, lambda state: ~state.known, edge_s),
    )


def joined_windows(windows: Windows, apart_s: float) -> Windows:
    """Windows in order, those made one that are not farther apart than that."""
    if len(windows) < 2:
        return windows
    apart = windows[1:, 0] - windows[:-1, 1] > apart_s
    starts = np.concatenate([windows[:1, 0], windows[1:, 0][apart]])
    stops = np.concatenate([windows[:-1, 1][apart], windows[-1:, 1]])
    return np.column_stack([starts, stops])


class _Looks:
    """All epochs that were looked at so far."""

    def __init__(self, et: FloatArray, owner: IntArray, state: State) -> None:
        self.et = et
        self.owner = owner
        self.state = state

    def undecided(self, pairs: IntArray, shortest_s: float, settled_s: float) -> BoolArray:
        """Where something may happen between two looks that they do not show."""
        first, last = pairs.T
        state = self.state
        lasting = self.et[last] - self.et[first]
        reach = lasting * self._rates(pairs, lasting)
        # Of what is not known nothing is known: it may be as near as the other end allows.
        near, nearer = (np.where(state.known[end], state.far[end], 0.0) for end in (first, last))
        both_hold = state.holds[first] & state.holds[last]
        some_known = state.known[first] | state.known[last]
        may_begin = ~both_hold & some_known & (near + nearer <= reach)
        may_pause = both_hold & (-(near + nearer) <= reach) & (lasting > settled_s)
        return np.asarray((may_begin | may_pause) & (lasting > shortest_s))

    def _rates(self, pairs: IntArray, lasting: FloatArray) -> FloatArray:
        first, last = pairs.T
        rates = _CAUTION * np.fmax(self.state.rate[first], self.state.rate[last])
        if self.state.turns is not None:
            turned = _angles(self.state.turns[first], self.state.turns[last])
            rates = rates + _TURNS_UNSEEN * np.where(np.isfinite(turned), turned, 0.0) / lasting
        return np.where(np.isfinite(rates), rates, 0.0)

    def look_between(self, ask: Ask, pairs: IntArray) -> IntArray:
        """Look in the middle of each pair; gives the numbers of these looks."""
        if not len(pairs):
            return np.empty(0, dtype=np.intp)
        middles = self.et[pairs].mean(axis=1)
        numbers = np.arange(len(self.et), len(self.et) + len(middles))
        self.et = np.concatenate([self.et, middles])
        self.owner = np.concatenate([self.owner, self.owner[pairs[:, 0]]])
        self.state = self.state.joined(ask(middles))
        return numbers


def _first_looks(within: Windows, step_s: float) -> tuple[FloatArray, IntArray]:
    """Epochs at most a step apart, both ends of each window among them, and their windows."""
    counts = np.maximum(np.ceil((within[:, 1] - within[:, 0]) / step_s), 1.0).astype(np.intp) + 1
    owner = np.repeat(np.arange(len(within)), counts)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    shares = nth / (counts - 1)[owner]
    # From both ends, so that the last epoch is the window's own.
    return within[owner, 0] * (1.0 - shares) + within[owner, 1] * shares, owner


def _angles(first: FloatArray, second: FloatArray) -> FloatArray:
    """(n,) rotation angles, in radians, from one attitude to the other."""
    moved = np.linalg.norm(second - first, axis=(1, 2))
    return np.asarray(2.0 * np.arcsin(np.minimum(moved / np.sqrt(8.0), 1.0)))


def _windows(
    ask: Ask, looks: _Looks, wanted: Callable[[State], BoolArray], edge_s: float
) -> Windows:
    """The windows that looks show, their edges bisected."""
    order = np.lexsort((looks.et, looks.owner))
    et, owner, flags = looks.et[order], looks.owner[order], wanted(looks.state)[order]
    flips = np.flatnonzero((np.diff(flags.astype(np.int8)) != 0) & (np.diff(owner) == 0))
    rises = flags[flips + 1]
    inside = et[flips + rises]
    outside = et[flips + ~rises]
    edges = _bisected(ask, wanted, inside, outside, edge_s)
    first_of_owner = np.flatnonzero(np.diff(owner, prepend=-1))
    last_of_owner = np.append(first_of_owner[1:], len(owner)) - 1
    starts = np.concatenate([et[first_of_owner[flags[first_of_owner]]], edges[rises]])
    stops = np.concatenate([et[last_of_owner[flags[last_of_owner]]], edges[~rises]])
    return joined_windows(np.column_stack([np.sort(starts), np.sort(stops)]), edge_s)


def _bisected(
    ask: Ask,
    wanted: Callable[[State], BoolArray],
    inside: FloatArray,
    outside: FloatArray,
    edge_s: float,
) -> FloatArray:
    """The outermost epochs that are still inside, to within `edge_s`."""
    while len(inside) and np.abs(inside - outside).max() > edge_s:
        middle = (inside + outside) / 2.0
        still = wanted(ask(middle))
        inside, outside = np.where(still, middle, inside), np.where(still, outside, middle)
    return inside
