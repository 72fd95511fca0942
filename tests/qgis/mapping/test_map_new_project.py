"""New maps as GDAL, SQLite and fresh projects of QGIS find them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from osgeo import ogr, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsGeometry,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsSnappingConfig,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import MAP_LAYERS, VOCABULARIES
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.qgis_bridge.crs import body_name, crs_of
from planetary_qgis.qgis_bridge.mapping.map_session import session_of
from planetary_qgis.qgis_bridge.mapping.new_maps import new_map
from planetary_qgis.qgis_bridge.mapping.new_maps.map_tables import make_tables
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import (
    NewMap,
    add_map_layers,
    make_map_file,
    new_map_project,
)
from planetary_qgis.qgis_bridge.projections import best_projection

HOSTILE = 'Robert\'); DROP TABLE "units";--\n<b>😀</b> ]]> & %s'
SETTINGS = MapSettings(HOSTILE, "MARS", 500_000.0, "A. Author & B. “Other”")
GEOMETRIES = {
    "point": ogr.wkbPoint,
    "line": ogr.wkbLineString,
    "polygon": ogr.wkbMultiPolygon,
    "none": ogr.wkbNone,
}
EXAMPLES = {
    "point": "Point (1000 2000)",
    "line": "LineString (0 0, 1000 2000, 3000 1000)",
    "polygon": "MultiPolygon (((0 0, 3000 0, 0 3000, 0 0)))",
    "none": "",
}


@pytest.fixture(scope="module")
def crs(qgis_app: object) -> QgsCoordinateReferenceSystem:
    return best_projection(QgsRectangle(70, 10, 80, 20), crs_of(body("MARS"))).crs


@pytest.fixture(scope="module")
def area() -> QgsGeometry:
    return QgsGeometry.fromRect(QgsRectangle(-20_000.0, 700_000.0, 30_000.0, 760_000.0))


@pytest.fixture(scope="module")
def one_map(tmp_path_factory, crs, area) -> NewMap:
    """A map that tests only look at."""
    return new_map_project(tmp_path_factory.mktemp("Kärten ∅"), "jezero", SETTINGS, crs, area)


@pytest.fixture
def own_map(one_map: NewMap, tmp_path: Path) -> NewMap:
    """A map moved elsewhere, that a test may change."""
    for path in (one_map.geopackage, one_map.project_file):
        shutil.copyfile(path, tmp_path / path.name)
    return NewMap(tmp_path / "jezero.gpkg", tmp_path / "jezero.qgz")


@pytest.fixture
def project(own_map: NewMap, qgis_new_project: None) -> QgsProject:
    """The moved map's project, open."""
    opened = QgsProject.instance()
    assert opened.read(str(own_map.project_file))
    return opened


def test_only_the_two_files_are_made(one_map):
    assert sorted(os.listdir(one_map.geopackage.parent)) == ["jezero.gpkg", "jezero.qgz"]


def test_gdal_finds_every_layer_of_the_template_with_its_columns(one_map):
    data = ogr.Open(str(one_map.geopackage))
    for spec in MAP_LAYERS:
        layer = data.GetLayerByName(spec.name)
        assert layer.GetGeomType() == GEOMETRIES[spec.geometry]
        columns = [each.name for each in layer.schema]
        assert columns == [field.name for field in spec.fields]
    assert data.GetLayerByName("layer_styles").GetFeatureCount() == len(MAP_LAYERS)


def test_the_file_is_a_sound_geopackage(one_map):
    with closing(sqlite3.connect(one_map.geopackage)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        assert file.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert file.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        tables = {row[0] for row in file.execute("SELECT table_name FROM gpkg_contents")}
    assert tables == {*(spec.name for spec in MAP_LAYERS), "map_settings", "layer_styles"}


def test_no_folder_of_this_computer_is_told_to_those_who_get_the_map(one_map):
    folder = str(one_map.geopackage.parent)
    with closing(sqlite3.connect(one_map.geopackage)) as file:
        told = " ".join(row[0] for row in file.execute("SELECT styleQML FROM layer_styles"))
    assert folder not in told
    assert "planetary_qgis_" not in told  # the scratch folder's name
    assert "./jezero.gpkg|layername=map_vocabularies" in told


@pytest.mark.parametrize(
    "code", ["IAU_2015:49900", "IAU_2015:49930", "IAU_2015:50200", "ESRI:104905"]
)
def test_qgis_reads_back_crss_of_lists(tmp_path, qgis_app, code):
    wanted = QgsCoordinateReferenceSystem(code)
    make_tables(tmp_path / "map.gpkg", "t", wanted, None)
    found = _layer(tmp_path / "map.gpkg", "geologic_contacts").crs()
    assert found.isValid()
    assert found.authid() == wanted.authid()


@pytest.mark.parametrize(
    ("name", "extent", "purpose"),
    [
        ("MARS", (70, 10, 80, 20), "usual"),
        ("ENCELADUS", (170, -10, 190, 10), "conformal"),
        ("RHEA", (70, 40, 80, 50), "equal area"),
        ("LUTETIA", (0, -30, 60, 30), "usual"),
    ],
)
def test_qgis_reads_back_crss_of_our_own(tmp_path, qgis_app, name, extent, purpose):
    wanted = best_projection(QgsRectangle(*extent), crs_of(body(name)), purpose).crs
    make_tables(tmp_path / "map.gpkg", "t", wanted, None)
    found = _layer(tmp_path / "map.gpkg", "geologic_contacts").crs()
    assert found.isValid()
    assert body_name(found) == body_name(wanted) == body(name).title
    moved = QgsCoordinateTransform(wanted, found, QgsCoordinateTransformContext())
    place = moved.transform(QgsPointXY(12_345.678, 23_456.789))
    assert place.distance(QgsPointXY(12_345.678, 23_456.789)) < 1e-6
    radii = [osr.SpatialReference(each.toWkt()).GetSemiMajor() for each in (found, wanted)]
    assert radii[0] == radii[1]


def test_the_project_opens_elsewhere_with_all_layers(project, own_map, crs):
    layers = project.mapLayers().values()
    assert len(layers) == len(MAP_LAYERS)
    assert all(layer.isValid() for layer in layers)
    assert {Path(layer.source().split("|")[0]) for layer in layers} == {own_map.geopackage}
    assert project.title().startswith("Robert'); DROP TABLE")  # Qt 5 drops emoji from XML
    session = session_of(project)
    assert session.settings == SETTINGS
    assert session.layer("geologic_contacts").crs() == project.crs()
    assert body_name(project.crs()) == "Mars"


def test_layers_stand_in_the_order_of_the_template_and_vocabularies_are_hidden(project):
    (group,) = project.layerTreeRoot().findGroups()
    names = [node.layer().name() for node in group.findLayers()]
    assert names == [spec.title for spec in MAP_LAYERS]
    hidden = [
        layer.name()
        for layer in project.mapLayers().values()
        if layer.flags() & QgsMapLayer.LayerFlag.Private
    ]
    assert hidden == ["Vocabularies"]


def test_lines_snap_and_shared_vertices_move_together(project):
    config, session = project.snappingConfig(), session_of(project)
    assert config.enabled()
    assert config.mode() == QgsSnappingConfig.SnappingMode.AdvancedConfiguration
    assert config.intersectionSnapping()
    assert project.topologicalEditing()
    assert not project.avoidIntersectionsLayers()
    snapped = {
        name: config.individualLayerSettings(session.layer(name)).enabled()
        for name in ("geologic_contacts", "map_boundary", "linear_features", "geologic_units")
    }
    assert snapped == {
        "geologic_contacts": True,
        "map_boundary": True,
        "linear_features": True,
        "geologic_units": False,
    }


def test_the_area_is_the_boundary_and_the_view(project, area):
    boundary = session_of(project).layer("map_boundary")
    (feature,) = boundary.getFeatures()
    assert feature["Name"] == HOSTILE
    assert feature.geometry().isGeosEqual(area)
    view = project.viewSettings().defaultViewExtent()
    assert QgsRectangle(view).contains(area.boundingBox())


@pytest.mark.parametrize("spec", MAP_LAYERS, ids=lambda spec: spec.name)
def test_every_layer_takes_features_with_its_defaults(project, own_map, spec):
    layer = session_of(project).layer(spec.name)
    before = layer.featureCount()
    geometry = QgsGeometry.fromWkt(EXAMPLES[spec.geometry])
    feature = QgsVectorLayerUtils.createFeature(
        layer, geometry, {}, layer.createExpressionContext()
    )
    assert layer.startEditing()
    assert layer.addFeature(feature)
    assert layer.commitChanges(), layer.commitErrors()
    assert layer.featureCount() == before + 1
    found = list(_layer(own_map.geopackage, spec.name).getFeatures())[-1]
    for field in spec.fields:
        assert (found[field.name] or "") == field.default


def test_layers_come_dressed_where_someone_else_opens_them(one_map):
    contacts = _layer(one_map.geopackage, "geologic_contacts")
    assert not isinstance(contacts.renderer(), QgsSingleSymbolRenderer)
    index = contacts.fields().lookupField("Contact_ty")
    assert contacts.editorWidgetSetup(index).type() == "ValueRelation"
    assert contacts.attributeAlias(index) == "Kind of contact"


def test_a_style_that_its_mapper_changed_is_worn_where_the_map_is_opened(own_map):
    changed = _layer(own_map.geopackage, "unit_points")
    changed.setAbstract("mine")
    changed.renderer().setForceRasterRender(True)
    changed.setFieldAlias(1, "Einheit")
    changed.saveStyleToDatabase("mine", "", True, "")
    project = QgsProject()
    layers = add_map_layers(project, own_map.geopackage)
    assert layers["unit_points"].attributeAlias(1) == "Einheit"
    choice = layers["unit_points"].editorWidgetSetup(1)
    assert choice.config()["Layer"] == layers["description_of_map_units"].id()
    project.clear()


def test_a_map_that_lacks_tables_and_columns_still_opens(tmp_path, crs):
    path = tmp_path / "theirs.gpkg"
    data = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    reference = osr.SpatialReference(crs.toWkt())
    contacts = data.CreateLayer("geologic_contacts", reference, ogr.wkbMultiLineString)
    contacts.CreateField(ogr.FieldDefn("contact_TY", ogr.OFTString))
    contacts.CreateField(ogr.FieldDefn("theirs", ogr.OFTReal))
    del contacts, data
    project = QgsProject()
    layers = add_map_layers(project, path)
    assert list(layers) == ["geologic_contacts"]
    assert layers["geologic_contacts"].attributeAlias(1) == "Kind of contact"
    assert layers["geologic_contacts"].editorWidgetSetup(1).type() == "TextEdit"
    project.clear()


def test_the_second_map_of_a_name_is_refused_and_the_first_stays(one_map, crs):
    before = one_map.geopackage.read_bytes()
    with pytest.raises(PlanetaryError, match="already"):
        new_map_project(one_map.geopackage.parent, "jezero", SETTINGS, crs, None)
    assert one_map.geopackage.read_bytes() == before


def test_without_room_for_the_project_there_is_no_geopackage_either(tmp_path, crs, monkeypatch):
    def place(made: Path, path: Path) -> None:
        if path.suffix == ".qgz":
            raise PlanetaryError("disk full")
        shutil.copyfile(made, path)

    monkeypatch.setattr(new_map.new_map_file, "put_in_place", place)
    with pytest.raises(PlanetaryError, match="disk full"):
        new_map_project(tmp_path, "map", SETTINGS, crs, None)
    assert os.listdir(tmp_path) == []


def test_an_area_that_is_no_polygon_leaves_nothing_behind(tmp_path, crs):
    line = QgsGeometry.fromWkt("LineString (0 0, 1 1)")
    with pytest.raises(PlanetaryError, match="no polygon"):
        make_map_file(tmp_path / "map.gpkg", SETTINGS, crs, line)
    assert os.listdir(tmp_path) == []


def test_vocabularies_are_those_of_the_body(one_map, tmp_path, qgis_app):
    moon = tmp_path / "moon.gpkg"
    make_map_file(moon, MapSettings("t", "MOON", 1e6), crs_of(body("MOON")), None)
    of_mars, of_moon = _ages(one_map.geopackage), _ages(moon)
    assert any("Noachian" in label for label in of_mars)
    assert any("Imbrian" in label for label in of_moon)
    assert not any("Noachian" in label for label in of_moon)


def _ages(path: Path) -> set[str]:
    words = _layer(path, VOCABULARIES).getFeatures()
    return {word["Label"] for word in words if word["Vocabulary"] == "age"}


def _layer(path: Path, table: str) -> QgsVectorLayer:
    """As QGIS itself opens it."""
    return QgsVectorLayer(f"{path}|layername={table}", table, "ogr")
