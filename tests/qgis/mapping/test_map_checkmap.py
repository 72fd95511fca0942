"""planetary:checkmap through processing.run: maps of projects, and GeoPackages from elsewhere."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from checked_maps import ACROSS, CONTACTS, DANGLE, HOSTILE, MARS, UNITS, draw, held, map_with
from osgeo import ogr, osr
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessingException,
    QgsProject,
    QgsVectorLayer,
)

from planetary_qgis.core.mapping.checks import CHECKS
from planetary_qgis.processing.checkmap import CheckMap
from planetary_qgis.qgis_bridge.mapping.checks.ignored_findings import ignore, ignored_in, unignore
from planetary_qgis.qgis_bridge.mapping.map_reading import LayerSnapshot

KEYS = [check.key for check in CHECKS]


@pytest.fixture
def project(qgis_new_project: None) -> QgsProject:
    return QgsProject.instance()


@pytest.fixture
def run(processing):
    """A function that runs the algorithm and gives its results."""

    def run(feedback=None, **parameters):
        parameters.setdefault("OUTPUT", "TEMPORARY_OUTPUT")
        return processing.run("planetary:checkmap", parameters, feedback=feedback)

    return run


def found(results, check: str) -> list[dict]:
    rows = (feature.attributeMap() for feature in results["OUTPUT"].getFeatures())
    return [row for row in rows if row["check"] == check]


def only(*keys: str) -> list[int]:
    return [KEYS.index(key) for key in keys]


def made_elsewhere(path: Path, layers: dict[str, tuple[int, tuple[str, ...]]]) -> Path:
    """A GeoPackage as GDAL writes it."""
    reference = osr.SpatialReference()
    reference.SetFromUserInput(MARS)
    data = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    for name, (kind, shapes) in layers.items():
        layer = data.CreateLayer(name, reference, kind)
        layer.CreateField(ogr.FieldDefn("CONTACT_TY", ogr.OFTString))
        for wkt in shapes:
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt))
            layer.CreateFeature(feature)
    del layer, data
    return path


def test_it_runs_on_the_map_of_the_project(run, project, geopackage):
    map_with(geopackage, project)
    results = run()
    (dangle,) = found(results, "dangle")
    assert (dangle["severity"], dangle["layer"], dangle["ignored"]) == ("error", CONTACTS, 0)
    assert dangle["title"] == "Dangling contacts"
    assert dangle["hint"]
    (place,) = [
        each.geometry().asPoint()
        for each in results["OUTPUT"].getFeatures()
        if each["check"] == "dangle"
    ]
    assert (place.x(), place.y()) == pytest.approx((2.0, 3.0))
    assert results["OUTPUT"].crs().authid() == MARS
    assert results["ERRORS"] == sum(
        each["severity"] == "error" for each in results["OUTPUT"].getFeatures()
    )


def test_what_is_not_saved_is_checked_and_stays_as_it_is(run, project, geopackage):
    session = map_with(geopackage, project, [ACROSS])
    contacts = session.layer(CONTACTS)
    contacts.startEditing()
    fid = draw(contacts, DANGLE)
    before = held(contacts)
    (dangle,) = found(run(), "dangle")
    assert dangle["features"] == str(fid)
    assert contacts.isEditable()
    assert held(contacts) == before
    contacts.rollBack()
    assert not found(run(), "dangle")


def test_only_chosen_checks_run(run, project, geopackage):
    map_with(geopackage, project)
    results = run(CHECKS=only("dangle"))
    assert {each["check"] for each in results["OUTPUT"].getFeatures()} == {"dangle"}
    assert (results["ERRORS"], results["WARNINGS"], results["NOTES"]) == (1, 0, 0)


def test_the_tolerance_decides_what_nearly_meets(run, project, geopackage):
    # 0.02 degrees on Mars are 1.19 km.
    map_with(geopackage, project, [ACROSS, "LineString(2 2.02,2 4)"])
    chosen = only("dangle", "undershoot")
    far = run(CHECKS=chosen, TOLERANCE=1_000.0)
    assert (far["ERRORS"], far["WARNINGS"]) == (1, 0)
    near = run(CHECKS=chosen, TOLERANCE=1_300.0)
    assert (near["ERRORS"], near["WARNINGS"]) == (0, 1)


def test_a_geopackage_from_elsewhere_in_other_case(run, project, tmp_path, notes):
    path = made_elsewhere(
        tmp_path / "Packagé.gpkg",
        {
            "Geologic_Contacts": (ogr.wkbLineString, (ACROSS, DANGLE)),
            "GEOLOGIC_UNITS": (ogr.wkbMultiPolygon, ("MultiPolygon(((0 0,4 0,4 4,0 4,0 0)))",)),
        },
    )
    results = run(notes, MAP=str(path), SCALE=1_000_000.0)
    assert found(results, "dangle")
    assert found(results, "empty-attribute")
    assert results["OUTPUT"].crs().authid() == MARS
    (told,) = [text for text in notes.warnings if "lacks the layers" in text]
    assert "unit_points" in told
    assert CONTACTS not in told
    assert UNITS not in told


def test_a_map_without_a_scale_asks_for_it(run, project, tmp_path):
    path = made_elsewhere(tmp_path / "m.gpkg", {CONTACTS: (ogr.wkbLineString, (ACROSS,))})
    with pytest.raises(QgsProcessingException, match="scale"):
        run(MAP=str(path))


@pytest.mark.parametrize(
    ("content", "word"), [(b"no database", "GeoPackage"), (None, "no GeoPackage")]
)
def test_what_is_no_map_is_refused_with_a_sentence(run, project, tmp_path, content, word):
    path = tmp_path / "broken.gpkg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(QgsProcessingException, match=word):
        run(MAP=str(path), SCALE=1e6)


def test_a_geopackage_of_something_else_is_refused(run, project, tmp_path):
    path = made_elsewhere(tmp_path / "roads.gpkg", {"roads": (ogr.wkbLineString, (ACROSS,))})
    with pytest.raises(QgsProcessingException, match="holds neither"):
        run(MAP=str(path), SCALE=1e6)


def test_no_map_at_all_is_refused(run, project):
    with pytest.raises(QgsProcessingException, match="no geologic map"):
        run()


def test_a_reason_keeps_a_finding_from_counting_in_every_later_run(run, project, geopackage):
    session = map_with(geopackage, project)
    (before,) = found(run(CHECKS=only("dangle")), "dangle")
    ignore(geopackage, before["key"], HOSTILE)
    # Its neighbour is drawn anew meanwhile, under another id.
    contacts = session.layer(CONTACTS)
    contacts.startEditing()
    contacts.deleteFeature(2)
    draw(contacts, DANGLE)
    assert contacts.commitChanges()
    results = run(CHECKS=only("dangle"))
    assert (results["ERRORS"], results["IGNORED"]) == (0, 1)
    (after,) = found(results, "dangle")
    assert (after["ignored"], after["reason"]) == (1, HOSTILE)
    unignore(geopackage, before["key"])
    assert run(CHECKS=only("dangle"))["ERRORS"] == 1


def test_reasons_are_written_while_layers_are_open_and_edited(project, geopackage):
    session = map_with(geopackage, project)
    contacts = session.layer(CONTACTS)
    contacts.startEditing()
    draw(contacts, DANGLE)
    before = held(contacts)
    ignore(geopackage, "key|1", "first")
    ignore(geopackage, "key|1", "second")
    ignore(geopackage, "other", "")
    assert ignored_in(geopackage) == {"key|1": "second", "other": ""}
    assert held(contacts) == before
    assert contacts.commitChanges()
    unignore(geopackage, "key|1")
    unignore(geopackage, "never there")
    assert ignored_in(geopackage) == {"other": ""}
    table = QgsVectorLayer(f"{geopackage}|layername=ignored_findings", "x", "ogr")
    (row,) = table.getFeatures()
    assert row["finding_key"] == "other"
    assert row["noted_at"].endswith("Z")


def test_the_report_is_a_page_in_which_nothing_of_the_map_is_markup(
    run, project, geopackage, tmp_path
):
    session = map_with(geopackage, project)
    contacts = session.layer(CONTACTS)
    contacts.startEditing()
    draw(contacts, "LineString(0 1,4 1)", Contact_ty=HOSTILE, TYPE=HOSTILE)
    report = tmp_path / "report.html"
    results = run(REPORT=str(report))
    text = report.read_text(encoding="utf-8")
    assert results["REPORT"] == str(report)
    assert found(results, "bad-code")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "<b>bold" not in text
    assert not list(tmp_path.glob("*.part"))


def test_a_report_that_cannot_be_written_is_refused(run, project, geopackage, tmp_path):
    map_with(geopackage, project)
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(QgsProcessingException, match="cannot be written"):
        run(REPORT=str(tmp_path / "folder.html"))


def test_a_saved_layer_opens_in_its_symbols_and_on_its_body(run, project, geopackage, tmp_path):
    map_with(geopackage, project)
    written = tmp_path / "findings.gpkg"
    run(OUTPUT=str(written))
    layer = QgsVectorLayer(str(written), "findings", "ogr")
    assert layer.crs().authid() == MARS
    assert layer.renderer().type() == "categorizedSymbol"
    assert "error" in [category.value() for category in layer.renderer().categories()]
    assert "<b>" in layer.mapTipTemplate()


def test_a_filter_of_a_layer_is_told(run, project, geopackage):
    session = map_with(geopackage, project)
    session.layer(CONTACTS).setSubsetString("fid = 1")
    (told,) = found(run(), "unreadable")
    assert "filter" in told["message"]


def test_contacts_that_meet_across_the_antimeridian(run, project, geopackage):
    area = "MultiPolygon(((176 0,180 0,180 4,176 4,176 0)),((-180 0,-176 0,-176 4,-180 4,-180 0)))"
    lines = ["LineString(176 2,180 2)", "LineString(-180 2,-176 2)"]
    map_with(geopackage, project, [*lines, "LineString(178 2,178 3)"], area=area)
    results = run(CHECKS=only("dangle"))
    (dangle,) = found(results, "dangle")
    assert dangle["features"] == "3"


def test_shapes_that_no_library_takes_do_not_stop_the_others(qgis_app):
    layer = QgsVectorLayer("CurvePolygon?crs=IAU_2015:49900", "c", "memory")
    shapes = (
        "CurvePolygon(CompoundCurve(CircularString(0 0,1 1,2 0),(2 0,0 0)))",
        "Polygon((0 0,1 1))",
        "Polygon((0 0,1 0,1 1,0 0))",
    )
    for wkt in shapes:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        layer.dataProvider().addFeature(feature)
    half_disc, broken, triangle = LayerSnapshot(UNITS, layer).read().shapes
    assert half_disc.area == pytest.approx(math.pi / 2, rel=1e-3)
    assert broken is None
    assert triangle.area == 0.5


def test_loading_it_needs_no_library(qgis_app):
    algorithm = CheckMap()
    algorithm.initAlgorithm()
    options = algorithm.parameterDefinition("CHECKS").options()
    assert len(options) == len(KEYS)
