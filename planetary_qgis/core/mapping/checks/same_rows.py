"""Whether two features say the same."""

from __future__ import annotations

from planetary_qgis.core.mapping.checks.context import texts
from planetary_qgis.core.mapping.map_content import LayerContent

_IDS = frozenset({"fid", "ogc_fid", "objectid", "id"})


def say_the_same(layer: LayerContent, row: int, other: int) -> bool:
    """Whether all attributes are equal, but for those that only number the features."""
    for name in layer.attributes.columns:
        one, two = texts(layer.attributes[name].to_numpy(dtype=object)[[row, other]])
        if one != two and str(name).lower() not in _IDS:
            return False
    return True
