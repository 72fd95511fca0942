"""The layers of a geologic map: names and columns.

The names are those that PLANMAP's package validator asks for (geologic_units, geologic_contacts
with Contact_ty, linear_features, surface_features) and that USGS publishes its maps under (TYPE,
Unit, UnitName). Column names differ by more than case, as GeoPackages ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LayerGeometry = Literal["point", "line", "polygon", "none"]
FieldKind = Literal["text", "integer", "real"]

MAP_BOUNDARY = "map_boundary"
CONTACTS = "geologic_contacts"
UNIT_POINTS = "unit_points"
UNITS = "geologic_units"
LINEAR_FEATURES = "linear_features"
SURFACE_FEATURES = "surface_features"
LOCATION_FEATURES = "location_features"
DESCRIPTION = "description_of_map_units"
VOCABULARIES = "map_vocabularies"

UNIT = "Unit"
UNIT_NAME = "UnitName"
UNIT_LABEL = "UnitLabel"
RGB = "RGB"
CONTACT_TYPE = "Contact_ty"
CONTACT_CERTAINTY = "TYPE"
FEATURE_TYPE = "TYPE"
FEATURE_CERTAINTY = "Certainty"
NAME = "Name"
NOTES = "Notes"


@dataclass(frozen=True)
class MapField:
    """A column of a layer.

    Attributes:
        title: What forms show.
        vocabulary: Of which its values are, as in `vocabularies`; UNIT_VOCABULARY means the units
            of the description; "" means free.
        required: Whether a finished map may not leave it empty.
        default: What a new feature has; "" means NULL.
        is_long: Whether it holds paragraphs.
    """

    name: str
    title: str
    kind: FieldKind = "text"
    vocabulary: str = ""
    required: bool = False
    default: str = ""
    is_long: bool = False


@dataclass(frozen=True)
class MapLayerSpec:
    """A layer of the template."""

    name: str
    title: str
    geometry: LayerGeometry
    fields: tuple[MapField, ...]

    def field(self, name: str) -> MapField | None:
        """The column of that name in any case; None where the template has none."""
        return next((each for each in self.fields if each.name.lower() == name.lower()), None)


UNIT_VOCABULARY = "unit"
_NOTES = MapField(NOTES, "Notes", is_long=True)

MAP_LAYERS: tuple[MapLayerSpec, ...] = (
    MapLayerSpec(
        LOCATION_FEATURES,
        "Location features",
        "point",
        (
            MapField(FEATURE_TYPE, "Type", vocabulary="location_type", required=True),
            MapField(FEATURE_CERTAINTY, "Certainty", vocabulary="certainty", default="certain"),
            MapField(NAME, "Name"),
            _NOTES,
        ),
    ),
    MapLayerSpec(
        UNIT_POINTS,
        "Unit points",
        "point",
        (MapField(UNIT, "Unit", vocabulary=UNIT_VOCABULARY, required=True), _NOTES),
    ),
    MapLayerSpec(
        LINEAR_FEATURES,
        "Linear features",
        "line",
        (
            MapField(FEATURE_TYPE, "Type", vocabulary="linear_type", required=True),
            MapField(
                FEATURE_CERTAINTY,
                "Certainty",
                vocabulary="certainty",
                required=True,
                default="certain",
            ),
            MapField(NAME, "Name"),
            _NOTES,
        ),
    ),
    MapLayerSpec(
        CONTACTS,
        "Geologic contacts",
        "line",
        (
            MapField(
                CONTACT_TYPE,
                "Kind of contact",
                vocabulary="contact_type",
                required=True,
                default="01.01.01",
            ),
            MapField(
                CONTACT_CERTAINTY,
                "Certainty",
                vocabulary="certainty",
                required=True,
                default="certain",
            ),
            _NOTES,
        ),
    ),
    MapLayerSpec(
        MAP_BOUNDARY,
        "Map boundary",
        "polygon",
        (MapField(NAME, "Name"), _NOTES),
    ),
    MapLayerSpec(
        SURFACE_FEATURES,
        "Surface features",
        "polygon",
        (
            MapField(FEATURE_TYPE, "Type", vocabulary="surface_type", required=True),
            MapField(FEATURE_CERTAINTY, "Certainty", vocabulary="certainty", default="certain"),
            MapField(NAME, "Name"),
            _NOTES,
        ),
    ),
    MapLayerSpec(
        UNITS,
        "Geologic units",
        "polygon",
        (
            MapField(UNIT, "Unit", vocabulary=UNIT_VOCABULARY, required=True),
            MapField(UNIT_NAME, "Name of the unit"),
            MapField(UNIT_LABEL, "Label"),
            MapField(RGB, "Colour (red,green,blue)"),
            _NOTES,
        ),
    ),
    MapLayerSpec(
        DESCRIPTION,
        "Description of map units",
        "none",
        (
            MapField(UNIT, "Unit", required=True),
            MapField(UNIT_LABEL, "Label"),
            MapField(UNIT_NAME, "Name", required=True),
            MapField("UnitGroup", "Group"),
            MapField("AgeOldest", "Oldest age", vocabulary="age"),
            MapField("AgeYoungest", "Youngest age", vocabulary="age"),
            MapField("StratOrder", "Order, 1 is the youngest", kind="integer"),
            MapField("Description", "Description", is_long=True),
            MapField("Interpretation", "Interpretation", is_long=True),
            MapField("TypeArea", "Type area"),
            MapField(RGB, "Colour (red,green,blue)"),
            _NOTES,
        ),
    ),
    MapLayerSpec(
        VOCABULARIES,
        "Vocabularies",
        "none",
        (
            MapField("Vocabulary", "Vocabulary", required=True),
            MapField("Code", "Code", required=True),
            MapField("Label", "Label", required=True),
            MapField("Definition", "Definition"),
            MapField("SortOrder", "Order", kind="integer"),
        ),
    ),
)
"""In the order of the layer tree, the topmost first."""

_BY_NAME = {spec.name: spec for spec in MAP_LAYERS}


def map_layer(name: str) -> MapLayerSpec:
    """The layer of the template with that name."""
    return _BY_NAME[name]
