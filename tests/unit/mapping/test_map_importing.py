"""What layers and columns of maps made elsewhere are taken for; mappings kept and read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.importing.guessing import code_for, guessed, mapping_to, proposed
from planetary_qgis.core.mapping.importing.mappings import LayerMapping, as_json, mappings_in
from planetary_qgis.core.mapping.importing.sources import (
    MOST_VALUES,
    SourceLayer,
    different_values,
)
from planetary_qgis.core.mapping.map_layers import MAP_LAYERS
from planetary_qgis.core.mapping.vocabularies import vocabularies_for

WORDS = vocabularies_for("MARS")


def layer(name, geometry, **columns):
    return SourceLayer(name, geometry, 10, columns)


@pytest.mark.parametrize(
    ("name", "geometry", "target"),
    [
        ("geologic_contacts", "line", "geologic_contacts"),
        ("Geologic Contacts", "line", "geologic_contacts"),
        ("GeoContacts", "line", "geologic_contacts"),
        ("ContactsAndFaults", "line", "geologic_contacts"),
        ("LinearFeatures", "line", "linear_features"),
        ("GeoUnits", "polygon", "geologic_units"),
        ("Geologic Units", "polygon", "geologic_units"),
        ("MapUnitPolys", "polygon", "geologic_units"),
        ("MapBoundary", "polygon", "map_boundary"),
        ("SurfaceFeatures", "polygon", "surface_features"),
        ("LocationFeatures", "point", "location_features"),
        ("unit_id", "point", "unit_points"),
        ("DescriptionOfMapUnits", "none", "description_of_map_units"),
        ("my own drawing 3", "line", "geologic_contacts"),
        ("Figures", "none", ""),
    ],
)
def test_layers_of_published_maps_are_known_by_name(name, geometry, target):
    source = layer(name, geometry)
    assert guessed([source], WORDS)[name].target == target


def test_each_layer_of_the_template_is_taken_once():
    sources = [layer("GeoContacts", "line"), layer("contacts", "line"), layer("faults", "line")]
    found = {name: mapping.target for name, mapping in guessed(sources, WORDS).items()}
    assert found == {
        "GeoContacts": "geologic_contacts",
        "contacts": "",
        "faults": "linear_features",
    }


def test_usgs_contacts_say_certainty_in_type():
    source = layer("GeoContacts", "line", TYPE=("Certain", "Approximate", "Queried"), Len=())
    mapping = guessed([source], WORDS)["GeoContacts"]
    assert mapping.columns == {"TYPE": "TYPE"}
    assert mapping.values == {
        "TYPE": {"Certain": "certain", "Approximate": "approximate", "Queried": "queried"}
    }


def test_planmap_contacts_say_certainty_in_contact_ty():
    source = layer("geologic_contacts", "line", Contact_ty=("Certain contact", "Inferred contact"))
    mapping = guessed([source], WORDS)["geologic_contacts"]
    assert mapping.columns["TYPE"] == "Contact_ty"
    assert mapping.value("TYPE", "Inferred contact") == "inferred"


def test_codes_of_the_template_stay_and_are_read_without_zeros():
    source = layer("geologic_contacts", "line", Contact_ty=("1.1.1", "01.01.01"), TYPE=("certain",))
    mapping = guessed([source], WORDS)["geologic_contacts"]
    assert mapping.columns == {"Contact_ty": "Contact_ty", "TYPE": "TYPE"}
    assert mapping.values == {"Contact_ty": {"1.1.1": "01.01.01"}}


def test_units_of_usgs_and_gems():
    usgs = layer("GeoUnits", "polygon", UnitSymbol=("Hp",), UnitName=("Hesperian plains",))
    gems = layer("MapUnitPolys", "polygon", MapUnit=("Hp",), Label=("Hp",), Notes=())
    assert mapping_to("geologic_units", usgs, WORDS).columns == {
        "Unit": "UnitSymbol",
        "UnitName": "UnitName",
    }
    assert mapping_to("geologic_units", gems, WORDS).columns == {
        "Unit": "MapUnit",
        "UnitLabel": "Label",
        "Notes": "Notes",
    }


def test_the_only_column_of_texts_names_units():
    source = layer("unit_id", "point", id=(), unit_name=("a", "b"))
    assert mapping_to("unit_points", source, WORDS).columns == {"Unit": "unit_name"}


@pytest.mark.parametrize("spec", MAP_LAYERS, ids=lambda spec: spec.name)
def test_a_layer_of_the_template_maps_onto_itself(spec):
    columns = {
        each.name: tuple(term.code for term in WORDS.get(each.vocabulary, ())) or ("x",)
        for each in spec.fields
    }
    mapping = mapping_to(spec.name, layer(spec.name, spec.geometry, **columns), WORDS)
    with_words = {each.name: each.name for each in spec.fields if WORDS.get(each.vocabulary)}
    assert with_words.items() <= mapping.columns.items()
    assert mapping.values == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CERTAIN", "certain"),
        ("Contact, approximately located", "approximate"),
        ("certain, queried", "queried"),
        ("inferred; queried", "inferred, queried"),
        ("certain or inferred", "inferred"),
        ("", None),
        ("?", "queried"),
        ("Indefinite", "approximate"),
        ("wrinkle ridge", None),
    ],
)
def test_certainties_are_read_out_of_words(text, code):
    assert code_for(text, "certainty", WORDS["certainty"]) == code


def test_columns_of_more_values_than_anyone_reads_hold_no_words():
    assert different_values(range(MOST_VALUES + 1)) == ()
    assert different_values(["b", "a", None, " ", "b", 1.5, float("nan"), 2.0]) == ("b", "2.0", "a")


@given(
    st.dictionaries(
        st.text(min_size=1),
        st.builds(
            LayerMapping,
            st.just("geologic_contacts"),
            st.dictionaries(st.sampled_from(["TYPE", "Contact_ty", "Notes"]), st.text()),
            st.dictionaries(st.just("TYPE"), st.dictionaries(st.text(), st.text())),
        ),
    )
)
def test_mappings_are_read_as_they_were_written(mappings):
    assert mappings_in(as_json(mappings), "x") == mappings


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"layers": []}', '{"layers": {"a": {"target": "nonsense"}}}', "null"]
)
def test_what_is_no_mapping_is_said(text):
    with pytest.raises(PlanetaryError, match="here holds no column mapping"):
        mappings_in(text, "here")


def test_what_was_used_before_is_proposed_without_columns_that_are_gone():
    before = LayerMapping("linear_features", {"TYPE": "kind", "Name": "gone"})
    source = layer("GeoContacts", "line", kind=("x",))
    found = proposed([source], WORDS, {"GeoContacts": before, "other": before})
    assert found == {"GeoContacts": LayerMapping("linear_features", {"TYPE": "kind"})}
