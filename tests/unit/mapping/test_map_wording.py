"""Measures and features as mappers read them."""

from __future__ import annotations

import pytest

from planetary_qgis.core.mapping.wording import area_text, features_text, length_text, list_text


@pytest.mark.parametrize(
    ("metres", "text"),
    [
        (0.0, "0 m"),
        (0.01234, "0.0123 m"),
        (12.34, "12.3 m"),
        (20.0, "20 m"),
        (999.4, "999 m"),
        (1234.0, "1.23 km"),
        (456_789.0, "457 km"),
        (12_345_678.0, "12,346 km"),
    ],
)
def test_lengths(metres, text):
    assert length_text(metres) == text


@pytest.mark.parametrize(
    ("square_metres", "text"),
    [
        (12.0, "12 m²"),
        (99_000.0, "99,000 m²"),
        (123_000.0, "0.123 km²"),
        (4.56e12, "4,560,000 km²"),
    ],
)
def test_areas(square_metres, text):
    assert area_text(square_metres) == text


def test_features_and_lists():
    assert features_text("contacts", [4]) == "contact 4"
    assert features_text("contacts", [4, 5]) == "contacts 4 and 5"
    assert list_text([]) == ""
    assert list_text(list("abcdef")) == "a, b, c, d, e and f"
    assert list_text([str(each) for each in range(2005)]) == "0, 1, 2, 3, 4 and 2,000 more"
