"""Units from contacts: lines, a map boundary and unit points become polygons."""

from planetary_qgis.core.mapping.units.bounding import Bounding, bounding_contacts
from planetary_qgis.core.mapping.units.building import build_units
from planetary_qgis.core.mapping.units.built_units import BuiltUnits
from planetary_qgis.core.mapping.units.live import LiveUnits, UnitsChange

__all__ = ["Bounding", "BuiltUnits", "LiveUnits", "UnitsChange", "bounding_contacts", "build_units"]
