"""Where everything goes on the page of a map sheet: all within it, nothing over anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.sheet.flow import Piece, Placed, Room, flow
from planetary_qgis.core.mapping.sheet.options import AUTO_PAGE, PAPERS, Look, Paper, SheetOptions
from planetary_qgis.core.mapping.sheet.scale import round_scale

_SMALLEST_ROOM = 40.0
"""Millimetres in height that columns below the map must have."""
_FIT_SHARE = 1.015
_MOST_TRIES = 60
_BALANCING = 12
_HAIR = 1e-3
_AFTER_A0 = "own"


@dataclass(frozen=True)
class Box:
    """A rectangle on a page, in millimetres."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True)
class Contents:
    """What a sheet holds, as far as its places depend on it.

    Attributes:
        title_height, strip_height: Of the title and of what stands below the map, by width.
        pieces: That flow over the columns.
        wide: Makes what is wider than a column, so wide at most: None where that is too narrow, if
            it must not be squeezed. It stands over the last columns of the first page, or across
            the second one.
    """

    title_height: Callable[[float], float]
    strip_height: Callable[[float], float]
    pieces: Sequence[Piece]
    wide: Callable[[float, bool], Piece | None] | None = None


@dataclass(frozen=True)
class Plan:
    """A laid out sheet.

    Attributes:
        scale: The denominator.
        frame: The map's.
        strip: Below the map: scale, notes.
        wide: Where the piece across the page is; None where there is none.
        pages: How many.
    """

    paper: str
    page: tuple[float, float]
    scale: float
    look: Look
    title: Box
    frame: Box
    strip: Box
    placed: tuple[Placed, ...]
    wide: Placed | None
    pages: int


ContentsOn = Callable[[Look], Contents]
LookOn = Callable[[Paper], Look]


def plan_sheet(
    size_m: tuple[float, float],
    scale: float,
    options: SheetOptions,
    look_on: LookOn,
    contents_on: ContentsOn,
) -> Plan:
    """The sheet of a map that is so many metres wide and high where its scale is true.

    Raises:
        PlanetaryError: The map is larger than the page that was asked for.
    """
    papers = [each for each in PAPERS if options.page in (AUTO_PAGE, each.name)]
    if options.fits_page:
        paper = papers[0] if options.page != AUTO_PAGE else _named("A3")
        return _fitted(size_m, paper, look_on, contents_on)
    for paper in papers:
        found = _best(size_m, scale, paper, look_on, contents_on)
        if found is not None:
            return found
    if options.page != AUTO_PAGE:
        raise _too_large(size_m, scale, options.page)
    return _own_paper(size_m, scale, look_on, contents_on)


def _named(name: str) -> Paper:
    return next(each for each in PAPERS if each.name == name)


def _fitted(
    size_m: tuple[float, float], paper: Paper, look_on: LookOn, contents_on: ContentsOn
) -> Plan:
    """The sheet at the largest round scale at which the map fits."""
    scale = round_scale(max(size_m) / max(paper.width, paper.height) * 1000.0)
    for _ in range(_MOST_TRIES):
        found = _best(size_m, scale, paper, look_on, contents_on)
        if found is not None:
            return found
        scale = round_scale(scale * _FIT_SHARE)
    raise _too_large(size_m, scale, paper.name)


def _own_paper(
    size_m: tuple[float, float], scale: float, look_on: LookOn, contents_on: ContentsOn
) -> Plan:
    """A page as large as a map needs that no A0 holds."""
    largest = PAPERS[-1]
    look = look_on(largest)
    width, height = (each / scale * 1000.0 for each in size_m)
    around = 2.0 * (look.margin + look.label_room)
    wide = width + around + look.column + 2.0 * look.gap
    strips = contents_on(look)
    high = height + around + strips.title_height(wide) + strips.strip_height(width) + 1.0
    paper = Paper(_AFTER_A0, wide, high, largest.points, largest.column, largest.margin)
    found = _best(size_m, scale, paper, look_on, contents_on)
    if found is None:
        raise _too_large(size_m, scale, largest.name)
    return found


def _best(
    size_m: tuple[float, float],
    scale: float,
    paper: Paper,
    look_on: LookOn,
    contents_on: ContentsOn,
) -> Plan | None:
    """The arrangement with the least on further pages; None where the map does not fit."""
    look = look_on(paper)
    size = (size_m[0] / scale * 1000.0, size_m[1] / scale * 1000.0)
    if min(size) > max(paper.width, paper.height):
        return None
    contents = contents_on(look)
    pages = [(paper.height, paper.width), (paper.width, paper.height)]
    if paper.name == _AFTER_A0:
        pages = [(paper.width, paper.height)]
    plans = [
        plan
        for page in pages
        for arrange in (_beside, _below)
        if (plan := arrange(size, scale, paper.name, page, look, contents)) is not None
    ]
    return min(plans, key=lambda plan: (plan.pages, _left_over(plan)), default=None)


def _left_over(plan: Plan) -> float:
    """Millimetres of pieces on further pages."""
    return sum(each.piece.height for each in plan.placed if each.room.page > 0)


def _beside(
    size: tuple[float, float],
    scale: float,
    paper: str,
    page: tuple[float, float],
    look: Look,
    contents: Contents,
) -> Plan | None:
    """The map on the left, columns on the right of it."""
    inner = page[0] - 2.0 * look.margin
    title = Box(look.margin, look.margin, inner, contents.title_height(inner))
    block = size[0] + 2.0 * look.label_room
    columns = int((inner - block) // (look.column + look.gap)) if contents.pieces else 0
    if contents.pieces and columns < 1:
        return None
    area = inner - columns * (look.column + look.gap)
    below = contents.strip_height(area)
    if block > area or _height(size, title, below, look) > page[1] - look.margin:
        return None
    frame = Box(
        look.margin + (area - size[0]) / 2.0, title.bottom + look.label_room, size[0], size[1]
    )
    strip = Box(look.margin, frame.bottom + look.label_room, area, below)
    height = page[1] - look.margin - title.bottom
    lefts = [look.margin + area + look.gap + n * (look.column + look.gap) for n in range(columns)]
    rooms = [Room(0, left, title.bottom, look.column, height) for left in lefts]
    return _filled(scale, paper, page, look, contents, title, frame, strip, rooms)


def _below(
    size: tuple[float, float],
    scale: float,
    paper: str,
    page: tuple[float, float],
    look: Look,
    contents: Contents,
) -> Plan | None:
    """The map at the top, columns below it."""
    inner = page[0] - 2.0 * look.margin
    title = Box(look.margin, look.margin, inner, contents.title_height(inner))
    strip_height = contents.strip_height(inner)
    used = _height(size, title, strip_height, look)
    free = page[1] - look.margin - used - look.gap
    if size[0] + 2.0 * look.label_room > inner or free < _SMALLEST_ROOM:
        return None
    frame = Box(
        look.margin + (inner - size[0]) / 2.0, title.bottom + look.label_room, size[0], size[1]
    )
    strip = Box(look.margin, frame.bottom + look.label_room, inner, strip_height)
    rooms = list(_columns(page, look, 0, strip.bottom + look.gap))
    return _filled(scale, paper, page, look, contents, title, frame, strip, rooms)


def _height(size: tuple[float, float], title: Box, below: float, look: Look) -> float:
    """Down to where, from the page's head, title, map and strip reach."""
    return title.bottom + size[1] + 2.0 * look.label_room + below


def _filled(
    scale: float,
    paper: str,
    page: tuple[float, float],
    look: Look,
    contents: Contents,
    title: Box,
    frame: Box,
    strip: Box,
    rooms: Sequence[Room],
) -> Plan:
    wide, rooms = _over_columns(contents, rooms, look)
    top = look.margin
    if wide is None and contents.wide is not None:
        inner = page[0] - 2.0 * look.margin
        piece = contents.wide(inner, True)
        if piece is not None:
            wide = Placed(piece, Room(1, look.margin, top, inner, piece.height), top)
            top += piece.height + look.gap
    placed = _balanced(contents.pieces, rooms, page, look, top)
    last = max([0, *(each.room.page for each in placed), *([wide.room.page] if wide else [])])
    return Plan(paper, page, scale, look, title, frame, strip, tuple(placed), wide, last + 1)


def _over_columns(
    contents: Contents, rooms: Sequence[Room], look: Look
) -> tuple[Placed | None, list[Room]]:
    """The wide piece over as few of the last columns as hold it, and what is left of these."""
    for count in range(2, len(rooms) + 1) if contents.wide is not None else ():
        covered = rooms[-count:]
        width = covered[-1].left + covered[-1].width - covered[0].left
        piece = contents.wide(width, False) if contents.wide is not None else None
        if piece is None or piece.height > covered[0].height:
            continue
        top, down = covered[0].top, piece.height + look.gap
        room = Room(0, covered[0].left, top, width, piece.height)
        lower = [
            Room(0, each.left, each.top + down, each.width, each.height - down) for each in covered
        ]
        left = [*rooms[:-count], *(each for each in lower if each.height > look.size)]
        return Placed(piece, room, top), left
    return None, list(rooms)


def _balanced(
    pieces: Sequence[Piece],
    rooms: Sequence[Room],
    page: tuple[float, float],
    look: Look,
    second_top: float,
) -> list[Placed]:
    """Pieces placed, those of the last page in columns of about the same height."""

    def placed_with(number: int, share: float) -> list[Placed]:
        found, _ = flow(pieces, _all_rooms(rooms, page, look, second_top, number, share))
        return found

    placed = placed_with(0, 1.0)
    last = max((each.room.page for each in placed), default=0)
    low, high = 0.0, 1.0
    for _ in range(_BALANCING if last else 0):
        share = (low + high) / 2.0
        found = placed_with(last, share)
        if found[-1].room.page > last or _sticks_out(found):
            low = share
        else:
            placed, high = found, share
    return placed


def _sticks_out(placed: Sequence[Placed]) -> bool:
    return any(
        each.top + each.piece.height > each.room.top + each.room.height + _HAIR for each in placed
    )


def _all_rooms(
    first: Sequence[Room],
    page: tuple[float, float],
    look: Look,
    second_top: float,
    shorter: int,
    share: float,
) -> Iterator[Room]:
    """The first page's columns, then further pages full of columns, without end.

    Columns of the page `shorter`, where it is a further one, have that share of their height.
    """
    yield from first
    number = 1
    while True:
        top = second_top if number == 1 else look.margin
        if page[1] - look.margin - top >= _SMALLEST_ROOM:
            for room in _columns(page, look, number, top):
                yield replace(room, height=room.height * share) if number == shorter else room
        number += 1


def _columns(page: tuple[float, float], look: Look, number: int, top: float) -> Iterator[Room]:
    inner = page[0] - 2.0 * look.margin
    count = max(1, int((inner + look.gap) // (look.column + look.gap)))
    step = (inner - look.column) / (count - 1) if count > 1 else 0.0
    step = min(step, look.column + 3.0 * look.gap)
    for column in range(count):
        left = look.margin + column * step
        yield Room(number, left, top, look.column, page[1] - look.margin - top)


def _too_large(size_m: tuple[float, float], scale: float, page: str) -> PlanetaryError:
    width, height = (each / scale * 1000.0 for each in size_m)
    return PlanetaryError(
        f"At 1:{scale:,.0f} the map alone is {width:,.0f} × {height:,.0f} mm: with its margins it "
        f"does not fit on {page}.",
        hint="Choose a larger page, or let the scale follow from the page.",
    )
