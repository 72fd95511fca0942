"""The template of geologic maps against what others ask of maps, and what settings say."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_TYPE,
    CONTACTS,
    MAP_LAYERS,
    UNIT_VOCABULARY,
    UNITS,
    map_layer,
)
from planetary_qgis.core.mapping.map_settings import (
    USUAL_SCALES,
    MapSettings,
    check_settings,
    usual_scale,
)
from planetary_qgis.core.mapping.settings_table import keep_settings, replace_settings, settings_in
from planetary_qgis.core.mapping.vocabularies import vocabularies_for

# planmap-eu/package_validator, json_schema/geopackage_layers.schema.json (layer_styles is QGIS's).
PLANMAP_LAYERS = {"geologic_contacts", "geologic_units", "linear_features", "surface_features"}
# Layers of USGS SIM 3489, 3309 and others, as their feature services name them.
USGS_LAYERS = {
    "MapBoundary": "map_boundary",
    "GeoContacts": "geologic_contacts",
    "GeoUnits": "geologic_units",
    "LinearFeatures": "linear_features",
    "SurfaceFeatures": "surface_features",
    "LocationFeatures": "location_features",
}
JEZERO = MapSettings("Jezero", "MARS", 75_000.0)


def test_planmap_finds_the_layers_and_columns_that_it_asks_for():
    assert {spec.name for spec in MAP_LAYERS} >= PLANMAP_LAYERS
    assert map_layer(CONTACTS).field(CONTACT_TYPE).name == "Contact_ty"
    assert {field.name for field in map_layer(UNITS).fields} >= {"Unit", "RGB"}


def test_the_usgs_finds_its_layers_and_its_display_fields():
    assert {spec.name for spec in MAP_LAYERS} >= set(USGS_LAYERS.values())
    assert map_layer("geologic_contacts").field("TYPE") is not None
    assert map_layer("linear_features").field("TYPE") is not None
    assert {field.name for field in map_layer("geologic_units").fields} >= {"Unit", "UnitName"}


@pytest.mark.parametrize("spec", MAP_LAYERS, ids=lambda spec: spec.name)
def test_columns_differ_by_more_than_case_from_each_other_and_from_those_of_the_file(spec):
    names = [field.name.lower() for field in spec.fields]
    assert len({*names, geopackage.ID_COLUMN, geopackage.GEOMETRY_COLUMN}) == len(names) + 2


def test_every_default_is_a_word_of_its_vocabulary():
    words = vocabularies_for("MARS")
    for spec in MAP_LAYERS:
        for field in spec.fields:
            if field.vocabulary and field.vocabulary != UNIT_VOCABULARY:
                codes = [term.code for term in words[field.vocabulary]]
                assert codes
                assert not field.default or field.default in codes


def test_a_map_is_drawn_as_the_usgs_drew_the_globe_of_mars():
    globe = MapSettings("Geologic map of Mars", "MARS", 20_000_000.0)
    assert globe.digitising_scale == 5_000_000.0
    assert globe.vertex_spacing_m == 5_000.0


def test_a_tolerance_that_is_given_stands_before_that_of_the_scale():
    assert JEZERO.closing_distance_m == pytest.approx(37.5)
    assert replace(JEZERO, tolerance_m=3.0).closing_distance_m == 3.0


@given(st.floats(min_value=1.0, max_value=1e8))
def test_an_area_fills_about_a_sheet_at_its_usual_scale(longer_side_m):
    scale = usual_scale(longer_side_m)
    assert scale in USUAL_SCALES
    on_sheet_m = longer_side_m / scale
    assert on_sheet_m <= 1.0 or scale == USUAL_SCALES[-1]
    finer = [each for each in USUAL_SCALES if each < scale]
    assert not finer or longer_side_m / finer[-1] > 1.0


@pytest.mark.parametrize("side", [0.0, -1.0, math.nan, math.inf])
def test_no_area_has_a_scale_all_the_same(side):
    assert usual_scale(side) == 1_000_000.0


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"title": " \n"}, "title"),
        ({"scale": 0.0}, "scale"),
        ({"scale": -5e6}, "scale"),
        ({"scale": math.nan}, "scale"),
        ({"scale": math.inf}, "scale"),
        ({"tolerance_m": -1.0}, "tolerance"),
        ({"tolerance_m": math.nan}, "tolerance"),
    ],
)
def test_what_no_map_can_have_is_refused_in_a_sentence(changes, word):
    with pytest.raises(PlanetaryError, match=word):
        check_settings(replace(JEZERO, **changes))


@given(
    st.builds(
        MapSettings,
        title=st.text(st.characters(blacklist_categories=["Cs"]), min_size=1),
        body=st.sampled_from(["MARS", "67P/CHURYUMOV-GERASIMENKO"]),
        scale=st.floats(min_value=100.0, max_value=1e9),
        authors=st.text(st.characters(blacklist_categories=["Cs"])),
        tolerance_m=st.floats(min_value=0.0, max_value=1e6),
    )
)
def test_settings_come_back_as_they_went_in(tmp_path_factory, settings):
    path = tmp_path_factory.mktemp("settings") / "map.gpkg"
    with _with_contents(path) as cursor:
        keep_settings(cursor, settings)
        cursor.execute("COMMIT")
    assert settings_in(path) == settings


def test_settings_that_no_map_can_have_leave_the_older_ones(tmp_path):
    path = tmp_path / "map.gpkg"
    with _with_contents(path) as cursor:
        keep_settings(cursor, JEZERO)
        cursor.execute("COMMIT")
    with pytest.raises(PlanetaryError):
        replace_settings(path, replace(JEZERO, scale=0.0))
    assert settings_in(path) == JEZERO
    replace_settings(path, replace(JEZERO, title="Robert'); DROP TABLE map_settings;--"))
    assert settings_in(path).title == "Robert'); DROP TABLE map_settings;--"


@contextmanager
def _with_contents(path):
    """A cursor on a new file that has a table of contents, as every GeoPackage."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT, "
            "srs_id INTEGER)"
        )
        cursor.execute("BEGIN")
        yield cursor
