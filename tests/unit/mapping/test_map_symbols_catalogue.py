"""Which symbol a feature wears."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    MAP_LAYERS,
    SURFACE_FEATURES,
)
from planetary_qgis.core.mapping.symbols import (
    CERTAINTIES,
    LOCATIONS,
    certainty_called,
    feature_meant,
    feature_type,
    feature_types,
    symbol_code,
    symbol_specs,
)
from planetary_qgis.core.mapping.symbols.certainties import dash_of
from planetary_qgis.core.mapping.vocabularies import vocabularies, vocabularies_for

LAYERS = {
    "contact_type": CONTACTS,
    "linear_type": LINEAR_FEATURES,
    "location_type": LOCATION_FEATURES,
    "surface_type": SURFACE_FEATURES,
}


@pytest.mark.parametrize(("vocabulary", "layer"), LAYERS.items())
def test_every_type_has_a_symbol_for_every_certainty(vocabulary, layer):
    terms = vocabularies()[vocabulary]
    assert terms
    for term in terms:
        for certainty in CERTAINTIES:
            assert symbol_code(layer, term.code, certainty) in symbol_specs()


def test_the_certainties_are_those_of_the_vocabulary():
    assert tuple(term.code for term in vocabularies()["certainty"]) == CERTAINTIES


def test_all_vocabularies_that_the_template_asks_for_are_there():
    asked = {field.vocabulary for spec in MAP_LAYERS for field in spec.fields} - {"", "unit"}
    assert asked <= set(vocabularies_for("MARS"))


# As published GeMS databases and implementations of the standard's section 25 number them.
@pytest.mark.parametrize(
    ("code", "certainty", "form"),
    [
        ("01.01.01", "certain", "01.01.01"),
        ("01.01.01", "approximate", "01.01.03"),
        ("01.01.01", "approximate, queried", "01.01.04"),
        ("01.01.01", "inferred", "01.01.05"),
        ("01.01.01", "inferred, queried", "01.01.06"),
        ("05.09.01", "approximate", "05.09.03"),
        ("05.09.01", "inferred", "05.09.05"),
        ("05.05.01", "approximate", "05.05.03"),
        ("25.021", "inferred", "25.023"),
        ("25.025", "approximate", "25.026"),
        ("25.005", "concealed", "25.008"),
        ("25.029", "concealed", "25.030"),
        ("25.060", "approximate", "25.061"),
        ("25.022", None, "25.022"),
    ],
)
def test_forms_have_the_numbers_of_the_standard(code, certainty, form):
    layer = CONTACTS if code.startswith("01") else LINEAR_FEATURES
    assert symbol_code(layer, code, certainty) == form


@pytest.mark.parametrize(
    ("words", "certainty"),
    [
        (None, "certain"),
        ("Certain", "certain"),
        ("approx.", "approximate"),
        ("approximately located, queried", "approximate, queried"),
        ("Inferred?", "inferred, queried"),
        ("buried", "concealed"),
        ("questionable", "queried"),
        ("uncertain", "approximate"),
        ("wrinkle ridge, certain", "certain"),
    ],
)
def test_words_of_published_maps_are_understood(words, certainty):
    assert certainty_called(words) == certainty


def test_titles_do_as_well_as_codes():
    assert symbol_code(LINEAR_FEATURES, "wrinkle RIDGE", "certain") == "25.037"


@given(st.text(max_size=30), st.none() | st.text(max_size=30))
def test_unknown_types_wear_nothing(kind, certainty):
    found = symbol_code(LINEAR_FEATURES, kind, certainty)
    assert found == "" or (feature_type(kind) is not None and found in symbol_specs())


def test_a_point_wears_no_line():
    assert symbol_code(LOCATION_FEATURES, "02.08.01", "certain") == ""


def test_codes_are_those_of_the_standard_or_say_that_they_are_not():
    for each in feature_types():
        assert re.fullmatch(r"\d\d\.\d\d(\.\d\d|\d)?|PQ\.\d{3}", each.code)


def test_titles_and_codes_are_unique():
    types = feature_types()
    assert len({each.title.casefold() for each in types if each.layers}) == len(
        [each for each in types if each.layers]
    )
    assert len({each.code for each in types}) == len(types)


@given(
    st.lists(st.floats(0.2, 5.0), max_size=3).map(lambda half: tuple(half * 2)),
)
def test_the_less_is_known_the_less_is_drawn(dash):
    drawn = [_share(dash_of(dash, location)) for location in LOCATIONS[:3]]
    assert drawn == sorted(drawn, reverse=True)


def _share(dash):
    return sum(dash[::2]) / sum(dash) if dash else 1.0


def test_only_lines_in_doubt_are_queried():
    for each in feature_types():
        for certainty, code in each.forms.items():
            assert symbol_specs()[code].queried == ("queried" in certainty)


# As USGS's published feature services write them in the columns TYPE and Type.
@pytest.mark.parametrize(
    ("layer", "words", "code", "certainty"),
    [
        (LINEAR_FEATURES, "wrinkle ridge, certain", "25.037", "certain"),
        (LINEAR_FEATURES, "wrinkle ridge, approx.", "25.037", "approximate"),
        (LINEAR_FEATURES, "Crenulated (wrinkle) ridge", "25.037", ""),
        (LINEAR_FEATURES, "graben trace, certain", "25.025", "certain"),
        (LINEAR_FEATURES, "fault, buried", "02.01.01", "concealed"),
        (LINEAR_FEATURES, "crest of crater rim", "25.095", ""),
        (LINEAR_FEATURES, "crest of buried or degraded crater rim", "25.098", ""),
        (LINEAR_FEATURES, "impact basin ring", "25.100", ""),
        (LINEAR_FEATURES, "Groove, continuous", "25.047", ""),
        (LINEAR_FEATURES, "lineament", "PQ.005", ""),
        (SURFACE_FEATURES, "dark-colored ejecta", "25.118", ""),
        (SURFACE_FEATURES, "secondary crater chain", "25.099", ""),
        (LINEAR_FEATURES, "secondary crater chain", "PQ.001", ""),
        (LOCATION_FEATURES, "dip and strike", "06.02", ""),
        (CONTACTS, "facies", "01.01.17", ""),
        (CONTACTS, "contact, inferred, queried", "01.01.01", "inferred, queried"),
        (LINEAR_FEATURES, "generic linear 1", "", ""),
        (LINEAR_FEATURES, None, "", ""),
    ],
)
def test_features_of_published_maps_are_known(layer, words, code, certainty):
    assert feature_meant(layer, words) == (code, certainty)


@given(st.text(max_size=30))
def test_no_words_are_too_strange(words):
    code, certainty = feature_meant(LINEAR_FEATURES, words)
    assert code == "" or feature_type(code) is not None
    assert certainty in {"", *CERTAINTIES}
