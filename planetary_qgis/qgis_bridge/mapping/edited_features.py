"""Some features of a layer that is being edited, in a millisecond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.core import QgsFeature, QgsFeatureRequest, QgsVectorLayer, QgsVectorLayerEditBuffer


class EditedFeatures:
    """Features as they are now, unsaved edits included.

    Each `getFeatures` of a layer on a GeoPackage has QGIS make the CRS of the file anew, which
    takes PROJ longer for those of planets than reading a few features does. Here the file's part of
    that is kept as long as the layer is what it was, and edits are laid over what the file has.
    """

    def __init__(self, layer: QgsVectorLayer) -> None:
        self._layer = layer
        self._stored: Any = None
        self._kept_for: tuple[str, ...] = ()

    def getFeatures(self, request: QgsFeatureRequest) -> Iterator[QgsFeature]:
        """What the layer gives; at once where features are asked for by their ids."""
        by_ids = request.filterType() == QgsFeatureRequest.FilterType.FilterFids
        if not by_ids or request.destinationCrs().isValid() or not self._is_plain():
            return iter(self._layer.getFeatures(request))
        buffer = self._layer.editBuffer()
        if buffer is None:
            return iter(self._source().getFeatures(request))
        return self._edited(request, buffer)

    def _is_plain(self) -> bool:
        """Whether edits are nothing but rows of the file that are new, gone or changed."""
        buffer, provider = self._layer.editBuffer(), self._layer.dataProvider()
        if provider.transaction() is not None:
            return False  # then edits are in the file
        if buffer is not None and (buffer.addedAttributes() or buffer.deletedAttributeIds()):
            return False
        return self._layer.fields().names() == provider.fields().names()

    def _source(self) -> Any:
        provider = self._layer.dataProvider()
        now = (provider.dataSourceUri(), provider.encoding(), *provider.fields().names())
        if self._stored is None or now != self._kept_for:
            self._stored, self._kept_for = provider.featureSource(), now
        return self._stored

    def _edited(
        self, request: QgsFeatureRequest, buffer: QgsVectorLayerEditBuffer
    ) -> Iterator[QgsFeature]:
        wanted = request.filterFids()
        stored = [fid for fid in wanted if fid >= 0 and not buffer.isFeatureDeleted(fid)]
        if stored:
            geometries, values = buffer.changedGeometries(), buffer.changedAttributeValues()
            asked = QgsFeatureRequest(request).setFilterFids(stored)
            for feature in self._source().getFeatures(asked):
                if feature.id() in geometries:
                    feature.setGeometry(geometries[feature.id()])
                for at, value in values.get(feature.id(), {}).items():
                    feature.setAttribute(at, value)
                yield feature
        if len(stored) < len(wanted):
            added = buffer.addedFeatures()
            yield from (QgsFeature(added[fid]) for fid in wanted if fid in added)
