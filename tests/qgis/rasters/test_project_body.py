"""Projects set to bodies by hand and by Processing; truth: spheres' formulas."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDistanceArea,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsPointXY,
    QgsPrintLayout,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsRectangle,
    QgsScaleCalculator,
    QgsUnitTypes,
    QgsVectorLayer,
)

from planetary_qgis.core.bodies import body, known_bodies
from planetary_qgis.qgis_bridge.longitude_display import decimals_for, place_text, style_of
from planetary_qgis.qgis_bridge.project_body import (
    bodies_of_layers,
    change_to,
    set_project_body,
    set_project_crs,
)
from planetary_qgis.qgis_bridge.spheres import sphere_of

MARS_RADIUS = 3396190.0


def crs(code: str) -> QgsCoordinateReferenceSystem:
    return QgsCoordinateReferenceSystem(code)


def layer_on(code: str, name: str) -> QgsVectorLayer:
    layer = QgsVectorLayer("Point", name, "memory")
    layer.setCrs(crs(code))
    return layer


@pytest.fixture
def project(qgis_new_project) -> QgsProject:
    return QgsProject.instance()


def test_units_are_metres_whatever_they_were(project):
    project.setDistanceUnits(QgsUnitTypes.DistanceUnit.DistanceDegrees)
    project.setAreaUnits(QgsUnitTypes.AreaUnit.AreaSquareDegrees)
    set_project_body(project, body("MARS"))
    assert project.distanceUnits() == QgsUnitTypes.DistanceUnit.DistanceMeters
    assert project.areaUnits() == QgsUnitTypes.AreaUnit.AreaSquareMeters


@pytest.mark.parametrize("code", ["IAU_2015:49900", "IAU_2015:49910", "IAU_2015:30135"])
def test_what_is_set_measures_or_is_said_not_to(project, code):
    change = set_project_crs(project, crs(code))
    assert project.ellipsoid() == change.ellipsoid
    measuring = QgsDistanceArea()
    measuring.setSourceCrs(project.crs(), project.transformContext())
    measuring.setEllipsoid(project.ellipsoid())
    told = any("only in the plane of the map" in note for note in change.notes)
    assert told == (change.ellipsoid == "NONE")
    if not told:
        here = (0.0, 1.0) if project.crs().isGeographic() else (1e5, 2e5)
        ends = QgsPointXY(here[0], here[0]), QgsPointXY(here[1], here[0])
        truth = sphere_of(project.crs()).distance(*ends)
        assert measuring.measureLine(*ends) == pytest.approx(truth, rel=1e-9)


def test_layers_of_other_bodies_are_named(project):
    for number in range(5):
        project.addMapLayer(layer_on("IAU_2015:30100", f"moon {number}"))
    project.addMapLayer(layer_on("IAU_2015:49910", "mars"))
    (note,) = [note for note in change_to(project, crs("IAU_2015:49900")).notes if "Mars" in note]
    assert note.startswith("Not on Mars")
    assert note.count("“moon") == 3
    assert note.endswith(" and 2 more.")
    assert "“mars”" not in note
    assert {name: len(layers) for name, layers in bodies_of_layers(project).items()} == {
        "Moon": 5,
        "Mars": 1,
    }


def test_nothing_changes_before_it_is_applied(project):
    before = project.crs().authid(), project.ellipsoid()
    change_to(project, crs("IAU_2015:49900"))
    assert (project.crs().authid(), project.ellipsoid()) == before


def test_the_scale_is_said_to_be_the_earths_where_it_is(project):
    """One degree on 100 pixels of 96 dots an inch."""
    shown = QgsScaleCalculator(96, QgsUnitTypes.DistanceUnit.DistanceDegrees)
    if hasattr(shown, "setEllipsoid"):
        shown.setEllipsoid("PARAMETER:3396190:3396190")
    scale = shown.calculate(QgsRectangle(0, -0.5, 1, 0.5), 100)
    truth = math.radians(1) * MARS_RADIUS / (100 / 96 * 0.0254)
    said = any("is the Earth's" in note for note in change_to(project, crs("IAU_2015:49900")).notes)
    assert said == (abs(scale / truth - 1.0) > 0.01)
    for other in ("IAU_2015:49910", "EPSG:4326"):
        assert not any("the Earth's" in note for note in change_to(project, crs(other)).notes)


def test_scale_bars_of_layouts_are_on_the_body(project):
    """10 degrees of Mars's equator on 200 mm."""
    set_project_body(project, body("MARS"))
    layout = QgsPrintLayout(project)
    shown = QgsLayoutItemMap(layout)
    shown.attemptSetSceneRect(shown.rect().adjusted(0, 0, 200, 100))
    shown.setCrs(project.crs())
    shown.setExtent(QgsRectangle(0, -2.5, 10, 2.5))
    layout.addLayoutItem(shown)
    bar = QgsLayoutItemScaleBar(layout)
    bar.setLinkedMap(shown)
    bar.setUnits(QgsUnitTypes.DistanceUnit.DistanceKilometers)
    bar.setNumberOfSegments(2)
    bar.setNumberOfSegmentsLeft(0)
    layout.addLayoutItem(bar)

    def width(kilometres: float) -> float:
        bar.setUnitsPerSegment(kilometres)
        bar.update()
        return bar.rect().width()

    kilometres = math.radians(shown.extent().width()) * MARS_RADIUS / 1000.0
    # Both are as wide as two segments and their labels, which have three digits each.
    truth = 2 * (300 - 100) * shown.rect().width() / kilometres
    assert width(300) - width(100) == pytest.approx(truth, rel=0.01)


@pytest.mark.parametrize("of", known_bodies(), ids=lambda of: of.name)
def test_every_body_has_a_way_to_show_longitudes(of):
    assert style_of(of.name) in ("east 180", "east 360", "west 360")


@pytest.mark.parametrize(
    ("place", "style", "text"),
    [
        ((-0.001, -0.001), "east 360", "0.00° E  0.00° N"),
        ((359.999 - 360, 89.999), "west 360", "0.00° W  90.00° N"),
        ((180.0, -12.345), "east 180", "180.00° W  12.35° S"),
    ],
)
def test_places_are_rounded_into_their_range(place, style, text):
    assert place_text(*place, style, 2) == text.replace("12.35", f"{12.345:.2f}")


def test_decimals_tell_pixels_apart():
    assert [decimals_for(size) for size in (10.0, 0.5, 0.01, 3e-6, 1e-20, 0.0)] == [
        0,
        1,
        2,
        6,
        8,
        2,
    ]


def test_processing_finds_the_best_projection(processing, project, notes):
    found = processing.run(
        "planetary:bestprojection",
        {"EXTENT": "0,40,30,60 [IAU_2015:30100]", "PURPOSE": "conformal"},
        feedback=notes,
    )
    assert found["TITLE"] == "Lambert conformal conic, true at 35° N and 55° N, centre 20° E"
    assert crs(found["CRS"]).celestialBodyName() == "Moon"
    assert QgsCoordinateReferenceSystem.fromWkt(found["WKT"]).isValid()
    scale = pyproj.Proj(found["WKT"]).get_factors(np.full(3, 20.0), np.array([30.0, 45.0, 60.0]))
    scale = scale.meridional_scale
    truth = max(scale.max(), 1.0 / scale.min()) - 1.0
    assert found["LENGTH_DISTORTION"] == pytest.approx(truth, rel=1e-3)
    assert found["ANGLE_DISTORTION"] < 0.01


def test_processing_takes_plain_numbers_for_degrees_on_a_named_body(processing, project):
    found = processing.run(
        "planetary:bestprojection", {"EXTENT": "170,190,-5,5", "BODY": "Ganymede"}
    )
    assert crs(found["CRS"]).celestialBodyName() == "Ganymede"
    assert found["TITLE"].endswith("centre 180°")


def test_processing_refuses_an_extent_of_another_body(processing, project):
    with pytest.raises(QgsProcessingException, match="does not lie on Ganymede"):
        processing.run(
            "planetary:bestprojection",
            {"EXTENT": "0,1,0,1 [IAU_2015:30100]", "BODY": "Ganymede"},
        )


def test_processing_hands_its_crs_to_other_algorithms(processing, project):
    best = processing.run("planetary:bestprojection", {"EXTENT": "0,10,0,10 [IAU_2015:49900]"})
    moved = processing.run(
        "native:reprojectlayer",
        {"INPUT": layer_on("IAU_2015:49900", "m"), "TARGET_CRS": best["CRS"], "OUTPUT": "memory:"},
    )["OUTPUT"]
    assert "Equirectangular" in moved.crs().description()
    assert moved.crs().celestialBodyName() == "Mars"


def test_processing_sets_a_project(processing, project, notes):
    context = QgsProcessingContext()
    context.setProject(project)
    project.addMapLayer(layer_on("IAU_2015:30100", "moon"))
    found = processing.run(
        "planetary:setprojectbody", {"BODY": "Titan"}, feedback=notes, context=context
    )
    assert project.crs().celestialBodyName() == "Titan"
    assert project.ellipsoid() == found["ELLIPSOID"]
    assert any("“moon”" in warning for warning in notes.warnings)
    with pytest.raises(QgsProcessingException, match="does not lie on Titan"):
        processing.run(
            "planetary:setprojectbody",
            {"BODY": "Titan", "CRS": "IAU_2015:49910"},
            context=context,
        )
