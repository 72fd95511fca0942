"""Questions to features of any source: memory layers, files of other formats, model steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsFeatureSource,
    QgsFeedback,
    QgsGeometry,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QDateTime

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.areas import extent_of_view
from planetary_qgis.qgis_bridge.compat import utc_text
from planetary_qgis.qgis_bridge.crs import transform_between
from planetary_qgis.qgis_bridge.layers import START_FIELD, STOP_FIELD
from planetary_qgis.qgis_bridge.search import Box, boxes_of_extent, checked_expression, time_text


@dataclass(frozen=True)
class Question:
    """What is asked of an index; what is empty is not asked.

    Attributes:
        boxes: Areas in the source's coordinates.
        start, stop: UTC texts.
        expression: A QGIS expression on the source's fields.
    """

    boxes: list[Box] | None = None
    start: str = ""
    stop: str = ""
    expression: str = ""

    def copy(self, source: QgsFeatureSource, sink: QgsFeatureSink, feedback: QgsFeedback) -> int:
        """How many features answered the question and went into the sink."""
        found = 0
        for feature in self.features(source):
            if feedback.isCanceled():
                break
            sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert)
            found += 1
        return found

    def features(self, source: QgsFeatureSource) -> Iterator[QgsFeature]:
        """The features that answer the question, each once."""
        when = self._times(source.fields().names())
        seen: set[int] = set()
        for request, area in self._requests(source):
            for feature in source.getFeatures(request):
                if feature.id() in seen or not when.hold_for(feature):
                    continue
                if area is None or area.intersects(feature.geometry()):
                    seen.add(feature.id())
                    yield feature

    def facts(self) -> dict[str, str]:
        """What was asked, for the metadata of what was found."""
        area = "; ".join(" ".join(map(repr, box)) for box in self.boxes or ())
        asked = {
            "Area (west south east north)": area,
            "Start": self.start,
            "Stop": self.stop,
            "Filter": self.expression,
        }
        return {name: value for name, value in asked.items() if value}

    def _requests(
        self, source: QgsFeatureSource
    ) -> Iterator[tuple[QgsFeatureRequest, QgsGeometry | None]]:
        """A request for each box, or one for everything."""
        if self.expression:
            checked_expression(self.expression, source.fields().names())
        for box in self.boxes if self.boxes is not None else [None]:
            request = QgsFeatureRequest()
            if self.expression:
                request.setFilterExpression(self.expression)
            if box is None:
                yield request, None
                continue
            rectangle = QgsRectangle(*box)
            request.setFilterRect(rectangle)
            yield request, QgsGeometry.fromRect(rectangle)

    def _times(self, names: list[str]) -> _Times:
        if not (self.start or self.stop):
            return _Times("", "", has_stop=False)
        if START_FIELD not in names:
            raise PlanetaryError(
                f"The layer has no field “{START_FIELD}”, so it cannot be searched by time.",
                hint="Leave the times empty, or search an index made by “Import PDS index”.",
            )
        start, stop = (time_text(text) if text else "" for text in (self.start, self.stop))
        return _Times(start, stop, has_stop=STOP_FIELD in names)


@dataclass(frozen=True)
class _Times:
    """Bounds as UTC texts, which sort as times do; "" where there is none."""

    start: str
    stop: str
    has_stop: bool

    def hold_for(self, feature: QgsFeature) -> bool:
        """Whether the feature's times overlap the bounds; without a stop it is an instant."""
        if not (self.start or self.stop):
            return True
        begin = _utc(feature[START_FIELD])
        if not begin:
            return False
        end = (_utc(feature[STOP_FIELD]) if self.has_stop else "") or begin
        return (not self.start or end >= self.start) and (not self.stop or begin <= self.stop)


def boxes_in(
    crs: QgsCoordinateReferenceSystem, area: QgsRectangle, area_crs: QgsCoordinateReferenceSystem
) -> list[Box]:
    """An area as boxes in another CRS of the same body.

    Raises:
        PlanetaryError: It lies on another body, or beyond the CRS.
    """
    if crs.isGeographic():
        return boxes_of_extent(extent_of_view(area, area_crs, crs))
    transform = transform_between(area_crs, crs)
    try:
        area = transform.transformBoundingBox(area)
    except QgsCsException as error:
        raise PlanetaryError(
            f"The area cannot be converted to “{crs.description()}”.",
            details=str(error),
            hint="Give a smaller area, or one in degrees.",
        ) from error
    return [(area.xMinimum(), area.yMinimum(), area.xMaximum(), area.yMaximum())]


def _utc(value: object) -> str:
    """A field's time as UTC text, "" where it is unknown."""
    if value is None or value == NULL or value == "":
        return ""
    return utc_text(value) if isinstance(value, QDateTime) else time_text(str(value))
