"""Found products copied into layers in memory, and into layers of the user's."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeedback,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.compat import utc_text
from planetary_qgis.qgis_bridge.crs import repair_geopackage
from planetary_qgis.qgis_bridge.found_rows import rows_found
from planetary_qgis.qgis_bridge.layer_copies import (
    Added,
    add_to_layer,
    layers_that_take,
    memory_copy,
    read_features,
)

FIELDS = "field=PRODUCT_ID:string&field=incidence_angle:double&field=note:integer"


@pytest.fixture
def found(footprints, geopackage):
    store.write_table(geopackage, "index", footprints.answer(), title="Index")
    return rows_found(geopackage, "index")


@pytest.fixture
def template_layer(found):
    return store.open_table(found.path, "index")


@pytest.fixture
def target_layer() -> QgsVectorLayer:
    """A layer of multipolygons on Mars with some of the fields, of which one is of another kind."""
    return QgsVectorLayer(f"MultiPolygon?crs=IAU_2015:49900&{FIELDS}", "target", "memory")


def features_of(found, ids=None, *, for_memory=True):
    wanted = found.ids if ids is None else ids
    return read_features(found, wanted, QgsFeedback(), for_memory=for_memory)


def names(layer) -> list[str]:
    return sorted(
        feature[layer.fields().lookupField("product_id")] for feature in layer.getFeatures()
    )


def test_features_bring_everything_but_their_id(found, footprints):
    features = features_of(found, found.ids[:3])
    assert [feature["product_id"] for feature in features] == list(footprints.ids[:3])
    assert features[0].fields().indexOf("fid") == -1
    assert features[0]["ORBIT"] == 1
    assert features[1].geometry().constGet().numGeometries() == 2


def test_reading_stops_when_it_is_cancelled(found):
    feedback = QgsFeedback()
    feedback.cancel()
    assert read_features(found, found.ids, feedback, for_memory=True) == []


def test_a_copy_is_dressed_like_its_source(found, template_layer, footprints):
    copied_layer = memory_copy(features_of(found), template_layer, "Copy")
    assert copied_layer.name() == "Copy"
    assert names(copied_layer) == sorted(footprints.ids)
    assert copied_layer.crs() == template_layer.crs()
    assert copied_layer.extent() == template_layer.extent()
    colour = template_layer.renderer().symbol().color()
    assert copied_layer.renderer().symbol().color() == colour
    assert copied_layer.temporalProperties().isActive()
    assert copied_layer.mapTipTemplate() == template_layer.mapTipTemplate()
    history = copied_layer.metadata().history()
    assert "Label: https://example.org/index.lbl" in history
    assert any("Copied: 6 products" in line for line in history)


def test_times_stay_the_same_instant(found, template_layer):
    copied_layer = memory_copy(features_of(found, found.ids[4:5]), template_layer, "Copy")
    (feature,) = copied_layer.getFeatures()
    assert utc_text(feature["start_time"]) == "2010-01-05T00:00:00.123Z"


def test_products_go_into_another_layer_by_the_names_of_fields(found, template_layer, target_layer):
    added = add_to_layer(features_of(found), template_layer, target_layer)
    assert added == Added(added=5, there=0, unfit=1)
    by_name = {feature["PRODUCT_ID"]: feature for feature in target_layer.getFeatures()}
    assert "no geometry" not in by_name
    assert by_name["equator"]["incidence_angle"] == 10.0
    # A text such as “naïve” is none that a field of integers could hold.
    assert not by_name["equator"]["note"]
    assert by_name["equator"].geometry().asWkt() == template_layer.getFeature(1).geometry().asWkt()
    assert not target_layer.isEditable()


def test_products_that_are_there_are_not_added_again(found, template_layer, target_layer):
    add_to_layer(features_of(found, found.ids[:2]), template_layer, target_layer)
    added = add_to_layer(features_of(found), template_layer, target_layer)
    assert added == Added(added=3, there=2, unfit=1)
    assert len(names(target_layer)) == len(set(names(target_layer))) == 5


def test_a_layer_that_is_being_edited_gets_one_step_that_can_be_undone(
    found, template_layer, target_layer
):
    target_layer.startEditing()
    add_to_layer(features_of(found), template_layer, target_layer)
    assert target_layer.isEditable()
    assert target_layer.undoStack().count() == 1
    assert target_layer.featureCount() == 5
    target_layer.undoStack().undo()
    assert target_layer.featureCount() == 0


def test_a_single_polygon_layer_gets_no_half_footprints(found, template_layer):
    single_layer = QgsVectorLayer(f"Polygon?crs=IAU_2015:49900&{FIELDS}", "single", "memory")
    added = add_to_layer(features_of(found), template_layer, single_layer)
    assert added == Added(added=4, there=0, unfit=2)
    assert "antimeridian" not in names(single_layer)


def test_a_projected_layer_gets_them_where_they_belong(found, template_layer):
    # 49910 is an equirectangular projection of Mars: metres along the equator.
    metres_layer = QgsVectorLayer(f"MultiPolygon?crs=IAU_2015:49910&{FIELDS}", "m", "memory")
    add_to_layer(features_of(found, found.ids[:1]), template_layer, metres_layer)
    assert metres_layer.extent().xMaximum() == pytest.approx(3396190 * 3.14159265 / 18, rel=1e-6)


def test_a_geopackage_keeps_them(found, template_layer, target_layer, tmp_path):
    path = tmp_path / "mine.gpkg"
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "mine"
    context = template_layer.transformContext()
    QgsVectorFileWriter.writeAsVectorFormatV3(target_layer, str(path), context, options)
    repair_geopackage(path)
    mine_layer = QgsVectorLayer(f"{path}|layername=mine", "mine", "ogr")
    features = features_of(found, for_memory=False)
    assert add_to_layer(features, template_layer, mine_layer).added == 5
    again_layer = QgsVectorLayer(f"{path}|layername=mine", "again", "ogr")
    assert names(again_layer) == names(mine_layer)
    assert len(names(again_layer)) == 5


def test_another_body_is_refused(found, template_layer):
    moon_layer = QgsVectorLayer(f"MultiPolygon?crs=IAU_2015:30100&{FIELDS}", "moon", "memory")
    with pytest.raises(PlanetaryError, match="Moon"):
        add_to_layer(features_of(found), template_layer, moon_layer)
    assert moon_layer.featureCount() == 0


def test_only_fitting_layers_are_offered(template_layer, target_layer):
    crs = QgsCoordinateReferenceSystem("IAU_2015:49910")
    fitting_layer = QgsVectorLayer("Polygon?crs=IAU_2015:49900", "another", "memory")
    fitting_layer.setCrs(crs)
    locked_layer = QgsVectorLayer("Polygon?crs=IAU_2015:49900", "locked", "memory")
    locked_layer.setReadOnly(True)
    others = [
        QgsVectorLayer("Point?crs=IAU_2015:49900", "points", "memory"),
        QgsVectorLayer("Polygon?crs=IAU_2015:30100", "moon", "memory"),
        QgsVectorLayer("Polygon?crs=EPSG:4326", "earth", "memory"),
    ]
    every = [template_layer, target_layer, fitting_layer, locked_layer, *others]
    assert layers_that_take(every, template_layer) == [fitting_layer, target_layer]
