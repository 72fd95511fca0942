"""What is missing is found without importing it, named, and asked for in the build's own way."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from importlib import metadata

import pytest
from imports import REPOSITORY, all_imports
from packaging.requirements import Requirement as PipRequirement
from packaging.version import Version

from planetary_qgis.core import dependencies
from planetary_qgis.core.dependencies import REQUIREMENTS, Feature, Requirement
from planetary_qgis.core.errors import MissingLibraryError
from planetary_qgis.core.install_commands import Build, build_of, install_command

EVERY = frozenset(Feature)
ABSENT = Requirement("no-such-library", "no_such_library", "1.0", EVERY)
TOO_NEW = Requirement("pytest", "pytest", "999.0", EVERY)


@pytest.fixture
def requirements(monkeypatch):
    """A function that replaces what the plugin requires."""
    return lambda *those: monkeypatch.setattr(dependencies, "REQUIREMENTS", those)


def test_nothing_is_missing_in_the_project_s_own_environment():
    for feature in Feature:
        assert dependencies.missing(feature) == []
        assert dependencies.sentence(feature, []) == ""
        dependencies.require(feature)


def test_looking_imports_nothing():
    code = (
        "import json, sys\n"
        "from planetary_qgis.core.dependencies import Feature, missing, require\n"
        "[missing(each) for each in Feature]\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, check=True, capture_output=True, text=True
    )
    assert not {each.module for each in REQUIREMENTS}.intersection(json.loads(done.stdout))


def test_an_absent_library_is_missing(requirements):
    requirements(ABSENT)
    assert dependencies.missing(Feature.SPICE_FOOTPRINTS) == [ABSENT]


def test_a_library_that_is_too_old_is_missing_and_the_sentence_says_what_is_there(requirements):
    requirements(TOO_NEW)
    lacking = dependencies.missing(Feature.PDS_SEARCH)
    assert lacking == [TOO_NEW]
    sentence = dependencies.sentence(Feature.PDS_SEARCH, lacking)
    assert "Archive Search is off" in sentence
    assert "pytest (999.0 or newer" in sentence
    assert metadata.version("pytest") in sentence


def test_a_library_of_another_feature_is_not_missing(requirements):
    requirements(Requirement("no-such", "no_such", "1", frozenset({Feature.SPICE_FOOTPRINTS})))
    assert dependencies.missing(Feature.PDS_SEARCH) == []


def test_a_version_nobody_states_is_taken_as_good(requirements, tmp_path, monkeypatch):
    (tmp_path / "module_without_metadata.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    requirements(Requirement("module-without-metadata", "module_without_metadata", "2.0", EVERY))
    assert dependencies.missing(Feature.PDS_SEARCH) == []


def test_a_library_installed_meanwhile_is_found(requirements, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    requirements(Requirement("arrives-late", "arrives_late", "1.0", EVERY))
    assert dependencies.missing(Feature.PDS_SEARCH) != []
    (tmp_path / "arrives_late.py").touch()
    assert dependencies.missing(Feature.PDS_SEARCH) == []


def test_require_says_what_is_off_and_how_to_get_it(requirements):
    requirements(ABSENT, TOO_NEW)
    with pytest.raises(MissingLibraryError) as raised:
        dependencies.require(Feature.SPICE_FOOTPRINTS)
    assert "SPICE Footprints is off" in raised.value.message
    assert "no-such-library (1.0 or newer) and pytest" in raised.value.message
    assert "install" in raised.value.hint
    assert "no-such-library>=1.0" in raised.value.hint


@pytest.mark.parametrize(
    "text", ["2", "2.0", "2.0.0", "2.0.1", "2.0rc1", "1.26.4", "1.9", "1.10", "2024.1.post1"]
)
@pytest.mark.parametrize("minimum", ["1.10", "2.0", "2.0.1", "1.26"])
def test_releases_compare_as_pip_compares_them(text, minimum):
    ours = dependencies._release(text) >= dependencies._release(minimum)
    # A pre-release of the wanted release is good enough here: betas of QGIS bring such libraries.
    assert ours == (Version(Version(text).base_version) >= Version(minimum))


def test_the_pinned_versions_satisfy_what_the_plugin_asks_for():
    pinned = {}
    for line in (REPOSITORY / "requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            pin = PipRequirement(line)
            if pin.marker is None or pin.marker.evaluate():
                pinned[pin.name.lower()] = str(pin.specifier).removeprefix("==")
    for each in REQUIREMENTS:
        assert PipRequirement(each.specifier).specifier.contains(pinned[each.name])


def test_what_the_sources_import_is_what_is_required():
    required = {each.module for each in REQUIREMENTS} | {"tomli"}
    roots = {each.name.split(".")[0] for each in all_imports()}
    imported = roots - set(sys.stdlib_module_names) - {"planetary_qgis", "qgis", "osgeo"}
    assert imported == required


SIGNS = {
    "platform": "linux",
    "prefix": "/usr",
    "base_prefix": "/usr",
    "environment": {},
    "is_conda": False,
    "is_managed": False,
}


@pytest.mark.parametrize(
    ("signs", "build"),
    [
        ({}, Build.LINUX),
        ({"is_managed": True}, Build.MANAGED_LINUX),
        ({"is_managed": True, "environment": {"CONDA_PREFIX": "/opt/c"}}, Build.MANAGED_LINUX),
        ({"prefix": "/opt/c", "base_prefix": "/opt/c", "is_conda": True}, Build.CONDA),
        ({"platform": "win32", "is_conda": True}, Build.CONDA),
        ({"prefix": "/home/mapper/.venv", "is_managed": True}, Build.VIRTUAL_ENVIRONMENT),
        ({"environment": {"FLATPAK_ID": "org.qgis.qgis"}}, Build.FLATPAK),
        ({"platform": "win32"}, Build.WINDOWS),
        ({"platform": "darwin"}, Build.MACOS),
    ],
)
def test_a_build_shows_by_its_signs(signs, build):
    assert build_of(**{**SIGNS, **signs}) is build


@pytest.mark.parametrize("build", [each for each in Build if each is not Build.WINDOWS])
def test_a_shell_reads_each_requirement_as_one_word(build):
    words = shlex.split(install_command(["spiceypy>=6.0", "pvl>=1.3"], "1.24.2", build, "/a b"))
    assert words[-3:] == ["spiceypy>=6.0", "pvl>=1.3", "numpy<2"]
    assert "install" in words


def test_windows_gets_double_quotes():
    command = install_command(["spiceypy>=6.0"], None, Build.WINDOWS)
    assert command.endswith('install --user "spiceypy>=6.0"')
    assert "'" not in command


def test_only_a_managed_python_is_asked_to_break_its_package_manager():
    for build in Build:
        asked = "--break-system-packages" in install_command(["pvl"], None, build)
        assert asked == (build is Build.MANAGED_LINUX)


@pytest.mark.parametrize(("there", "kept"), [("1.24.2", "numpy<2"), ("2.2.0", "numpy<3")])
def test_the_major_version_of_numpy_is_kept(there, kept):
    assert shlex.split(install_command(["pvl"], there, Build.LINUX))[-1] == kept


def test_numpy_itself_is_not_held_back_when_it_is_what_is_asked_for():
    words = shlex.split(install_command(["numpy>=1.22"], "1.19.0", Build.LINUX))
    assert words[-1] == "numpy>=1.22"
