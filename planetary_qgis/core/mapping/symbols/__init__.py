"""Symbols of geologic maps as data: what to draw, in millimetres, after FGDC-STD-013-2006."""

from planetary_qgis.core.mapping.symbols.catalogue import (
    MapFeatureType,
    feature_type,
    feature_types,
    symbol_code,
    symbol_specs,
)
from planetary_qgis.core.mapping.symbols.certainties import (
    CERTAINTIES,
    LOCATIONS,
    certainty_called,
    is_queried,
    location_of,
)
from planetary_qgis.core.mapping.symbols.meanings import feature_meant
from planetary_qgis.core.mapping.symbols.specs import (
    Mark,
    Ornament,
    Pattern,
    Stroke,
    SymbolSpec,
)

__all__ = [
    "CERTAINTIES",
    "LOCATIONS",
    "MapFeatureType",
    "Mark",
    "Ornament",
    "Pattern",
    "Stroke",
    "SymbolSpec",
    "certainty_called",
    "feature_meant",
    "feature_type",
    "feature_types",
    "is_queried",
    "location_of",
    "symbol_code",
    "symbol_specs",
]
