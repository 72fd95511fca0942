"""Bodies as coordinate reference systems; truth: PROJ's database and spheres' formulas."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyproj
import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsDistanceArea,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsTask,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QEventLoop, QThreadPool, QTimer

from planetary_qgis.core.bodies import Body, body, known_bodies
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import crs, project_body

BENNU = Body(2101955, "BENNU", (0.2825, 0.2675, 0.254))
# No body that PROJ's database could know, with a name that WKT must quote.
STRANGER = Body(2999999, 'A "STRANGER"', (1.0, 1.0, 1.0))


def distance_area(project: QgsProject) -> QgsDistanceArea:
    area = QgsDistanceArea()
    area.setSourceCrs(project.crs(), project.transformContext())
    assert area.setEllipsoid(project.ellipsoid())
    return area


@pytest.mark.parametrize("of", [*known_bodies(), BENNU, STRANGER], ids=lambda of: of.name)
def test_a_project_on_a_body_measures_on_its_sphere(of: Body, tmp_path: Path) -> None:
    project = QgsProject()
    project_body.set_project_body(project, of)
    saved = str(tmp_path / "project.qgz")
    assert project.write(saved)
    reopened = QgsProject()
    assert reopened.read(saved)
    radius = pyproj.CRS.from_wkt(
        reopened.crs().toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT2_2019)
    ).ellipsoid.semi_major_metre
    area = distance_area(reopened)
    degree = area.measureLine(QgsPointXY(0, 0), QgsPointXY(1, 0))
    assert degree == pytest.approx(math.radians(1) * radius, rel=1e-9)
    square = area.measureArea(QgsGeometry.fromWkt("Polygon((0 0,1 0,1 1,0 1,0 0))"))
    on_sphere = radius**2 * math.radians(1) * math.sin(math.radians(1))
    assert square == pytest.approx(on_sphere, rel=1e-4)


@pytest.mark.parametrize(("name", "code"), [("MARS", 49900), ("MOON", 30100), ("CERES", 200000100)])
def test_bodies_get_their_iau_code(name: str, code: int) -> None:
    made = crs.crs_of(body(name))
    assert made.authid() == f"IAU_2015:{code}"
    assert made.celestialBodyName() == body(name).title
    assert crs.body_of(made) == body(name)


def test_axes_are_east_then_north() -> None:
    to_stereographic = crs.transform_between(
        crs.crs_of(body("MARS")), QgsCoordinateReferenceSystem("IAU_2015:49930")
    )
    seen = to_stereographic.transform(QgsPointXY(90, 80))
    truth = pyproj.Transformer.from_crs(
        pyproj.CRS.from_proj4("+proj=longlat +R=3396190"),
        pyproj.CRS.from_proj4("+proj=stere +lat_0=90 +R=3396190"),
        always_xy=True,
    ).transform(90, 80)
    assert (seen.x(), seen.y()) == pytest.approx(truth, abs=0.01)


def test_bodies_are_told_apart() -> None:
    mars, moon = crs.crs_of(body("MARS")), crs.crs_of(body("MOON"))
    assert crs.same_body(mars, QgsCoordinateReferenceSystem("IAU_2015:49910"))
    assert crs.same_body(mars, QgsCoordinateReferenceSystem("ESRI:104905"))
    assert not crs.same_body(mars, moon)
    assert not crs.same_body(mars, QgsCoordinateReferenceSystem("EPSG:4326"))
    with pytest.raises(PlanetaryError, match=r"Mars.*Moon"):
        crs.transform_between(mars, moon)


def test_unknown_bodies_are_told_apart_by_size() -> None:
    stranger = crs.crs_of(STRANGER)
    bigger = crs.crs_of(Body(2999998, "BIGGER", (2.0, 2.0, 2.0)))
    assert crs.same_body(stranger, stranger)
    assert not crs.same_body(stranger, bigger)


def plain_geopackage(path: Path, *codes: str) -> None:
    """What QGIS alone writes, a table for each CRS."""
    for code in codes:
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = "GPKG"
        options.layerName = code.replace(":", "_")
        if path.exists():
            actions = QgsVectorFileWriter.ActionOnExistingFile
            options.actionOnExistingFile = actions.CreateOrOverwriteLayer
        writer = QgsVectorFileWriter.create(
            str(path),
            QgsFields(),
            QgsWkbTypes.Type.Polygon,
            QgsCoordinateReferenceSystem(code),
            QgsCoordinateTransformContext(),
            options,
        )
        assert not writer.hasError()
        del writer


def test_repair_lets_qgis_read_back_every_crs(geopackage: Path) -> None:
    codes = ("IAU_2015:49900", "IAU_2015:30100", "IAU_2015:49910", "EPSG:4326")
    plain_geopackage(geopackage, *codes)
    crs.repair_geopackage(geopackage)
    assert crs.repair_geopackage(geopackage) == 0
    for code in codes:
        layer = QgsVectorLayer(f"{geopackage}|layername={code.replace(':', '_')}", "", "ogr")
        assert layer.crs().isValid()
        assert layer.crs().authid() == code


def test_repair_changes_nothing_but_authorities(geopackage: Path) -> None:
    plain_geopackage(geopackage, "IAU_2015:49900")

    def definition() -> str:
        with closing(sqlite3.connect(geopackage)) as connection:
            query = "SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id = 49900"
            return connection.execute(query).fetchone()[0]

    before = definition()
    crs.repair_geopackage(geopackage)
    assert definition().replace("IAU_2015", "IAU") == before.replace("IAU_2015", "IAU")


@pytest.fixture
def short_lived_threads() -> Iterator[None]:
    """Threads of tasks end after a second without work, not after half a minute."""
    pool = QThreadPool.globalInstance()
    before = pool.expiryTimeout()
    pool.setExpiryTimeout(1000)
    yield
    pool.setExpiryTimeout(before)


@pytest.mark.parametrize("of", [body("IAPETUS"), STRANGER], ids=["with a code", "without a code"])
def test_what_a_task_made_first_outlives_its_thread(of, short_lived_threads) -> None:
    QgsCoordinateReferenceSystem.invalidateCache()
    definitions: list[str] = []
    task = QgsTask.fromFunction(
        "first to ask", lambda _task: definitions.append(crs.crs_of(of).toWkt())
    )
    QgsApplication.taskManager().addTask(task)
    wait(300)  # waitForFinished() would run the task here and not in a thread
    assert definitions == [crs.crs_of(of).toWkt()]
    wait(2000)
    found = crs.crs_of(of)
    assert found.isValid()
    assert found.toWkt()


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
