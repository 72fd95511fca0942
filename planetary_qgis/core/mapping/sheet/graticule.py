"""The graticule of a map sheet: which meridians and parallels, where they run, their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import LongitudeStyle, in_style, wrap_180
from planetary_qgis.core.map_areas import MapArea
from planetary_qgis.core.mapping.sheet.drawing import BLACK, WHITE, Drawing
from planetary_qgis.core.mapping.sheet.options import Look

FloatArray = NDArray[np.float64]
ToPage = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
"""Longitudes and latitudes as millimetres in the frame, y down; NaN where the map has no place."""

_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
_MM_BETWEEN = 45.0
_FEWEST, _MOST = 3, 12
_POINTS = 721
_POLAR_MERIDIANS_DEG = 30.0
_ALL_THE_WAY_DEG = 90.0
"""Meridians this far apart reach the pole; the others end at the last parallel."""
_LINE_WIDTH = 0.1
_AT_EDGE_MM = 1e-3
_SAME_LINE = 1e-6
_STRAIGHT_MM = 0.01


@dataclass(frozen=True)
class Line:
    """A meridian or parallel."""

    is_meridian: bool
    degrees: float
    lon: FloatArray
    lat: FloatArray


@dataclass(frozen=True)
class Label:
    """Words at the frame: on which side, how far along it in millimetres."""

    text: str
    side: str
    at: float


def draw_graticule(
    drawing: Drawing,
    frame: tuple[float, float, float, float],
    area: MapArea,
    to_page: ToPage,
    style: LongitudeStyle,
    look: Look,
) -> None:
    """Lines over a frame (left, top, width, height on the drawing) and labels around it."""
    left, top, width, height = frame
    step = graticule_step(area, width, height)
    polar = _is_polar(area)
    labels: list[Label] = []
    for line in graticule_lines(area, step):
        for part in parts_in_frame(line, to_page, width, height):
            drawing.lines([(left + x, top + y) for x, y in part], stroke=BLACK, line=_LINE_WIDTH)
            text = line_text(line, style, step)
            labels.extend(_labels_of(line, part, text, width, height, area))
        if polar and not line.is_meridian:
            _draw_inside(drawing, line, to_page, frame, line_text(line, style, step), look)
    for label in _apart(labels, look):
        _draw_label(drawing, label, frame, look)


def graticule_step(area: MapArea, width: float, height: float) -> float:
    """Degrees from line to line, so that a few of them cross the map."""
    wanted = min(max(height / _MM_BETWEEN, _FEWEST), _MOST)
    if not _is_polar(area):
        wanted_across = min(max(width / _MM_BETWEEN, _FEWEST), _MOST)
        rough = max(area.height / wanted, area.width / wanted_across)
    else:
        rough = area.height / min(wanted, 6.0) * 2.0
    return next((step for step in _STEPS if step >= rough * 0.75), _STEPS[-1])


def graticule_lines(area: MapArea, step: float) -> Iterator[Line]:
    """Parallels and meridians of an area, whole multiples of the step."""
    polar = _is_polar(area)
    along = np.linspace(area.west_e, area.east_e, _POINTS)
    parallels = [lat for lat in _multiples(area.south, area.north, step) if abs(lat) < 90.0]
    for lat in parallels:
        yield Line(False, lat, along, np.full_like(along, lat))
    across = _POLAR_MERIDIANS_DEG if polar else step
    end = area.east_e - 1e-9 if area.goes_all_around else area.east_e
    for lon in _multiples(area.west_e, end, across):
        south, north = _ends(lon, area, parallels) if polar else (area.south, area.north)
        up = np.linspace(south, north, _POINTS)
        yield Line(True, float(wrap_180(lon)), np.full_like(up, lon), up)


def parts_in_frame(
    line: Line, to_page: ToPage, width: float, height: float
) -> list[list[tuple[float, float]]]:
    """What of a line lies in the frame, in millimetres from its left upper corner."""
    x, y = to_page(line.lon, line.lat)
    jumps = np.hypot(np.diff(x), np.diff(y)) > 0.5 * max(width, height)
    known = np.isfinite(x) & np.isfinite(y)
    breaks = np.flatnonzero(jumps | np.diff(known).astype(bool)) + 1
    pieces = [
        shapely.LineString(np.column_stack([x[part], y[part]]))
        for part in np.split(np.arange(len(x)), breaks)
        if len(part) > 1 and known[part[0]]
    ]
    if not pieces:
        return []
    clipped = shapely.clip_by_rect(shapely.multilinestrings(pieces), 0.0, 0.0, width, height)
    parts = shapely.get_parts(shapely.simplify(shapely.line_merge(clipped), _STRAIGHT_MM))
    return [
        [(float(px), float(py)) for px, py in shapely.get_coordinates(part)]
        for part in parts
        if shapely.length(part) > _AT_EDGE_MM
    ]


def line_text(line: Line, style: LongitudeStyle, step: float) -> str:
    """What stands at a line: 137.5°E, 30°S, 0°."""
    decimals = max(0, int(np.ceil(-np.log10(step) - 1e-9))) if step < 1.0 else 0
    if line.is_meridian:
        return longitude_text(line.degrees, style, decimals)
    letter = "" if line.degrees == 0.0 else "N" if line.degrees > 0.0 else "S"
    return f"{abs(line.degrees):.{decimals}f}°{letter}"


def longitude_text(lon_e: float, style: LongitudeStyle, decimals: int = 0) -> str:
    """A longitude as a style writes it."""
    shown = float(in_style(round(lon_e, decimals + 3), style))
    if style == "east 180":
        if abs(shown) in (0.0, 180.0):
            return f"{abs(shown):.{decimals}f}°"
        return f"{abs(shown):.{decimals}f}°{'W' if shown < 0.0 else 'E'}"
    letter = "" if shown == 0.0 else "W" if style == "west 360" else "E"
    return f"{shown:.{decimals}f}°{letter}"


def _is_polar(area: MapArea) -> bool:
    """Whether meridians meet on the map."""
    return area.goes_all_around and (area.north >= 90.0) != (area.south <= -90.0)


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = np.ceil(low / step - _SAME_LINE), np.floor(high / step + _SAME_LINE)
    return [round(float(n) * step, 9) + 0.0 for n in np.arange(first, last + 1.0)]


def _ends(lon: float, area: MapArea, parallels: list[float]) -> tuple[float, float]:
    """Where a meridian of a polar map ends: most of them at the last parallel before the pole."""
    if lon % _ALL_THE_WAY_DEG == 0.0 or not parallels:
        return area.south, area.north
    if area.north >= 90.0:
        return area.south, max(parallels)
    return min(parallels), area.north


def _labels_of(
    line: Line,
    part: list[tuple[float, float]],
    text: str,
    width: float,
    height: float,
    area: MapArea,
) -> Iterator[Label]:
    """Labels where a line leaves the frame; parallels of polar maps have theirs inside.

    Of maps of whole bodies, whose outlines need not reach the frame, also where a line ends.
    """
    polar = _is_polar(area)
    if polar and not line.is_meridian:
        return
    for x, y in (part[0], part[-1]):
        side = _side(x, y, width, height)
        if not side and area.goes_all_around and not polar:
            side = _nearest_side(line, x, y, width, height)
        if side in ("top", "bottom") and (line.is_meridian or polar):
            yield Label(text, side, x)
        elif side in ("left", "right") and (not line.is_meridian or polar):
            yield Label(text, side, y)


def _side(x: float, y: float, width: float, height: float) -> str:
    if y >= height - _AT_EDGE_MM:
        return "bottom"
    if y <= _AT_EDGE_MM:
        return "top"
    if x <= _AT_EDGE_MM:
        return "left"
    return "right" if x >= width - _AT_EDGE_MM else ""


def _nearest_side(line: Line, x: float, y: float, width: float, height: float) -> str:
    if line.is_meridian:
        return "top" if y < height / 2.0 else "bottom"
    return "left" if x < width / 2.0 else "right"


def _apart(labels: list[Label], look: Look) -> list[Label]:
    """Labels without those that would run into the one before on their side."""
    kept: list[Label] = []
    for side in ("top", "bottom", "left", "right"):
        end = -np.inf
        for label in sorted((each for each in labels if each.side == side), key=lambda e: e.at):
            half = look.sizes.width(label.text, look.size) / 2.0
            if label.at - half > end:
                kept.append(label)
                end = label.at + half + look.size * 0.6
    return kept


def _draw_label(
    drawing: Drawing, label: Label, frame: tuple[float, float, float, float], look: Look
) -> None:
    left, top, width, height = frame
    size, off = look.size * 0.9, look.size * 0.5
    if label.side in ("top", "bottom"):
        y = top - off if label.side == "top" else top + height + off + size * 0.75
        drawing.text(label.text, left + label.at, y, size, anchor="middle")
    else:
        x = left - off if label.side == "left" else left + width + off
        turned = -90.0 if label.side == "left" else 90.0
        drawing.text(label.text, x, top + label.at, size, anchor="middle", turned=turned)


def _draw_inside(
    drawing: Drawing,
    line: Line,
    to_page: ToPage,
    frame: tuple[float, float, float, float],
    text: str,
    look: Look,
) -> None:
    """A parallel's label on the map, halfway between two meridians, where there is room."""
    left, top, width, height = frame
    size = look.size * 0.85
    half = look.sizes.width(text, size) / 2.0 + size * 0.4
    offset = _POLAR_MERIDIANS_DEG / 2.0
    for lon in np.arange(offset, 360.0 + offset, _POLAR_MERIDIANS_DEG):
        x, y = (float(each[0]) for each in to_page(np.array([lon]), np.array([line.degrees])))
        if half < x < width - half and 2 * size < y < height - 2 * size:
            baseline = top + y + size * 0.36
            paper = (left + x - half, top + y - 0.65 * size, 2.0 * half, 1.3 * size)
            drawing.box(*paper, fill=WHITE, stroke=None)
            drawing.text(text, left + x, baseline, size, anchor="middle")
            return
