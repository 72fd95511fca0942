"""The best projection of extents, as CRSs; truth: pyproj's transformations and factors."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsPointXY,
    QgsRectangle,
)

from planetary_qgis.core.bodies import Body, body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import body_of, crs_of, same_body
from planetary_qgis.qgis_bridge.projections import area_of_extent, best_projection

WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
BENNU = Body(2101955, "BENNU", (0.2825, 0.2675, 0.254))
NAMES = ("MARS", "MOON", "RHEA", "IO", "SATURN", "CERES", "PHOBOS", "TITAN", "PLUTO")
PURPOSES = ("usual", "conformal", "equal area")


def crs(code: str) -> QgsCoordinateReferenceSystem:
    return QgsCoordinateReferenceSystem(code)


@pytest.mark.parametrize("of", [*map(body, NAMES), BENNU], ids=lambda of: of.name)
def test_every_body_keeps_its_name_and_size(of):
    here = crs_of(of)
    found = best_projection(QgsRectangle(10, 20, 30, 40), here, "equal area").crs
    assert found.isValid()
    assert body_of(found) == (None if of is BENNU else of)
    assert same_body(found, here)
    one, other = (pyproj.CRS.from_wkt(each.toWkt(WKT2)).ellipsoid for each in (found, here))
    assert one.semi_major_metre == other.semi_major_metre == other.semi_minor_metre


@settings(max_examples=30)
@given(
    st.sampled_from(PURPOSES),
    st.floats(-180, 180),
    st.floats(-85, 75),
    st.sampled_from([0.1, 3.0, 10.0, 40.0]),
)
def test_places_of_the_area_go_there_and_back(purpose, west, south, size):
    mars = crs("IAU_2015:49900")
    extent = QgsRectangle(west, south, west + size, min(south + size, 90.0))
    found = best_projection(extent, mars, purpose)
    there = QgsCoordinateTransform(mars, found.crs, QgsCoordinateTransformContext())
    truth = pyproj.Transformer.from_crs(
        pyproj.CRS.from_wkt(mars.toWkt(WKT2)), pyproj.CRS.from_wkt(found.crs.toWkt(WKT2)),
        always_xy=True,
    )  # fmt: skip
    area = area_of_extent(extent, mars)
    for lon, lat in list(zip(area.lon, area.lat))[:: 33 * 8 + 5]:
        point = there.transform(QgsPointXY(lon, lat))
        assert (point.x(), point.y()) == pytest.approx(truth.transform(lon, lat), abs=1e-3)
        back = there.transform(point, Qgis.TransformDirection.Reverse)
        assert abs((back.x() - lon + 180.0) % 360.0 - 180.0) * np.cos(np.radians(lat)) < 1e-8
        assert back.y() == pytest.approx(lat, abs=1e-8)


def test_the_same_area_is_seen_in_every_crs():
    mars = crs("IAU_2015:49900")
    around_pole = area_of_extent(QgsRectangle(-1e5, -1e5, 3e5, 2e5), crs("IAU_2015:49930"))
    assert around_pole.goes_all_around
    assert around_pole.north == 90.0
    over_seam = area_of_extent(QgsRectangle(-1e5, -2e5, 1e5, 2e5), crs("IAU_2015:49915"))
    assert abs(over_seam.middle_lon) == pytest.approx(180.0, abs=1e-6)
    assert over_seam.width == pytest.approx(np.degrees(2e5 / 3396190.0), rel=1e-6)
    in_degrees = area_of_extent(QgsRectangle(175, -5, 185, 5), mars)
    assert (in_degrees.west_e, in_degrees.width) == (175.0, 10.0)


@pytest.mark.parametrize("code", ["IAU_2015:49900", "IAU_2015:49910", "IAU_2015:49965"])
def test_a_view_far_out_sees_but_the_body(code):
    size = 1000.0 if code == "IAU_2015:49900" else 2e8
    area = area_of_extent(QgsRectangle(-size, -size, size, size), crs(code))
    assert area.north > 75.0
    assert area.south < -75.0
    assert abs(area.middle_lon) < 1.0
    found = best_projection(QgsRectangle(-size, -size, size, size), crs(code))
    assert found.title == "Equirectangular, true at 0°, centre 0°"


def test_ographic_extents_lie_where_the_ellipsoid_says():
    area = area_of_extent(QgsRectangle(0, 40, 10, 45), crs("ESRI:104905"))
    assert area.north == pytest.approx(
        np.degrees(np.arctan((3376200.0 / 3396190.0) ** 2)), abs=1e-9
    )


def test_what_is_told_of_distortion_is_measured():
    found = best_projection(QgsRectangle(0, 30, 40, 60), crs("IAU_2015:30100"), "conformal")
    assert found.title == "Lambert conformal conic, true at 35° N and 55° N, centre 20° E"
    lon, lat = np.meshgrid(np.linspace(0, 40, 9), np.linspace(30, 60, 61))
    truth = pyproj.Proj(found.crs.toWkt(WKT2)).get_factors(lon.ravel(), lat.ravel())
    scale = truth.meridional_scale
    assert found.distortion.length == pytest.approx(max(scale.max(), 1 / scale.min()) - 1, rel=1e-2)
    assert "lengths are off by up to 2 %" in found.sentence
    assert "angles by 0°" in found.sentence


def test_an_extent_beside_the_body_is_refused():
    with pytest.raises(PlanetaryError, match="no part of the body"):
        best_projection(QgsRectangle(9e6, 9e6, 9.1e6, 9.1e6), crs("IAU_2015:49965"))
