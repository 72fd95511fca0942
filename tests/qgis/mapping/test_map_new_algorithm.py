"""planetary:newmapproject, as qgis_process and models run it."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from qgis.core import (
    QgsProcessingException,
    QgsProject,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)

from planetary_qgis.core.bodies import body
from planetary_qgis.core.mapping.settings_table import settings_in
from planetary_qgis.qgis_bridge.crs import body_name, crs_of
from planetary_qgis.qgis_bridge.mapping.map_session import session_of


def run(processing, notes, folder: Path, **parameters):
    return processing.run(
        "planetary:newmapproject", {"FOLDER": str(folder), **parameters}, feedback=notes
    )


def test_title_and_numbers_are_enough(processing, notes, tmp_path):
    made = run(processing, notes, tmp_path, TITLE="Amazonis", EXTENT="170,-170,-10,10")
    project = QgsProject()
    assert project.read(made["PROJECT"])
    session = session_of(project)
    assert session.geopackage == Path(made["GEOPACKAGE"]) == tmp_path / "amazonis.gpkg"
    assert session.settings.body == "MARS"
    assert session.settings.scale == 1_500_000.0  # 1,185 km are 0.8 m then
    boundary = session.layer("map_boundary")
    bounds = boundary.extent()
    assert bounds.width() == pytest.approx(math.radians(20.0) * 3_396_190.0, rel=0.01)
    assert abs(bounds.center().x()) < 1.0  # around the projection's middle, not around the body
    del boundary, session
    project.clear()


def test_everything_can_be_said(processing, notes, tmp_path):
    moon = crs_of(body("MOON"))
    extent = QgsReferencedRectangle(QgsRectangle(20.0, -10.0, 30.0, 0.0), moon)
    made = run(
        processing,
        notes,
        tmp_path,
        TITLE="Mare",
        AUTHORS="A. Author",
        BODY="Moon",
        EXTENT=extent,
        CRS=moon,
        SCALE=250_000.0,
        TOLERANCE=40.0,
        NAME="nectaris_1",
    )
    settings = settings_in(tmp_path / "nectaris_1.gpkg")
    assert (settings.title, settings.authors, settings.body) == ("Mare", "A. Author", "MOON")
    assert (settings.scale, settings.closing_distance_m) == (250_000.0, 40.0)
    boundary = QgsVectorLayer(f"{made['GEOPACKAGE']}|layername=map_boundary", "", "ogr")
    assert body_name(boundary.crs()) == "Moon"
    assert boundary.extent() == QgsRectangle(20.0, -10.0, 30.0, 0.0)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"EXTENT": "0,10,0,10 [IAU_2015:30100]"}, "does not lie on Mars"),
        ({"CRS": "IAU_2015:30100"}, "does not lie on Mars"),
        ({"CRS": "EPSG:4326"}, "does not lie on Mars"),
        ({"CRS": "IAU_2015:49902"}, "for latitudes"),
        ({"NAME": "../map"}, "no name for files"),
        ({"EXTENT": "0,10,5,5"}, "no part of the body"),
        ({"TITLE": "  "}, "no title"),
        ({"SCALE": 3.0}, "no map has the scale|No map has the scale"),
    ],
)
def test_what_cannot_be_a_map_is_said_before_anything_is_written(
    processing, notes, tmp_path, parameters, words
):
    with pytest.raises(QgsProcessingException, match=words):
        run(processing, notes, tmp_path, **{"TITLE": "t", **parameters})
    assert os.listdir(tmp_path) == []
