"""A published map through planetary:importmap and planetary:buildunits in a map of its own."""

from __future__ import annotations

import pytest
from map_kit import map_session
from osgeo import ogr
from qgis.core import QgsProject

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_layers import CONTACTS, UNIT, UNIT_POINTS, UNITS
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.qgis_bridge.mapping.map_reading import ground_of

pytestmark = pytest.mark.real_data

METRES_ON_MARS = "IAU_2015:49910"


@pytest.fixture
def session(qgis_new_project, tmp_path):
    settings = MapSettings(title="Published", body="MARS", scale=10_000.0, tolerance_m=1.0)
    return map_session(QgsProject.instance(), tmp_path, crs=METRES_ON_MARS, settings=settings)


def published(path):
    """Shapes and units, read by GDAL alone."""
    source = ogr.Open(str(path))
    table = source.GetLayerByName("polygons_labelled")
    return [
        (shapely.from_wkb(bytes(row.GetGeometryRef().ExportToWkb())), row["unit_name"])
        for row in table
    ]


def test_a_published_map_is_imported_and_built_as_it_was(session, processing, notes, real_data):
    folder = real_data / "vectors" / "planmap_mappy"
    for name in ("contacts/contacts.shp", "unit_id/unit_id.shp"):
        # The shapefiles say WGS 84, of metres on Mars.
        given = {"INPUT": str(folder / name), "AS_IS": True}
        processing.run("planetary:importmap", given, feedback=notes)
    # Five of the 32 contacts have no shape.
    assert session.layer(CONTACTS).featureCount() == 27
    assert any("without a geometry" in each for each in notes.warnings)
    assert session.layer(UNIT_POINTS).featureCount() == 28

    processing.run("planetary:buildunits", {"WRITE": True}, feedback=notes)

    rows = list(session.layer(UNITS).getFeatures())
    built = [shapely.from_wkb(bytes(row.geometry().asWkb())) for row in rows]
    expected = published(folder / "output-map-data.gpkg")
    assert len(built) == len(expected) == 26
    ground = ground_of(session.layer(UNITS).crs(), session.layer(UNITS).extent())
    tree = shapely.STRtree(built)
    for shape, unit in expected:
        (which,) = tree.query(shapely.point_on_surface(shape), predicate="intersects")
        assert rows[which][UNIT] == unit
        assert built[which].area == pytest.approx(shape.area, rel=1e-4)
        found, wanted = ground.areas([built[which], shape])
        assert found == pytest.approx(wanted, rel=1e-4)
