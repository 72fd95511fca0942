"""metadata.txt as plugins.qgis.org's validator and QGIS's own reader want it."""

from __future__ import annotations

import configparser
import re

import pytest
from imports import REPOSITORY

from planetary_qgis import about
from planetary_qgis.core.errors import PlanetaryError

# qgis-app/plugins/validator.py of qgis/QGIS-Plugins-Website; homepage is checked as well.
REQUIRED = (
    "name",
    "description",
    "version",
    "qgisMinimumVersion",
    "author",
    "email",
    "about",
    "tracker",
    "repository",
    "homepage",
)


@pytest.fixture(scope="module")
def general():
    """The section that counts, read as QGIS reads it: with interpolation."""
    parser = configparser.ConfigParser()
    parser.optionxform = str
    parser.read(REPOSITORY / "metadata.txt", encoding="utf-8")
    return dict(parser.items("general"))


@pytest.mark.parametrize("key", REQUIRED)
def test_what_the_validator_requires_is_there(general, key):
    assert general[key].strip()


@pytest.mark.parametrize("key", ["tracker", "repository", "homepage"])
def test_addresses_are_full_urls(general, key):
    assert re.fullmatch(r"https://[\w.-]+/\S+", general[key])


def test_version_is_dotted_numbers(general):
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", general["version"])


def test_qgis_3_and_4_are_meant(general):
    assert general["qgisMinimumVersion"] == "3.22"
    assert general["qgisMaximumVersion"] == "4.99"
    assert "supportsQt6" not in general


def test_qgis_process_finds_the_provider(general):
    assert general["hasProcessingProvider"] == "yes"


def test_the_author_is_no_path(general):
    assert "/" not in general["author"]
    assert re.fullmatch(r"\S+@\S+\.\S+", general["email"])


def test_the_icon_is_in_the_package(general):
    assert (REPOSITORY / "planetary_qgis" / general["icon"]).is_file()


def test_about_names_every_external_dependency(general):
    from planetary_qgis.core.dependencies import REQUIREMENTS

    for each in REQUIREMENTS:
        if each.name != "tomli":
            assert each.name in general["about"]


def test_the_changelog_knows_the_version(general):
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {general['version']}" in changelog


def test_the_license_is_the_one_named(general):
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert general["license"] == "GPL-3.0-or-later"
    assert re.search(r"GNU GENERAL PUBLIC LICENSE\s+Version 3", text)


def test_the_plugin_says_of_itself_what_metadata_says(general):
    said = about.about()
    assert (said.name, said.version) == (general["name"], general["version"])
    assert (said.homepage, said.tracker) == (general["homepage"], general["tracker"])


def test_metadata_without_a_version_is_named_in_the_error(tmp_path):
    file = tmp_path / "metadata.txt"
    file.write_text("[general]\nname=Planetary QGIS\n")
    with pytest.raises(PlanetaryError, match=r"metadata\.txt lacks 'version'"):
        about.read(file)


def test_a_file_that_is_no_metadata_is_named_in_the_error(tmp_path):
    with pytest.raises(PlanetaryError, match=r"nothing\.txt lacks 'general'"):
        about.read(tmp_path / "nothing.txt")
