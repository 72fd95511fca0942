"""What stands below the map of a sheet: scale, bars, north arrow, notes, the globe."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from qgis.core import QgsPrintLayout
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.map_areas import MapArea
from planetary_qgis.core.mapping.sheet.drawing import Drawing
from planetary_qgis.core.mapping.sheet.globe import draw_globe
from planetary_qgis.core.mapping.sheet.north import draw_north
from planetary_qgis.core.mapping.sheet.options import Look, SheetOptions
from planetary_qgis.core.mapping.sheet.plan import Box
from planetary_qgis.core.mapping.sheet.scale import bars_height, draw_bars, scale_text
from planetary_qgis.core.mapping.sheet.text import LINE, wrapped
from planetary_qgis.qgis_bridge.mapping.sheet.items import add_label, add_picture
from planetary_qgis.qgis_bridge.mapping.sheet.map_view import MapView

_GLOBE = 10.0
_ARROW = 5.0
_SIDE_BY_SIDE = 62.0
"""All in heights of the text."""
_SCALE_SHARE = 0.5
_GLOBAL_DEG = 300.0
_POLAR = 89.0
_STEP_NORTH_DEG = 0.01


@dataclass(frozen=True)
class _Places:
    """Where things are, with the strip's left upper corner at 0, 0."""

    scale: Box
    bars: Box
    arrow: Box | None
    notes: Box
    globe: Box | None

    @property
    def height(self) -> float:
        boxes = (self.scale, self.bars, self.notes, self.globe)
        return max(box.bottom for box in boxes if box is not None)


@dataclass(frozen=True)
class Strip:
    """The strip of a map view."""

    view: MapView
    notes: list[str]
    options: SheetOptions

    def height(self, width: float, look: Look) -> float:
        return self._places(width, look).height

    def add_to(self, layout: QgsPrintLayout, strip: Box, scale: float, look: Look) -> None:
        """Put all of it onto the first page."""
        places = self._places(strip.width, look)
        text = [scale_text(scale, self.view.place)]
        lines = wrapped(text[0], places.scale.width, look.size, look.sizes, bold=True)
        add_label(layout, _tr("Scale"), lines, _at(places.scale, strip), look.points, bold=True)
        self._add_bars(layout, _at(places.bars, strip), scale, look)
        noted = _at(places.notes, strip)
        add_label(layout, _tr("Notes"), self._note_lines(noted.width, look), noted, look.points)
        if places.arrow is not None:
            self._add_arrow(layout, _at(places.arrow, strip), look)
        if places.globe is not None:
            self._add_globe(layout, _at(places.globe, strip), look)

    def _places(self, width: float, look: Look) -> _Places:
        size, gap = look.size, look.gap
        globe = Box(width - _GLOBE * size, 0.0, _GLOBE * size, _GLOBE * size)
        shown_globe = globe if self._has_globe() else None
        free = width - (_GLOBE * size + gap) * (shown_globe is not None)
        beside = free >= _SIDE_BY_SIDE * size
        left = (free - gap) * _SCALE_SHARE if beside else free
        arrow = Box(left - _ARROW * size, 0.0, _ARROW * size, _ARROW * size)
        shown_arrow = arrow if self._north() is not None else None
        words = left - (_ARROW * size + gap) * (shown_arrow is not None)
        text = scale_text(1e9, self.view.place)
        lines = wrapped(text, words, size, look.sizes, bold=True)
        scale = Box(0.0, 0.0, words, size * LINE * len(lines) + size * 0.4)
        bars = Box(0.0, scale.bottom, words, bars_height(self.view.place, look))
        below = max(bars.bottom, shown_arrow.bottom if shown_arrow else 0.0) + size
        at, noted = ((left + gap, 0.0), free - left - gap) if beside else ((0.0, below), free)
        high = size * LINE * len(self._note_lines(noted, look)) + size * 0.4
        return _Places(scale, bars, shown_arrow, Box(*at, noted, high), shown_globe)

    def _note_lines(self, width: float, look: Look) -> list[str]:
        return [line for note in self.notes for line in wrapped(note, width, look.size, look.sizes)]

    def _add_bars(self, layout: QgsPrintLayout, box: Box, scale: float, look: Look) -> None:
        drawing = Drawing(box.width, box.height, look.family)
        draw_bars(drawing, 0.0, 0.0, box.width, scale, self.view.place, look)
        add_picture(layout, _tr("Scale bars"), drawing, box, 0)

    def _add_arrow(self, layout: QgsPrintLayout, box: Box, look: Look) -> None:
        drawing = Drawing(box.width, box.height, look.family)
        draw_north(
            drawing, box.width / 2.0, box.height / 2.0, box.height * 0.9, self._north() or 0.0
        )
        add_picture(layout, _tr("North arrow"), drawing, box, 0)

    def _add_globe(self, layout: QgsPrintLayout, box: Box, look: Look) -> None:
        drawing = Drawing(box.width, box.height, look.family)
        middle = box.width / 2.0
        draw_globe(
            drawing,
            middle,
            middle,
            middle - 0.5,
            center=_center(self.view.area),
            outlines=self.view.outlines,
        )
        add_picture(layout, _tr("Location"), drawing, box, 0)

    def _has_globe(self) -> bool:
        area = self.view.area
        return self.options.inset and area is not None and not _shows_most(area)

    def _north(self) -> float | None:
        """Degrees clockwise from up to north in the map's middle; None where no arrow can say."""
        area = self.view.area
        if area is None or area.goes_all_around:
            return None
        x, y = self.view.extent.center().x(), self.view.extent.center().y()
        (lon,), (lat,) = self.view.ground.to_sphere(np.array([x]), np.array([y]))
        step = _STEP_NORTH_DEG if lat < 0.0 else -_STEP_NORTH_DEG
        right, down = self.view.to_page(
            np.array([lon, lon]), np.array([lat, lat + step]), *self.view.size_m
        )
        if not np.isfinite(right).all():
            return None
        way = math.copysign(1.0, step)
        return math.degrees(math.atan2((right[1] - right[0]) * way, (down[0] - down[1]) * way))


def _shows_most(area: MapArea) -> bool:
    return area.width >= _GLOBAL_DEG and area.height >= 90.0 + _STEP_NORTH_DEG


def _center(area: MapArea) -> tuple[float, float]:
    """What the globe is seen from above of; polar maps turned as their projections are."""
    lon, lat = area.center
    return (0.0 if abs(lat) > _POLAR else lon), lat


def _at(box: Box, strip: Box) -> Box:
    return Box(strip.left + box.left, strip.top + box.top, box.width, box.height)


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapSheet", text)
