"""A geologic map from its beginning to its package, in the real QGIS, through the widgets."""

from __future__ import annotations

import zipfile

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def session(run_in_qgis, tmp_path_factory):
    folder = tmp_path_factory.mktemp("maps")
    outcome = run_in_qgis("geologic_map.py", PLANETARY_QGIS_MAP_FOLDER=str(folder))
    outcome.expect_success()
    return outcome.results


def test_nothing_covers_what_was_drawn(session):
    assert session["bands"] == 0


def test_contacts_and_points_become_units(session):
    assert session["built"] == ["AHv", "Ad", "Hp", "Nh"]
    assert session["result"].startswith("4 units of 4 kinds, no problems")


def test_what_is_wrong_is_found_and_mended(session):
    assert {"Undershoots (1)", "Overshoots (1)"} <= set(session["before"])
    assert "before the line that it should meet" in session["fixed"][0]
    assert "beyond the line that it meets" in session["fixed"][1]
    gone = ("Undershoots", "Overshoots", "Lines that cross", "Contacts inside", "Incomplete")
    assert not [title for title in session["after"] if title.startswith(gone)]


def test_units_are_described_each_by_its_own_words(session):
    assert session["described"] == {
        "Ad": "Dune unit",
        "AHv": "Volcanic unit",
        "Hp": "Plains unit",
        "Nh": "Highland unit",
    }


def test_the_sheet_is_a_pdf(session):
    assert session["designers"] == 1
    assert session["pdf"] > 50_000


def test_the_package_is_whole_and_valid(session):
    assert "The package is valid: 0 errors" in session["exported"]
    assert "The package is valid: 0 errors" in session["validated"]
    with zipfile.ZipFile(session["package"]) as package:
        assert package.testzip() is None
        names = {name.split("/", 1)[1] for name in package.namelist()}
    assert {"package.qgs", "vector/package.gpkg", "README.txt", "SHA256SUMS"} <= names
