"""Colours and labels of units."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.mapping.ages import ages_of
from planetary_qgis.core.mapping.unit_colours import colour_difference, rgb_of, suggested_rgb
from planetary_qgis.core.mapping.unit_labels import plain_unit, unit_label

NAMES = ("Crater unit", "Smooth plains", "Volcanic flow", "Highland", "Polar cap", "")


# Values of CIE 1976 differences from the definitions of sRGB and L*a*b*.
@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [("0,0,0", "255,255,255", 100.0), ("255,0,0", "255,0,0", 0.0), ("#ff0000", "#00ff00", 170.6)],
)
def test_differences_are_those_of_cie(one, other, difference):
    assert colour_difference(one, other) == pytest.approx(difference, abs=0.2)


def test_forty_units_are_told_apart():
    ages, taken = ages_of("MARS"), []
    for place, name in zip(range(40), itertools.cycle(NAMES)):
        taken.append(suggested_rgb(age=ages[place % len(ages)], name=name, taken=taken))
    assert min(colour_difference(*pair) for pair in itertools.combinations(taken, 2)) >= 12.0


def test_hues_are_those_of_published_maps():
    red, green, blue = rgb_of(suggested_rgb(name="Crater unit"))
    assert min(red, green) > blue + 60
    red, green, blue = rgb_of(suggested_rgb(name="Volcanic field unit"))
    assert red > max(green, blue) + 40
    red, green, blue = rgb_of(suggested_rgb(kind="channel floor"))
    assert blue > red + 40


def test_a_units_symbol_tells_its_kind_where_no_name_does():
    assert suggested_rgb(name="eHv") == suggested_rgb(name="volcanic")
    assert suggested_rgb(name="Ach") == suggested_rgb(name="channel")


@pytest.mark.parametrize("body", ["MARS", "MOON", "MERCURY"])
def test_older_units_are_darker(body):
    drawn = [suggested_rgb(age=age, name="plains") for age in ages_of(body)]
    lightness = [sum(rgb_of(each)) for each in drawn]
    assert lightness == sorted(lightness, reverse=True)


@given(st.text(max_size=20), st.lists(st.text(max_size=12), max_size=8))
def test_whatever_is_asked_a_colour_is_the_answer(name, taken):
    assert rgb_of(suggested_rgb(name=name, taken=taken)) is not None


def test_a_full_map_still_gets_a_colour():
    steps = range(0, 256, 17)
    taken = [f"{red},{green},{blue}" for red in steps for green in steps for blue in steps]
    assert rgb_of(suggested_rgb(name="plains", taken=taken)) is not None


@pytest.mark.parametrize(
    ("text", "rgb"),
    [
        ("255,128,0", (255, 128, 0)),
        ("255;128;0", (255, 128, 0)),
        (" 1 , 2, 3 ", (1, 2, 3)),
        ("#0A0b0C", (10, 11, 12)),
        ("256,0,0", None),
        ("red", None),
        ("1,2", None),
        ("", None),
        (None, None),
    ],
)
def test_colours_are_read_as_maps_write_them(text, rgb):
    assert rgb_of(text) == rgb


@pytest.mark.parametrize(
    ("unit", "label"),
    [
        ("eHv", "eHv"),
        ("Hp1", "Hp₁"),
        ("Hp1a", "Hp₁ₐ"),
        ("lNh2", "lNh₂"),
        ("I_e", "Iₑ"),
        ("A_{12}m", "A₁₂m"),
        ("X_{ß}", "Xß"),
        ("/Np", "N̵p"),
        ("1", "1"),
        (" c ", "c"),
        ("", ""),
    ],
)
def test_labels_are_plain_unicode(unit, label):
    assert unit_label(unit) == label


@given(st.from_regex(r"[a-z]{0,2}[A-Z]{1,2}[a-z]{0,3}(_[0-9a-z])?[0-9]{0,2}", fullmatch=True))
def test_labels_stay_as_they_are(unit):
    assert unit_label(unit_label(unit)) == unit_label(unit)


@pytest.mark.parametrize("unit", ["Hp1", "lNh2", "eHv", "/Np"])
def test_a_label_leads_back_to_its_unit(unit):
    assert plain_unit(unit_label(unit)) == unit
