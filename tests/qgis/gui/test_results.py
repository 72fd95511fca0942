"""Layers come to the map, and an empty project follows them to their body."""

from __future__ import annotations

import math

import pytest
from gui_kit import settle
from qgis.core import QgsDistanceArea, QgsPointXY

MARS_RADIUS_M, MOON_RADIUS_M = 3396190.0, 1737400.0


@pytest.mark.parametrize(
    ("authid", "body", "radius"),
    [("IAU_2015:49900", "Mars", MARS_RADIUS_M), ("IAU_2015:30100", "Moon", MOON_RADIUS_M)],
)
def test_an_empty_project_moves_to_the_body_and_measures_there(
    toolbox, project, layer_on, authid, body, radius
):
    shown = toolbox.results.show(layer_on(authid), "PDS search")
    settle()
    assert shown.in_place
    assert body in shown.sentence
    assert project.crs().authid() == authid
    area = QgsDistanceArea()
    area.setSourceCrs(project.crs(), project.transformContext())
    area.setEllipsoid(project.ellipsoid())
    measured = area.measureLine(QgsPointXY(0, 0), QgsPointXY(1, 0))
    assert measured == pytest.approx(math.radians(1.0) * radius, rel=1e-9)


def test_a_project_in_use_keeps_its_body(toolbox, project, layer_on):
    toolbox.results.show(layer_on("IAU_2015:49900"))
    shown = toolbox.results.show(layer_on("IAU_2015:30100"))
    settle()
    assert not shown.in_place
    assert "Moon" in shown.sentence
    assert "Mars" in shown.sentence
    assert project.crs().authid() == "IAU_2015:49900"
    assert len(project.mapLayers()) == 2


def test_a_second_layer_of_the_same_body_needs_no_words(toolbox, project, layer_on):
    toolbox.results.show(layer_on("IAU_2015:49900"))
    shown = toolbox.results.show(layer_on("IAU_2015:49930"))
    assert shown == ("", True)


def test_results_gather_in_their_group_newest_first(toolbox, project, layer_on):
    for _ in range(2):
        toolbox.results.show(layer_on("IAU_2015:49900"), "SPICE")
    toolbox.results.show(layer_on("IAU_2015:49900"), on_top=False)
    top, bottom = project.layerTreeRoot().children()
    assert top.name() == "SPICE"
    assert len(top.children()) == 2
    assert bottom.name() == "IAU_2015:49900"


def test_a_result_elsewhere_is_told_as_a_warning(toolbox, layer_on, messages):
    toolbox.results.show(layer_on("IAU_2015:49900"))
    shown = toolbox.results.show(layer_on("IAU_2015:30100"))
    toolbox.tell_shown("5 products found.", shown)
    assert "5 products found. The layer lies on Moon" in messages()
