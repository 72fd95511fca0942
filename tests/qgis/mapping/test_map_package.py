"""Map packages: exported, moved, opened elsewhere; whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from osgeo import gdal, osr
from package_kit import HOSTILE, LONG, MARS, SAID, made_map
from qgis.core import (
    QgsFeedback,
    QgsLayerMetadata,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QByteArray
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.core.mapping.map_layers import MAP_LAYERS
from planetary_qgis.core.mapping.packages.manifest import MANIFEST, differences
from planetary_qgis.core.mapping.packages.map_metadata import metadata_in
from planetary_qgis.core.mapping.packages.package_xml import parsed_xml
from planetary_qgis.core.mapping.packages.validation import validate_package
from planetary_qgis.qgis_bridge.mapping.packaging import (
    PackageOptions,
    build_package,
    building,
    placing,
    prepare_package,
)

SPATIAL = [spec.name for spec in MAP_LAYERS if spec.geometry != "none"]


@pytest.fixture(scope="module")
def finished(qgis_app, tmp_path_factory):
    """A finished map's folder, to be copied: making one takes a while."""
    folder = tmp_path_factory.mktemp("finished") / "map"
    session = made_map(folder)
    session.project.clear()
    return folder


@pytest.fixture(scope="module")
def packed(finished, tmp_path_factory):
    """A package with everything, to be read in."""
    folder = tmp_path_factory.mktemp("packed")
    project = opened(finished / "Kärte.qgz")
    options = PackageOptions(folder / "package", with_gems=True)
    plan = prepare_package(finished / "Kärte.gpkg", options, project)
    result = build_package(plan)
    project.clear()
    return result


@pytest.fixture
def session(finished, tmp_path):
    from planetary_qgis.qgis_bridge.mapping.map_session import session_of

    folder = tmp_path / "Ärbeit & mehr"
    shutil.copytree(finished, folder)
    project = QgsProject()
    assert project.read(str(folder / "Kärte.qgz"))
    yield session_of(project)
    project.clear()


@pytest.fixture
def export(session, tmp_path):
    """A function that packs the map of the session."""

    def export(name: str = "package", feedback: QgsFeedback | None = None, **wanted):
        wanted = {"with_pdf": False, "with_report": False, **wanted}
        options = PackageOptions(tmp_path / name, **wanted)
        plan = prepare_package(session.geopackage, options, session.project)
        return build_package(plan, feedback)

    return export


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def opened(path: Path) -> QgsProject:
    project = QgsProject()
    assert project.read(str(path))
    return project


def texts(path: Path, table: str, column: str) -> list[object]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(f'SELECT "{column}" FROM "{table}"')]  # noqa: S608


def test_a_moved_package_opens_as_the_map_was(export, session, tmp_path):
    result = export()
    assert result.report.is_valid, result.report.findings
    moved = tmp_path / "elsewhere" / "ünder"
    moved.parent.mkdir()
    shutil.move(result.path, moved)
    session.project.clear()
    shutil.rmtree(session.geopackage.parent)
    project = opened(moved / "package.qgs")
    layers = {
        layer.source().partition("layername=")[2]: layer for layer in project.mapLayers().values()
    }
    assert set(layers) == {spec.name for spec in MAP_LAYERS}
    for name, layer in layers.items():
        assert layer.isValid(), name
        assert str(moved) in layer.source()
    assert all(layers[name].crs().authid() == MARS for name in SPATIAL)
    assert project.crs().authid() == MARS
    assert layers["geologic_contacts"].renderer().type() != "singleSymbol"
    assert sorted(each["Unit"] for each in layers["geologic_units"].getFeatures()) == ["a", "b"]
    text = (moved / "package.qgs").read_text(encoding="utf-8")
    assert str(session.geopackage.parent) not in text
    assert "saveUser=" not in text
    assert project.metadata().title() == SAID.title
    project.clear()


def test_forms_of_the_package_find_its_tables(packed):
    project = opened(packed.path / "package.qgs")
    (units,) = project.mapLayersByName("Geologic units")
    setup = units.editorWidgetSetup(units.fields().lookupField("Unit"))
    assert setup.type() == "ValueRelation"
    assert setup.config()["Layer"] in project.mapLayers()
    assert "Kärte.gpkg" not in str(setup.config())
    project.clear()


def test_the_geopackage_is_closed_and_holds_styles_and_metadata(packed):
    path = packed.path / "vector" / "package.gpkg"
    assert texts(path, "layer_styles", "f_table_name")
    layer = QgsVectorLayer(f"{path}|layername=geologic_units", "units", "ogr")
    assert layer.metadata().title() == f"{SAID.title}: Geologic units"
    assert layer.metadata().licenses() == [SAID.licence]
    assert layer.crs().authid() == MARS
    del layer


def test_hostile_texts_pass_unharmed(export, session):
    with closing(sqlite3.connect(session.geopackage)) as connection, connection:
        connection.execute("UPDATE description_of_map_units SET Description = ?", (LONG,))
    result = export(with_gems=True)
    path = result.path / "vector" / "package.gpkg"
    assert HOSTILE in texts(path, "geologic_units", "Notes")
    assert None in texts(path, "geologic_units", "Notes")
    assert LONG in texts(path, "description_of_map_units", "Description")
    gems = result.path / "vector" / "package_gems.gpkg"
    assert LONG in texts(gems, "DescriptionOfMapUnits", "Description")
    xml = parsed_xml((result.path / "metadata" / "package_fgdc.xml").read_bytes())
    assert xml.first("abstract").text == HOSTILE


def test_zero_bytes_and_signs_that_xml_forbids_do_not_stop_an_export(export, session):
    with closing(sqlite3.connect(session.geopackage)) as connection, connection:
        connection.execute(
            "UPDATE map_metadata SET value = ? WHERE name = 'purpose'", ("a\0b\x1b",)
        )
        connection.execute("UPDATE description_of_map_units SET Notes = ?", ("x\0y",))
    result = export()
    assert result.report.is_valid
    assert texts(result.path / "vector" / "package.gpkg", "description_of_map_units", "Notes") == [
        "x\0y",
        "x\0y",
    ]
    xml = parsed_xml((result.path / "metadata" / "package_fgdc.xml").read_bytes())
    assert xml.first("purpose").text == "a\ufffdb\ufffd"


def test_the_manifest_is_what_sha256sum_reads(packed):
    result = packed
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", MANIFEST],
        cwd=result.path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(": OK") == len(digests(result.path)) - 1


def test_readme_and_metadata_tell_of_the_map(packed):
    result = packed
    text = (result.path / "README.txt").read_text(encoding="utf-8")
    for wanted in (
        "3,396,190 m",
        "geologic_contacts",
        "01.01.01",
        "THEMIS",
        SAID.licence,
        "1:1,000,000",
    ):
        assert wanted in text
    xml = parsed_xml((result.path / "metadata" / "package_fgdc.xml").read_bytes())
    bounds = [float(xml.first(tag).text) for tag in ("westbc", "eastbc", "southbc", "northbc")]
    assert bounds == pytest.approx([10.0, 14.0, 0.0, 4.0], abs=1e-4)
    metadata = QgsLayerMetadata()
    document = QDomDocument()
    content = (result.path / "metadata" / "package.qmd").read_bytes()
    assert document.setContent(QByteArray(content))[0]
    assert metadata.readMetadataXml(document.documentElement())
    assert (metadata.title(), metadata.contacts()[0].name) == (SAID.title, SAID.contact)
    assert list(metadata.keywords().values()) == [list(SAID.keywords)]


def test_a_sheet_and_a_report_go_along(packed):
    result = packed
    names = sorted(each.name for each in (result.path / "document").iterdir())
    assert names == ["package.pdf", "package_check.html"]
    assert result.report.findings == tuple(
        each for each in result.report.findings if each.severity is Severity.NOTE
    )


def test_a_zip_file_holds_the_same(export):
    result = export("package.zip")
    assert validate_package(result.path).is_valid
    with zipfile.ZipFile(result.path) as packed:
        names = packed.namelist()
    assert "package/package.qgs" in names
    assert all(name.startswith("package/") for name in names)


def test_the_source_stays_as_it_is(export, session):
    before = {
        table: texts(session.geopackage, table, "fid")
        for table in (spec.name for spec in MAP_LAYERS)
    }
    was_dirty = session.project.isDirty()
    project_before = Path(session.project.fileName()).read_bytes()
    export(with_pdf=True)
    assert {table: texts(session.geopackage, table, "fid") for table in before} == before
    assert session.project.isDirty() == was_dirty
    assert Path(session.project.fileName()).read_bytes() == project_before


def raster(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = gdal.GetDriverByName("GTiff").Create(str(path), 8, 8, 1)
    reference = osr.SpatialReference()
    reference.SetFromUserInput(MARS)
    data.SetProjection(reference.ExportToWkt())
    data.SetGeoTransform((10.0, 0.5, 0.0, 4.0, 0.0, -0.5))
    data.GetRasterBand(1).Fill(7)
    del data
    Path(f"{path}.aux.xml").write_text("<PAMDataset><Metadata/></PAMDataset>", encoding="utf-8")
    return path


def with_raster(session, path: Path) -> None:
    layer = QgsRasterLayer(str(path), path.stem, "gdal")
    assert layer.isValid()
    session.project.addMapLayer(layer)
    assert session.project.write()


def test_rasters_go_along_with_sidecars_and_the_sources_of_vrts(export, session, tmp_path):
    source = raster(tmp_path / "far" / "away" / "Bäse & map.tif")
    vrt = session.geopackage.parent / "mosaic.vrt"
    data = gdal.BuildVRT(str(vrt), [str(source)])
    del data
    with_raster(session, vrt)
    result = export(with_rasters=True)
    assert result.report.is_valid, result.report.findings
    shutil.rmtree(tmp_path / "far")
    vrt.unlink()
    project = opened(result.path / "package.qgs")
    (layer,) = project.mapLayersByName("mosaic")
    assert layer.isValid()
    value, known = layer.dataProvider().sample(layer.extent().center(), 1)
    assert (value, known) == (7.0, True)
    files = digests(result.path)
    assert any(name.endswith("Bäse & map.tif.aux.xml") for name in files)
    del layer
    project.clear()


def test_rasters_that_stay_are_named(export, session, tmp_path):
    with_raster(session, raster(tmp_path / "base.tif"))
    result = export()
    assert any("base" in note for note in result.notes)
    assert "base.tif" in (result.path / "README.txt").read_text(encoding="utf-8")
    assert b"base.tif" not in (result.path / "package.qgs").read_bytes()
    assert result.report.is_valid


def test_other_tables_of_the_file_stay(export, session):
    with closing(sqlite3.connect(session.geopackage)) as connection, connection:
        connection.execute("CREATE TABLE private (fid INTEGER PRIMARY KEY, word TEXT)")
        connection.execute("INSERT INTO private VALUES (1, 'do not tell')")
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
            "VALUES ('private', 'attributes', 'private', 0)"
        )
    result = export()
    assert b"do not tell" not in (result.path / "vector" / "package.gpkg").read_bytes()
    assert any("private" in note for note in result.notes)


def test_unsaved_edits_get_a_word_first(export, session, tmp_path):
    layer = session.layer("geologic_units")
    layer.startEditing()
    layer.deleteFeature(next(layer.getFeatures()).id())
    with pytest.raises(PlanetaryError, match=r"not saved.*Geologic units"):
        export()
    assert not (tmp_path / "package").exists()
    result = export(as_last_saved=True)
    assert len(texts(result.path / "vector" / "package.gpkg", "geologic_units", "fid")) == 2
    assert layer.isModified()
    layer.rollBack()


def test_gems_tables_say_the_same_as_the_map(packed):
    gems = packed.path / "vector" / "package_gems.gpkg"
    report = validate_package(gems)
    assert report.is_valid, report.findings
    polygons = QgsVectorLayer(f"{gems}|layername=MapUnitPolys", "units", "ogr")
    assert polygons.isValid()
    assert polygons.crs().authid() == MARS
    area = {each["MapUnit"]: each.geometry().area() for each in polygons.getFeatures()}
    assert area == {"a": 8.0, "b": 8.0}
    lines = QgsVectorLayer(f"{gems}|layername=ContactsAndFaults", "contacts", "ogr")
    assert sorted(each["Type"] for each in lines.getFeatures()) == ["Contact", "map boundary"]
    (fault,) = QgsVectorLayer(f"{gems}|layername=GeologicLines", "x", "ogr").getFeatures()
    assert (fault["IdentityConfidence"], fault["IsConcealed"]) == ("questionable", "N")
    assert fault["Symbol"] == "02.01.01"
    keys = texts(gems, "DescriptionOfMapUnits", "HierarchyKey")
    assert keys == ["01", "01-01", "01-02"]
    assert texts(gems, "DescriptionOfMapUnits", "MapUnit") == [None, "b", "a"]
    assert texts(gems, "DescriptionOfMapUnits", "AreaFillRGB")[1:] == ["010,020,030", "255,000,009"]
    assert texts(gems, "DataSources", "Source")[2:] == list(SAID.data_sources)
    assert "questionable" in texts(gems, "Glossary", "Term")
    del polygons, lines


def test_gems_tables_can_be_edited_in_qgis(packed, tmp_path):
    gems = tmp_path / "copy.gpkg"
    shutil.copyfile(packed.path / "vector" / "package_gems.gpkg", gems)
    layer = QgsVectorLayer(f"{gems}|layername=MapUnitPoints", "points", "ogr")
    assert layer.startEditing()
    assert layer.deleteFeature(next(layer.getFeatures()).id())
    assert layer.commitChanges(), layer.commitErrors()
    assert layer.featureCount() == 1
    del layer


def test_what_is_there_is_replaced_only_where_it_is_a_package(export, tmp_path):
    first = export()
    with pytest.raises(PlanetaryError, match="already"):
        export()
    again = export(overwrite=True, with_gems=True)
    assert (again.path / "vector" / "package_gems.gpkg").is_file()
    assert sorted(each.name for each in tmp_path.iterdir() if "package" in each.name) == ["package"]
    mine = first.path / "my notes.txt"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(PlanetaryError, match=r"my notes\.txt"):
        export(overwrite=True)
    assert mine.read_text(encoding="utf-8") == "mine"


def test_places_where_nothing_can_be_put_get_a_sentence(export, tmp_path):
    with pytest.raises(PlanetaryError, match="There is no folder"):
        export("nowhere/package")
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(PlanetaryError, match="cannot be written to"):
        export("closed/package")


def test_a_full_disk_leaves_nothing(export, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building, "write_manifest", full)
    with pytest.raises(PlanetaryError, match="The disk is full"):
        export()
    assert not [each for each in tmp_path.iterdir() if "package" in each.name]


def test_a_map_that_another_program_locks_gets_a_sentence(export, session, tmp_path, monkeypatch):
    from planetary_qgis.core.mapping.packages import map_copy

    def locked(*_):
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(map_copy, "_back_up", locked)
    with pytest.raises(PlanetaryError, match=r"cannot be copied.*Close other programs"):
        export()
    assert not [each for each in tmp_path.iterdir() if "package" in each.name]


@pytest.mark.parametrize("percent", [1, 92])
def test_cancelled_at_any_step_it_leaves_nothing(export, tmp_path, percent):
    feedback = QgsFeedback()

    def cancel(done):
        if done >= percent:
            feedback.cancel()

    feedback.progressChanged.connect(cancel)
    with pytest.raises(PlanetaryError, match="cancelled"):
        export(feedback=feedback)
    assert not [each for each in tmp_path.iterdir() if "package" in each.name]


def test_the_former_package_is_back_where_the_new_one_cannot_be_placed(
    export, tmp_path, monkeypatch
):
    before = digests(export().path)
    rename, calls = os.rename, []

    def second_fails(source, target):
        calls.append(1)
        if len(calls) == 2:
            raise OSError(errno.EACCES, "Permission denied")
        rename(source, target)

    monkeypatch.setattr(placing.os, "rename", second_fails)
    with pytest.raises(PlanetaryError, match="cannot be written"):
        export(overwrite=True)
    assert digests(tmp_path / "package") == before


KILLED = """
import os, signal, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from qgis.core import QgsApplication, QgsFeedback, QgsProject
application = QgsApplication([], True)
application.initQgis()
from planetary_qgis.qgis_bridge.mapping.packaging import *
from planetary_qgis.qgis_bridge.mapping.map_session import session_of
project = QgsProject()
project.read(sys.argv[1])
session = session_of(project)
options = PackageOptions(Path(sys.argv[2]), with_pdf=False, with_report=False)
feedback = QgsFeedback()
def kill(done):
    if done >= float(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
feedback.progressChanged.connect(kill)
build_package(prepare_package(session.geopackage, options, project), feedback)
os._exit(0)
"""


@pytest.mark.parametrize("percent", [10, 92])
def test_killed_it_leaves_no_package_and_the_map_as_it_was(session, tmp_path, percent):
    file = session.project.fileName()
    units = texts(session.geopackage, "geologic_units", "Unit")
    session.project.clear()
    root = Path(__file__).resolve().parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, file, str(tmp_path / "package"), str(percent)],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False, capture_output=True,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert not (tmp_path / "package").exists()
    assert texts(session.geopackage, "geologic_units", "Unit") == units
    project = opened(Path(file))
    assert all(layer.isValid() for layer in project.mapLayers().values())
    project.clear()


def test_the_algorithm_packs_the_map_of_a_file(processing, session, tmp_path):
    results = processing.run(
        "planetary:exportmappackage",
        {"MAP": str(session.geopackage), "FOLDER": str(tmp_path), "NAME": "out", "ZIP": True,
         "PDF": False, "ABSTRACT": "What it is.", "DATA_SOURCES": "one | two"},
    )  # fmt: skip
    assert results["OUTPUT"] == str(tmp_path / "out.zip")
    assert results["ERRORS"] == 0
    with zipfile.ZipFile(results["OUTPUT"]) as packed:
        readme = packed.read("out/README.txt").decode()
        assert packed.read("out/out.qgs")
        packed.extract("out/vector/out.gpkg", tmp_path)
    assert metadata_in(tmp_path / "out" / "vector" / "out.gpkg").abstract == "What it is."
    assert metadata_in(session.geopackage).abstract != "What it is."
    assert "What it is." in readme
    assert "- one\n- two\n" in readme


def test_the_algorithm_refuses_unsaved_edits_and_strange_names(
    processing, session, tmp_path, qgis_new_project
):
    project = QgsProject.instance()
    assert project.read(session.project.fileName())
    (units,) = project.mapLayersByName("Geologic units")
    units.startEditing()
    units.deleteFeature(next(units.getFeatures()).id())
    asked = {"FOLDER": str(tmp_path), "NAME": "out", "PDF": False}
    with pytest.raises(QgsProcessingException, match="not saved"):
        processing.run("planetary:exportmappackage", asked)
    with pytest.raises(QgsProcessingException, match="no name"):
        processing.run("planetary:exportmappackage", {**asked, "NAME": "a/b"})
    units.rollBack()
    del units
    project.clear()


def test_packages_that_qgis_has_opened_stay_valid(packed, tmp_path):
    path = tmp_path / "opened"
    shutil.copytree(packed.path, path)
    project = opened(path / "package.qgs")
    for layer in project.mapLayers().values():
        list(layer.getFeatures())
    del layer
    project.clear()
    found = differences(path)
    assert (found.changed, found.missing) == ((), ())
    assert validate_package(path).is_valid


def test_the_algorithm_validates_any_package(processing, packed, tmp_path):
    page = tmp_path / "page.html"
    asked = {"INPUT_FOLDER": str(packed.path), "OUTPUT": "TEMPORARY_OUTPUT", "REPORT": str(page)}
    results = processing.run("planetary:validatemappackage", asked)
    assert (results["VALID"], results["ERRORS"]) == (True, 0)
    assert "The package is valid" in page.read_text(encoding="utf-8")
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"no database")
    asked = {"INPUT": str(broken), "OUTPUT": "TEMPORARY_OUTPUT"}
    results = processing.run("planetary:validatemappackage", asked)
    (found,) = results["OUTPUT"].getFeatures()
    assert (found["severity"], found["place"]) == ("error", "broken.gpkg")
    with pytest.raises(QgsProcessingException, match="No package is given"):
        processing.run("planetary:validatemappackage", {"OUTPUT": "TEMPORARY_OUTPUT"})
