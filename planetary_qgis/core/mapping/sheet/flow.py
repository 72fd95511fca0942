"""What flows over the columns of a sheet: pieces, one below the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from planetary_qgis.core.mapping.sheet.drawing import Drawing

Draw = Callable[[Drawing, float, float], None]

_HAIR = 1e-6


@dataclass(frozen=True)
class Piece:
    """Something that stays whole.

    Attributes:
        draw: Draws it with its left upper corner at x, y; None where `item` says what stands here.
        before: Millimetres of room above, but at the top of a column.
        with_next: Whether it may not stand alone at the foot of a column.
        item: Key of a part that somebody else makes, as legends of layers.
    """

    height: float
    draw: Draw | None = None
    before: float = 0.0
    with_next: bool = False
    item: str = ""


@dataclass(frozen=True)
class Room:
    """A column that pieces may fill, on a page."""

    page: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Placed:
    """A piece in its place on the page."""

    piece: Piece
    room: Room
    top: float


def flow(pieces: Sequence[Piece], rooms: Iterator[Room]) -> tuple[list[Placed], list[Piece]]:
    """Pieces placed from room to room; and those left when there are no more rooms.

    What is higher than a column of a further page is parted, or stands out of it.
    """
    placed: list[Placed] = []
    chains = _chains(pieces)
    room = next(rooms, None)
    used = 0.0
    while chains and room is not None:
        chain = chains[0]
        height = _height(chain, at_top=used == 0.0)
        fits = used + height <= room.height + _HAIR
        if not fits and (used > 0.0 or room.page == 0):
            room, used = next(rooms, None), 0.0
            continue
        chains.pop(0)
        if not fits and len(chain) > 1:
            chains[:0] = [[piece] for piece in chain]
            continue
        for piece in chain:
            used += piece.before if used else 0.0
            placed.append(Placed(piece, room, room.top + used))
            used += piece.height
    return placed, [piece for chain in chains for piece in chain]


def _chains(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces with what they may not be parted from."""
    chains: list[list[Piece]] = []
    goes_on = False
    for piece in pieces:
        if goes_on:
            chains[-1].append(piece)
        else:
            chains.append([piece])
        goes_on = piece.with_next
    return chains


def _height(chain: Sequence[Piece], *, at_top: bool) -> float:
    spaces = sum(piece.before for piece in chain) - (chain[0].before if at_top else 0.0)
    return spaces + sum(piece.height for piece in chain)
