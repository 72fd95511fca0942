"""What is new in a layer since it was read last. Imports pandas and shapely: import it late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.mapping.layer_edits import Edited
from planetary_qgis.qgis_bridge.mapping.units.building import FeatureReading


@dataclass(frozen=True)
class News:
    """Features that are new or changed, and ids of those that are gone."""

    changed: LayerContent
    gone: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(len(self.changed.ids) or self.gone)


class LayerNews:
    """Remembers what was read of a layer: signals tell too much, and new ids after a save."""

    def __init__(self, content: LayerContent) -> None:
        self._known = _prints(content)

    def after(self, edited: Edited, reading: FeatureReading) -> News:
        """What an edit changed; what was read already is no news."""
        some = None if edited.everything else edited.ids
        content = reading.read(Report(), some)
        found = _prints(content)
        looked_at = self._known.keys() if some is None else self._known.keys() & some
        gone = tuple(looked_at - found.keys())
        is_new = [self._known.get(fid) != print_ for fid, print_ in found.items()]
        for fid in gone:
            del self._known[fid]
        self._known.update(found)
        return News(_only(content, np.array(is_new, dtype=bool)), gone)


def _prints(content: LayerContent) -> dict[int, Any]:
    """What tells each feature from what it was before."""
    shapes = shapely.to_wkb(content.shapes)
    rows = content.attributes.itertuples(index=False, name=None)
    return {
        int(fid): hash((shape, *map(str, row)))
        for fid, shape, row in zip(content.ids, shapes, rows)
    }


def _only(content: LayerContent, wanted: Any) -> LayerContent:
    return LayerContent(
        content.name,
        content.ids[wanted],
        content.shapes[wanted],
        content.attributes[wanted],
    )
