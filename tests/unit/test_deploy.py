"""Where `make deploy` puts the plugin, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tool_scripts import tool

deploy = tool("deploy")

ROOTS = {
    "linux": ".local/share/QGIS",
    "darwin": "Library/Application Support/QGIS",
}


@pytest.mark.parametrize("platform", ROOTS)
@pytest.mark.parametrize("majors", [["QGIS3"], ["QGIS4"], ["QGIS3", "QGIS4"]])
def test_every_default_profile_there_is_gets_it(tmp_path, platform, majors):
    expected = [tmp_path / ROOTS[platform] / each / "profiles" / "default" for each in majors]
    for folder in expected:
        folder.mkdir(parents=True)
    assert deploy.profiles({}, tmp_path, platform) == expected


def test_windows_keeps_profiles_in_appdata(tmp_path):
    expected = tmp_path / "Roaming" / "QGIS" / "QGIS3" / "profiles" / "default"
    expected.mkdir(parents=True)
    found = deploy.profiles({"APPDATA": str(tmp_path / "Roaming")}, tmp_path, "win32")
    assert found == [expected]


def test_a_profile_that_is_asked_for_is_the_only_one(tmp_path):
    (tmp_path / ROOTS["linux"] / "QGIS3" / "profiles" / "default").mkdir(parents=True)
    asked = {"QGIS_PROFILE_ROOT": "/somewhere/profiles/mars"}
    assert deploy.profiles(asked, tmp_path, "linux") == [Path("/somewhere/profiles/mars")]


def test_without_a_profile_there_is_nothing_to_install_into(tmp_path):
    assert deploy.profiles({}, tmp_path, "linux") == []


def test_a_new_copy_replaces_the_old_and_leaves_other_plugins(tmp_path):
    plugins = tmp_path / "python" / "plugins"
    for name in ("planetary_qgis/old.py", "another/__init__.py"):
        (plugins / name).parent.mkdir(parents=True)
        (plugins / name).touch()
    target = deploy.deploy(tmp_path)
    assert target == plugins / "planetary_qgis"
    assert (target / "metadata.txt").is_file()
    assert not (target / "old.py").exists()
    assert (plugins / "another" / "__init__.py").is_file()
    assert {each.name for each in plugins.iterdir()} == {"planetary_qgis", "another"}


def test_a_link_to_a_working_copy_is_replaced_and_the_copy_stays(tmp_path):
    copy = tmp_path / "working copy"
    copy.mkdir()
    (copy / "mine.py").touch()
    plugins = tmp_path / "profile" / "python" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "planetary_qgis").symlink_to(copy)
    target = deploy.deploy(tmp_path / "profile")
    assert not target.is_symlink()
    assert (copy / "mine.py").is_file()
