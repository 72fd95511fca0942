"""Symbols and styles of a geologic map's layers.

Symbols are made of QGIS's own parts, so that they go with projects, GeoPackages and style files
without any path.
"""

from __future__ import annotations

from qgis.core import QgsFillSymbol, QgsSingleSymbolRenderer, QgsSymbol, QgsVectorLayer

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    MAP_BOUNDARY,
    SURFACE_FEATURES,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.symbols import Mark, Stroke, symbol_specs
from planetary_qgis.qgis_bridge.mapping.symbols import drawing, figures
from planetary_qgis.qgis_bridge.mapping.symbols.feature_styles import feature_renderer
from planetary_qgis.qgis_bridge.mapping.symbols.map_labels import label_names, label_units
from planetary_qgis.qgis_bridge.mapping.symbols.style_files import (
    install_style,
    style_name,
    style_specs,
    write_style,
)
from planetary_qgis.qgis_bridge.mapping.symbols.unit_styles import (
    hatched_fill,
    plain_fill,
    unit_renderer,
)

__all__ = [
    "hatched_fill",
    "install_style",
    "plain_fill",
    "style_map_layer",
    "style_name",
    "style_specs",
    "style_units",
    "symbol_of",
    "write_style",
]

_WITH_TYPES = (CONTACTS, LINEAR_FEATURES, SURFACE_FEATURES, LOCATION_FEATURES)
_NEATLINE = Stroke(0.5)
_UNIT_POINT = Mark("circle", 1.4, 1.4, line=0.25, fill="255,255,255")


def symbol_of(code: str) -> QgsSymbol:
    """The symbol of a code, of any form.

    Raises:
        PlanetaryError: No symbol has this code.
    """
    spec = symbol_specs().get(code)
    if spec is None:
        raise PlanetaryError(
            f"No symbol has the code “{code}”.",
            hint="Map Symbols, in the menu Planetary, lists all of them.",
        )
    return drawing.symbol_from(spec)


def style_map_layer(layer: QgsVectorLayer, name: str) -> None:
    """Give a layer the symbols and labels of the template's layer of that name.

    May be called again when features came: what a layer holds then is what its legend lists.
    Tables without geometry are left as they are.
    """
    if not layer.isSpatial():
        return
    if name == UNITS:
        style_units(layer, None)
    elif name == UNIT_POINTS:
        layer.setRenderer(QgsSingleSymbolRenderer(figures.marker_symbol([_UNIT_POINT])))
        label_units(layer)
    elif name == MAP_BOUNDARY:
        outline = figures.with_layers(QgsFillSymbol(), [drawing.stroke_layer(_NEATLINE)])
        layer.setRenderer(QgsSingleSymbolRenderer(outline))
    elif name in _WITH_TYPES:
        layer.setRenderer(feature_renderer(layer, name))
        label_names(layer)
    layer.triggerRepaint()


def style_units(layer: QgsVectorLayer, description: QgsVectorLayer | None) -> None:
    """Colour units as the description says, in its order, and label them.

    Units that the description does not have are hatched. Without a description every unit has a
    colour.
    """
    layer.setRenderer(unit_renderer(layer, description))
    label_units(layer)
    layer.triggerRepaint()
