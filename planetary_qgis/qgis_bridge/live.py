"""Layers that show one moment, and are told the next one in place."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from qgis.core import (
    NULL,
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRenderer,
    QgsFields,
    QgsFillSymbol,
    QgsGeometry,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsProject,
    QgsRendererCategory,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.crs import crs_of

if TYPE_CHECKING:
    from planetary_qgis.core.bodies import Body
    from planetary_qgis.core.geos import shapely
    from planetary_qgis.core.spice.moments import Moment

POINTS, VIEW, CURVES, NIGHT = "Points", "Field of view", "Limb and terminator", "Night side"
"""The layers."""
BORESIGHT, BELOW, SUNLIT = "Boresight", "Sub-spacecraft point", "Subsolar point"
LIMB, TERMINATOR = "Limb", "Terminator"

# Okabe & Ito 2008, as for footprints: seen over grey rasters, told apart by colour-blind readers.
_RED, _BLUE, _ORANGE, _YELLOW = "213,94,0", "86,180,233", "230,159,0", "240,228,66"
_NO_QUESTION_AT_CLOSING = "skipMemoryLayersCheck"
_TEXTS = ("kind", "time")
_NUMBERS = (
    "incidence_angle",
    "emission_angle",
    "phase_angle",
    "range_km",
    "local_time",
    "solar_longitude",
)
"""Of the Conditions of a moment."""


class LiveLayers(QObject):
    """A group of scratch layers that show what an instrument sees at a moment.

    `gone` tells that somebody has taken the last of them out of the project.
    """

    gone = pyqtSignal()

    def __init__(self, project: QgsProject, body: Body, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self._project = project
        self._title = title
        self._layers: dict[str, QgsVectorLayer] = {}
        group = project.layerTreeRoot().insertGroup(0, title)
        crs = crs_of(body)
        for kind in _KINDS:
            layer = _made(kind, crs)
            layer.willBeDeleted.connect(partial(self._forget, kind.name))
            self._layers[kind.name] = layer
            project.addMapLayer(layer, False)
            group.addLayer(layer)

    def layers(self) -> list[QgsVectorLayer]:
        """Those that are still in the project, topmost first."""
        return list(self._layers.values())

    def show(self, moment: Moment) -> None:
        """Show this moment instead of the one before."""
        contents = _contents(moment)
        for name, layer in self._layers.items():
            _replace(layer, [_feature(layer.fields(), moment, *each) for each in contents[name]])

    def clear(self) -> None:
        """Show nothing."""
        for layer in self._layers.values():
            _replace(layer, [])

    def remove(self) -> None:
        """Take the layers, and their group unless it holds others, out of the project."""
        ids = [layer.id() for layer in self._layers.values()]
        self._layers.clear()
        self._project.removeMapLayers(ids)
        group = self._project.layerTreeRoot().findGroup(self._title)
        if group is not None and not group.children():
            group.parent().removeChildNode(group)

    def _forget(self, name: str) -> None:
        """Let go of a layer that others delete."""
        if self._layers.pop(name, None) is not None and not self._layers:
            self.gone.emit()


def _made(kind: _Kind, crs: QgsCoordinateReferenceSystem) -> QgsVectorLayer:
    layer = QgsVectorLayer(kind.geometry, kind.name, "memory")
    layer.setCrs(crs)
    fields = [field(name, "text") for name in _TEXTS]
    if kind.has_conditions:
        fields += [field(name, "real") for name in _NUMBERS]
    layer.dataProvider().addAttributes(fields)
    layer.updateFields()
    layer.setRenderer(kind.renderer())
    layer.setDisplayExpression('"kind"')
    layer.setMapTipTemplate('<b>[% "kind" %]</b><br>[% "time" %]')
    layer.setReadOnly(True)  # edits would be gone at the next moment
    layer.setCustomProperty(_NO_QUESTION_AT_CLOSING, 1)
    return layer


def _replace(layer: QgsVectorLayer, features: list[QgsFeature]) -> None:
    """Put other features into a layer, past its undo stack."""
    if features or layer.featureCount():
        provider = layer.dataProvider()
        provider.truncate()
        provider.addFeatures(features)
        layer.updateExtents()
        layer.triggerRepaint()


def _contents(moment: Moment) -> dict[str, list[tuple[str, shapely.Geometry]]]:
    """Kinds and shapes of what each layer shows."""
    wanted = {
        POINTS: [
            (BORESIGHT, moment.boresight),
            (BELOW, moment.sub_spacecraft),
            (SUNLIT, moment.subsolar),
        ],
        VIEW: [(VIEW, moment.field_of_view)],
        CURVES: [(LIMB, moment.limb), (TERMINATOR, moment.terminator)],
        NIGHT: [(NIGHT, moment.night)],
    }
    return {
        name: [(kind, shape) for kind, shape in pairs if shape is not None]
        for name, pairs in wanted.items()
    }


def _feature(fields: QgsFields, moment: Moment, kind: str, shape: shapely.Geometry) -> QgsFeature:
    from planetary_qgis.core.times import utc_text

    feature = QgsFeature(fields)
    feature["kind"], feature["time"] = kind, utc_text(moment.time)
    for name in _NUMBERS if fields.lookupField(_NUMBERS[0]) >= 0 else ():
        feature[name] = _number(moment, name)
    geometry = QgsGeometry()
    geometry.fromWkb(shape.wkb)
    if shape.geom_type != "Point":
        geometry.convertToMultiType()
    feature.setGeometry(geometry)
    return feature


def _number(moment: Moment, name: str) -> Any:
    value = getattr(moment.conditions, name)[0] if moment.conditions else float("nan")
    return float(value) if math.isfinite(value) else NULL


def _categories(symbols: dict[str, QgsSymbol]) -> QgsFeatureRenderer:
    return QgsCategorizedSymbolRenderer(
        "kind", [QgsRendererCategory(kind, symbol, kind) for kind, symbol in symbols.items()]
    )


def _points() -> QgsFeatureRenderer:
    looks = {BORESIGHT: ("cross2", _RED), BELOW: ("triangle", _BLUE), SUNLIT: ("circle", _YELLOW)}
    return _categories(
        {
            kind: QgsMarkerSymbol.createSimple(
                {
                    "name": shape,
                    "color": colour,
                    "outline_color": colour if shape == "cross2" else "40,40,40,255",
                    "outline_width": "0.8" if shape == "cross2" else "0.2",
                    "size": "3.4",
                }
            )
            for kind, (shape, colour) in looks.items()
        }
    )


def _view() -> QgsFeatureRenderer:
    outline = {"color": f"{_RED},40", "outline_color": f"{_RED},255", "outline_width": "1"}
    return QgsSingleSymbolRenderer(QgsFillSymbol.createSimple({**outline, "joinstyle": "round"}))


def _curves() -> QgsFeatureRenderer:
    limb = {"line_color": _BLUE, "line_width": "0.6"}
    dusk = {"line_color": _ORANGE, "line_width": "0.5", "line_style": "dash"}
    return _categories(
        {
            LIMB: QgsLineSymbol.createSimple(limb),
            TERMINATOR: QgsLineSymbol.createSimple(dusk),
        }
    )


def _night() -> QgsFeatureRenderer:
    shade = {"color": "10,10,40,70", "outline_style": "no"}
    return QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(shade))


@dataclass(frozen=True)
class _Kind:
    """A layer before it is made."""

    name: str
    geometry: str
    renderer: Callable[[], QgsFeatureRenderer]
    has_conditions: bool = False


_KINDS = (
    _Kind(POINTS, "Point", _points),
    _Kind(VIEW, "MultiPolygon", _view, has_conditions=True),
    _Kind(CURVES, "MultiLineString", _curves),
    _Kind(NIGHT, "MultiPolygon", _night),
)
"""The topmost first."""
