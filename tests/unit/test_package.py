"""The staged plugin and its zip, held against the rules of plugins.qgis.org."""

from __future__ import annotations

import os
import re
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from imports import REPOSITORY
from tool_scripts import tool

package = tool("package")

# qgis-app/plugins/validator.py and the security scan's rules of qgis/QGIS-Plugins-Website.
LARGEST = 25 * 1024 * 1024
REFUSED = (".pyc", ".exe", ".dll", ".so", ".dylib", ".bat", ".sh", ".ps1", ".cmd", ".pyd")
REFUSED_FOLDERS = {"__MACOSX", ".git", "__pycache__", "tests", ".."}


@pytest.fixture
def small_repository(tmp_path):
    """A repository of a few files, some of which must not be shipped."""
    root = tmp_path / "repository"
    for name in (
        "planetary_qgis/__init__.py",
        "planetary_qgis/core/bodies.py",
        "planetary_qgis/core/__pycache__/bodies.cpython-311.pyc",
        "planetary_qgis/core/stray.pyc",
        "planetary_qgis/resources/.hidden",
        "planetary_qgis/resources/icons/planetary_qgis.svg",
        "LICENSE",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / "metadata.txt").write_text("[general]\nversion=1.2.3\n")
    return root


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The zip of this very repository."""
    folder = tmp_path_factory.mktemp("zip")
    return package.write_zip(package.stage(folder / "stage"), folder)


def test_the_stage_holds_the_package_with_its_metadata_and_nothing_stray(
    small_repository, tmp_path
):
    staged = package.stage(tmp_path / "stage", small_repository)
    assert staged == tmp_path / "stage" / "planetary_qgis"
    assert _files(staged) == {
        "LICENSE",
        "__init__.py",
        "core/bodies.py",
        "metadata.txt",
        "resources/icons/planetary_qgis.svg",
    }


def test_staging_again_removes_what_is_gone(small_repository, tmp_path):
    staged = package.stage(tmp_path / "stage", small_repository)
    (small_repository / "planetary_qgis/core/bodies.py").unlink()
    package.stage(tmp_path / "stage", small_repository)
    assert "core/bodies.py" not in _files(staged)


@pytest.mark.parametrize("suffix", [".so", ".DLL", ".sh"])
def test_a_file_that_the_site_refuses_stops_the_packaging(small_repository, tmp_path, suffix):
    (small_repository / f"planetary_qgis/core/native{suffix}").touch()
    with pytest.raises(package.PackagingError, match=re.escape(f"native{suffix}")):
        package.stage(tmp_path / "stage", small_repository)


def test_a_plugin_that_is_too_large_stops_the_packaging(small_repository, tmp_path):
    (small_repository / "planetary_qgis/noise.dat").write_bytes(os.urandom(LARGEST + 1))
    staged = package.stage(tmp_path / "stage", small_repository)
    with pytest.raises(package.PackagingError, match="25 MB"):
        package.write_zip(staged, tmp_path)


def test_the_same_sources_make_the_same_zip(small_repository, tmp_path):
    first = package.write_zip(package.stage(tmp_path / "a", small_repository), tmp_path / "a")
    for file in (small_repository / "planetary_qgis").rglob("*.py"):
        os.utime(file, (0, 0))
        file.chmod(0o755)
    second = package.write_zip(package.stage(tmp_path / "b", small_repository), tmp_path / "b")
    assert first.name == second.name == "planetary_qgis-1.2.3.zip"
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.skipif(shutil.which("lrelease") is None, reason="Qt's lrelease is not installed")
def test_translations_are_compiled_into_the_stage_only(small_repository, tmp_path):
    source = small_repository / "i18n" / "planetary_qgis_de.ts"
    source.parent.mkdir()
    source.write_text(TRANSLATION, encoding="utf-8")
    staged = package.stage(tmp_path / "stage", small_repository)
    compiled = staged / "i18n" / "planetary_qgis_de.qm"
    # The magic number of Qt's .qm format.
    assert compiled.read_bytes()[:4] == bytes.fromhex("3cb86418")
    assert [each.name for each in source.parent.iterdir()] == ["planetary_qgis_de.ts"]


def test_translations_wait_where_lrelease_is_missing(
    small_repository, tmp_path, monkeypatch, capsys
):
    (small_repository / "i18n").mkdir()
    (small_repository / "i18n" / "planetary_qgis_de.ts").write_text(TRANSLATION)
    monkeypatch.setenv("PATH", str(tmp_path))
    staged = package.stage(tmp_path / "stage", small_repository)
    assert not (staged / "i18n").exists()
    assert "English only" in capsys.readouterr().out


def test_the_zip_is_small_enough(archive):
    assert archive.stat().st_size < LARGEST


def test_the_zip_has_one_folder_that_is_a_python_name(archive):
    (root,) = {PurePosixPath(name).parts[0] for name in _names(archive)}
    assert root.isidentifier()
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9-_]+", root)


def test_the_zip_holds_what_qgis_and_the_site_look_for(archive):
    metadata = (REPOSITORY / "metadata.txt").read_text(encoding="utf-8")
    icon = re.search(r"^icon=(.+)$", metadata, re.MULTILINE).group(1)
    for name in ("__init__.py", "metadata.txt", "LICENSE", "plugin.py", icon):
        assert f"planetary_qgis/{name}" in _names(archive)


def test_the_zip_holds_nothing_that_the_site_refuses(archive):
    for name in _names(archive):
        assert not name.lower().endswith(REFUSED)
        assert not REFUSED_FOLDERS.intersection(PurePosixPath(name).parts)
        assert not any(part.startswith(".") for part in PurePosixPath(name).parts)
        assert "\\" not in name


def test_every_module_of_the_package_is_in_the_zip(archive):
    modules = {
        each.relative_to(REPOSITORY).as_posix()
        for each in (REPOSITORY / "planetary_qgis").rglob("*.py")
    }
    assert modules <= set(_names(archive))


def test_entries_are_sorted_plain_files(archive):
    with zipfile.ZipFile(archive) as zipped:
        assert zipped.testzip() is None
        entries = zipped.infolist()
    assert [each.filename for each in entries] == sorted(each.filename for each in entries)
    for entry in entries:
        assert stat.S_IMODE(entry.external_attr >> 16) == 0o644
        assert stat.S_ISREG(entry.external_attr >> 16)
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)


def test_every_text_is_utf_8(archive):
    with zipfile.ZipFile(archive) as zipped:
        for name in zipped.namelist():
            if name.endswith((".py", ".txt", ".toml", ".svg", ".qml", "LICENSE")):
                zipped.read(name).decode("utf-8")


TRANSLATION = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE"><context><name>PlanetaryQgisPlugin</name>
<message><source>Planetary</source><translation>Planetar</translation></message>
</context></TS>
"""


def _files(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def _names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as zipped:
        return zipped.namelist()
