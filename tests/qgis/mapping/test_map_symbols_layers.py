"""Layers that wear the symbols."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qgis.core import (
    QgsExpressionContextUtils,
    QgsFeature,
    QgsGeometry,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsRenderContext,
    QgsStyle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    MAP_BOUNDARY,
    SURFACE_FEATURES,
    UNIT_POINTS,
    UNITS,
    map_layer,
)
from planetary_qgis.core.mapping.symbols import CERTAINTIES, feature_types, symbol_specs
from planetary_qgis.qgis_bridge.mapping.map_symbols import (
    install_style,
    style_map_layer,
    style_name,
    style_specs,
    style_units,
    write_style,
)

pytestmark = pytest.mark.usefixtures("qgis_new_project")

GEOMETRIES = {"line": "LineString", "point": "Point", "polygon": "Polygon", "none": "None"}
CRS = "EPSG:3857"
UNKNOWN = "Unknown type"


def made(name: str, rows: list[dict] | None = None, rename=str) -> QgsVectorLayer:
    """A layer of the template in memory, with features side by side."""
    spec = map_layer(name)
    fields = "&".join(f"field={rename(field.name)}:string" for field in spec.fields)
    geometry = GEOMETRIES[spec.geometry]
    crs = "" if geometry == "None" else f"crs={CRS}&"
    layer = QgsVectorLayer(f"{geometry}?{crs}{fields}", name, "memory")
    put(layer, rows or [])
    return layer


def put(layer: QgsVectorLayer, rows: list[dict]) -> None:
    features = []
    start = layer.featureCount()
    for place, row in enumerate(rows, start=start):
        feature = QgsFeature(layer.fields())
        for name, value in row.items():
            feature.setAttribute(layer.fields().lookupField(name), value)
        if layer.isSpatial():
            feature.setGeometry(_shape(layer, place))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()


def _shape(layer: QgsVectorLayer, place: int) -> QgsGeometry:
    y = place * 10.0
    return QgsGeometry.fromWkt(
        (
            f"POINT(50 {y})",
            f"LINESTRING(0 {y}, 100 {y})",
            f"POLYGON((0 {y - 4}, 100 {y - 4}, 100 {y + 4}, 0 {y + 4}, 0 {y - 4}))",
        )[int(layer.geometryType())]
    )


def picture(layer: QgsVectorLayer, rows: int) -> np.ndarray:
    """(rows, 20, 400, 3) the layer's features, each in a stripe of its own."""
    job_settings = QgsMapSettings()
    job_settings.setLayers([layer])
    job_settings.setDestinationCrs(layer.crs())
    job_settings.setExtent(QgsRectangle(0, -5, 200, rows * 10 - 5))
    job_settings.setOutputSize(QSize(400, 20 * rows))
    job_settings.setBackgroundColor(QColor(255, 255, 255))
    job_settings.setFlag(QgsMapSettings.Flag.DrawLabeling, False)
    job = QgsMapRendererSequentialJob(job_settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    seen = np.frombuffer(bits, np.uint8).reshape(20 * rows, 400, 4)[:, :, :3]
    return seen.reshape(rows, 20, 400, 3)[::-1].copy()


def category_of(layer: QgsVectorLayer, row: dict) -> str:
    """The label of the category that a feature falls in."""
    one = QgsVectorLayer(layer.source(), "", "memory")
    put(one, [row])
    (feature,) = one.getFeatures()
    renderer = layer.renderer().clone()
    context = QgsRenderContext()
    context.expressionContext().appendScope(QgsExpressionContextUtils.layerScope(one))
    context.expressionContext().setFeature(feature)
    renderer.startRender(context, one.fields())
    drawn = renderer.symbolForFeature(feature, context) is not None
    keys = renderer.legendKeysForFeature(feature, context) - {""}
    renderer.stopRender(context)
    labels = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
    # QGIS has no key for what falls into the last category.
    return ", ".join(labels[key] for key in keys) or (UNKNOWN if drawn else "")


@pytest.mark.parametrize("name", [CONTACTS, LINEAR_FEATURES, SURFACE_FEATURES, LOCATION_FEATURES])
def test_every_type_and_certainty_is_known(name):
    kind, certainty = ("Contact_ty", "TYPE") if name == CONTACTS else ("TYPE", "Certainty")
    has_certainty = map_layer(name).field(certainty) is not None
    rows = [
        {kind: each.code, **({certainty: words} if has_certainty else {})}
        for each in feature_types(name)
        for words in (CERTAINTIES if has_certainty else ("",))
    ]
    layer = made(name, rows)
    style_map_layer(layer, name)
    labels = {category.label() for category in layer.renderer().categories()}
    assert UNKNOWN in labels
    assert category_of(layer, rows[0]) != UNKNOWN
    assert category_of(layer, rows[-1]) != UNKNOWN
    assert category_of(layer, {kind: "no such code"}) == UNKNOWN
    assert category_of(layer, {}) == UNKNOWN


def test_the_legend_lists_each_certainty_that_the_layer_holds():
    rows = [
        {"TYPE": "25.037", "Certainty": "certain"},
        {"TYPE": "25.037", "Certainty": "approximate"},
        {"TYPE": "25.071", "Certainty": "concealed"},
        {"TYPE": "25.071", "Certainty": "inferred?"},
    ]
    layer = made(LINEAR_FEATURES, rows)
    style_map_layer(layer, LINEAR_FEATURES)
    assert [category_of(layer, row) for row in rows] == [
        "Wrinkle ridge",
        "Wrinkle ridge, approximate",
        "Scarp, concealed",
        "Scarp, inferred, queried",
    ]
    assert category_of(layer, {"TYPE": "25.071"}) == "Scarp"


@pytest.mark.parametrize(
    ("name", "type_column", "certainty_column", "kind", "words"),
    [
        (CONTACTS, "Contact_ty", "TYPE", "01.01.01", ("certain", "Approx.", "buried", "?")),
        (LINEAR_FEATURES, "TYPE", "Certainty", "25.095", ("certain", "Approx.", "buried")),
    ],
)
def test_what_is_drawn_later_wears_its_certainty(name, type_column, certainty_column, kind, words):
    rows = [{type_column: kind, certainty_column: each} for each in words]
    early, late = made(name), made(name, rows)
    style_map_layer(early, name)
    put(early, rows)
    style_map_layer(late, name)
    as_drawn = picture(early, len(rows))
    assert np.array_equal(as_drawn, picture(late, len(rows)))
    inked = [(stripe < 200).any(axis=2).any(axis=0)[:196].mean() for stripe in as_drawn]
    assert inked[0] == 1.0
    assert inked[0] > inked[1] > inked[2]


@pytest.mark.parametrize("rename", [str.lower, str.upper])
def test_columns_are_found_in_any_case(rename):
    layer = made(CONTACTS, [{"Contact_ty": "01.01.01", "TYPE": "inferred"}], rename)
    style_map_layer(layer, CONTACTS)
    assert category_of(layer, {"Contact_ty": "01.01.01", "TYPE": "inferred"}) == (
        "Contact, inferred"
    )


def test_codes_of_other_forms_and_titles_are_understood():
    rows = [{"Contact_ty": "25.003"}, {"Contact_ty": "gradational contact"}, {"Contact_ty": None}]
    layer = made(CONTACTS, rows)
    style_map_layer(layer, CONTACTS)
    assert category_of(layer, rows[0]) == "Contact, planetary, inferred"
    assert category_of(layer, rows[1]) == "Gradational contact"
    assert category_of(layer, rows[2]) == UNKNOWN


def test_hostile_values_do_no_harm():
    rows = [{"TYPE": '\'; DROP TABLE "x" --'}, {"TYPE": "|certain"}, {"TYPE": "😀" * 60}]
    layer = made(LINEAR_FEATURES, rows)
    style_map_layer(layer, LINEAR_FEATURES)
    assert (picture(layer, 3).reshape(3, -1).min(axis=1) < 200).all()


def test_without_its_columns_a_layer_is_still_seen():
    layer = QgsVectorLayer(f"LineString?crs={CRS}&field=other:string", "", "memory")
    put(layer, [{}])
    style_map_layer(layer, LINEAR_FEATURES)
    assert picture(layer, 1).min() < 200


def test_points_turn_by_an_azimuth():
    layer = QgsVectorLayer(f"Point?crs={CRS}&field=TYPE:string&field=azimuth:double", "", "memory")
    for azimuth in (0.0, 90.0):
        feature = QgsFeature(layer.fields())
        feature.setAttributes(["06.02", azimuth])
        feature.setGeometry(QgsGeometry.fromWkt(f"POINT({50 + azimuth} 0)"))
        layer.dataProvider().addFeatures([feature])
    style_map_layer(layer, LOCATION_FEATURES)
    seen = (picture(layer, 1)[0] < 200).any(axis=2)
    upright, lying = seen[:, :200], seen[:, 200:]
    assert upright.any(axis=1).sum() > upright.any(axis=0).sum()
    assert lying.any(axis=0).sum() > lying.any(axis=1).sum()


@pytest.mark.parametrize("name", [MAP_BOUNDARY, UNIT_POINTS, UNITS, DESCRIPTION])
def test_the_other_layers_have_a_style_or_none_to_have(name):
    layer = made(name, [{"Unit": "Hp1"}] if name != MAP_BOUNDARY else [{}])
    style_map_layer(layer, name)
    if layer.isSpatial():
        assert picture(layer, 1).min() < 250
        assert layer.labelsEnabled() == (name in (UNIT_POINTS, UNITS))


def test_styles_survive_project_and_geopackage(tmp_path: Path):
    rows = [{"TYPE": each, "Certainty": "inferred, queried"} for each in ("02.08.01", "25.094")]
    path = tmp_path / "Kärte.gpkg"
    layer = made(LINEAR_FEATURES, rows)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = LINEAR_FEATURES
    context = QgsProject.instance().transformContext()
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
    stored = QgsVectorLayer(f"{path}|layername={LINEAR_FEATURES}", "lines", "ogr")
    style_map_layer(stored, LINEAR_FEATURES)
    before = picture(stored, 2)
    assert stored.saveStyleToDatabase("lines", "", True, "") in ("", None)
    document = QDomDocument()
    stored.exportNamedStyle(document)
    assert str(tmp_path) not in document.toString()

    again = QgsVectorLayer(f"{path}|layername={LINEAR_FEATURES}", "lines", "ogr")
    assert np.array_equal(picture(again, 2), before)

    project = QgsProject.instance()
    project.addMapLayer(stored)
    assert project.write(str(tmp_path / "map.qgs"))
    project.clear()
    assert project.read(str(tmp_path / "map.qgs"))
    (read,) = project.mapLayers().values()
    assert np.array_equal(picture(read, 2), before)


def described(*rows: tuple[str, str, str, str]) -> QgsVectorLayer:
    columns = ("Unit", "UnitName", "RGB", "StratOrder")
    return made(DESCRIPTION, [dict(zip(columns, row)) for row in rows])


def test_units_have_the_colours_and_the_order_of_the_description():
    units = made(UNITS, [{"Unit": "Hp1"}, {"Unit": "c"}, {"Unit": "new"}, {"Unit": None}])
    table = described(("Hp1", "Plains 1", "10,120,200", "2"), ("c", "Crater", "255;255;0", "1"))
    style_units(units, table)
    labels = [each.label() for each in units.renderer().categories()]
    assert labels[:2] == ["c — Crater", "Hp₁ — Plains 1"]
    seen = picture(units, 4)
    # Blue, green, red: as pictures lie in memory.
    assert (seen[0][5:12, 20:180] == (200, 120, 10)).all()
    assert (seen[1][5:12, 20:180] == (0, 255, 255)).all()
    for stripe in seen[2:]:
        inside = stripe[5:12, 20:180]
        assert (inside == 255).all(axis=2).any()
        assert not (inside == 255).all()


def test_units_without_colours_get_some_that_differ():
    units = made(UNITS, [{"Unit": each} for each in ("Hp1", "Hp2", "Nh", "c")])
    style_units(units, None)
    colours = {each.symbol().color().name() for each in units.renderer().categories()[:-1]}
    assert len(colours) == 4


def test_a_description_may_be_empty_or_wrong():
    units = made(UNITS, [{"Unit": "Hp1"}])
    style_units(units, described())
    assert picture(units, 1).min() < 250
    style_units(units, described(("Hp1", "", "no colour", "soon"), ("Hp1", "twice", "", "")))
    assert len(units.renderer().categories()) == 2
    style_units(units, QgsVectorLayer("None?field=other:string", "", "memory"))
    assert len(units.renderer().categories()) == 1


def test_the_style_file_holds_every_symbol(tmp_path: Path):
    path = tmp_path / "stil ä.xml"
    count = write_style(path)
    style = QgsStyle()
    style.createMemoryDatabase()
    assert style.importXml(str(path))
    assert style.symbolCount() == count == len(style_specs())
    kind = QgsStyle.StyleEntity.SymbolEntity
    thrust = style_name(symbol_specs()["02.08.01"])
    assert {"Planetary QGIS", "FGDC", "Faults"} <= set(style.tagsOfSymbol(kind, thrust))
    assert style.symbol(thrust).symbolLayerCount() == 2
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_installing_twice_leaves_one_of_each():
    style = QgsStyle()
    style.createMemoryDatabase()
    assert install_style(style) == install_style(style) == style.symbolCount()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(PlanetaryError, match="cannot be written"):
        write_style(tmp_path / "nowhere" / "style.xml")


def test_the_algorithm_writes_the_style(processing, tmp_path: Path):
    path = tmp_path / "style.xml"
    result = processing.run("planetary:mapsymbols", {"OUTPUT": str(path)})
    assert result["COUNT"] == len(style_specs())
    assert path.stat().st_size > 100_000
