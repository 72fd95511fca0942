"""Which feature of a layer each built polygon is. Imports pandas and shapely: import it late."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from qgis.core import QgsFeatureRequest, QgsVectorLayer

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_content import LayerContent, Shapes
from planetary_qgis.core.mapping.map_layers import UNITS
from planetary_qgis.core.mapping.units import BuiltUnits
from planetary_qgis.core.mapping.units.live import UnitsChange
from planetary_qgis.core.mapping.units.previous import OldPolygons
from planetary_qgis.qgis_bridge.mapping.edited_features import EditedFeatures
from planetary_qgis.qgis_bridge.mapping.units.rows import NEW, Described, UnitRow, row_of
from planetary_qgis.qgis_bridge.mapping.units.writing import UnitsWritten, write_units

Ids = NDArray[np.int64]
Said = dict[int, str]


class UnitMirror:
    """Writes changes of built units into a layer, knowing what it wrote before."""

    def __init__(self, layer: QgsVectorLayer) -> None:
        self._layer = layer
        self._features: EditedFeatures | None = EditedFeatures(layer)
        self._built = BuiltUnits.nothing()
        self._ids: Ids | None = None

    def forget(self) -> None:
        """Look at the whole layer next time: others edited it, or rows are to say something new."""
        self._ids = None

    def let_go(self) -> None:
        """Keep nothing of the layer's file open, which may be moved or deleted now."""
        self.forget()
        self._features = None

    def write_all(
        self, built: BuiltUnits, said: Said, described: Described, title: str
    ) -> UnitsWritten:
        """Make the layer's polygons the built ones, whatever it holds."""
        self._ids = None  # not known, should writing fail
        old = OldPolygons.of(_polygons_of(self._layer))
        rows = _rows(built, np.arange(len(built.shapes)), _taken(old, built.shapes), said)
        written = write_units(self._layer, rows, described, title)
        self._built, self._ids = built, np.array(written.ids, dtype=np.int64)
        return written

    def write_change(
        self, change: UnitsChange, said: Said, described: Described, title: str
    ) -> UnitsWritten:
        """The same, where the layer is as it was written last, or is not known to be."""
        if self._ids is None:
            return self.write_all(change.built, said, described, title)
        gone, added = self._ids[change.gone], change.added
        ids = np.where(change.was >= 0, self._ids[change.was], NEW)
        old = OldPolygons.of(_content(gone, self._built.shapes[change.gone]))
        ids[added] = _taken(old, change.built.shapes[added])
        touched = np.concatenate([added, change.renamed]).astype(np.int64)
        rows = _rows(change.built, touched, ids[touched], said)
        self._ids = None  # not known, should writing fail
        written = write_units(
            self._layer, rows, described, title, among=set(gone.tolist()), features=self._features
        )
        ids[touched] = written.ids
        self._built, self._ids = change.built, ids
        return written


def _polygons_of(layer: QgsVectorLayer) -> LayerContent:
    """Polygons of a layer without their attributes."""
    request = QgsFeatureRequest()
    request.setSubsetOfAttributes([])
    features = [feature for feature in layer.getFeatures(request) if feature.hasGeometry()]
    ids = np.array([feature.id() for feature in features], dtype=np.int64)
    shapes = [bytes(feature.geometry().asWkb()) for feature in features]
    return _content(ids, shapely.from_wkb(np.array([*shapes, None], dtype=object))[:-1])


def _content(ids: Ids, shapes: Shapes) -> LayerContent:
    return LayerContent(UNITS, ids, shapes, pd.DataFrame(index=range(len(ids))))


def _taken(old: OldPolygons, shapes: Shapes) -> Ids:
    """Ids of the old polygons that shapes cover most of."""
    if not len(shapes):
        return np.zeros(0, dtype=np.int64)
    places = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return old.taken_over(old.overlaps(shapes), places)


def _rows(built: BuiltUnits, which: Ids, ids: Ids, said: Said) -> list[UnitRow]:
    return [
        row_of(built.shapes[i], fid, built.units[i], built.points[i], said)
        for i, fid in zip(which.tolist(), ids.tolist())
    ]
