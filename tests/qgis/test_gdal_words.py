"""GDAL's complaints, whether or not somebody else has switched its exceptions on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from osgeo import gdal, ogr, osr
from qgis.core import QgsCoordinateReferenceSystem

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.gdal_words import gdal_told, quiet_gdal
from planetary_qgis.qgis_bridge.rasters.projecting.map_grids import reference_system
from planetary_qgis.qgis_bridge.rasters.relief.ground import degrees_of

MODULES = (gdal, ogr, osr)
ORTHOGRAPHIC = "+proj=ortho +lat_0=0 +lon_0=0 +R=3396190 +units=m +no_defs"


def raising() -> list[bool]:
    return [bool(module.GetUseExceptions()) for module in MODULES]


@pytest.fixture(autouse=True, params=[False, True], ids=["silent", "raising"])
def raises(request: pytest.FixtureRequest, qgis_app: object) -> Iterator[bool]:
    """GDAL as QGIS leaves it, and as Processing does in newer QGIS."""
    if request.param and not hasattr(gdal, "ExceptionMgr"):
        pytest.skip("GDAL before 3.7 cannot be kept from raising in one thread alone")
    did = gdal.GetUseExceptions()
    (gdal.UseExceptions if request.param else gdal.DontUseExceptions)()
    yield request.param
    (gdal.UseExceptions if did else gdal.DontUseExceptions)()


def open_what_is_not_there() -> None:
    with gdal_told("It cannot be read.", "Look."):
        if gdal.Open("/nowhere/at_all.tif") is None:
            raise RuntimeError(gdal.GetLastErrorMsg())


def test_a_missing_file_is_told_in_gdals_own_words(raises: bool, capfd) -> None:
    with pytest.raises(PlanetaryError, match=r"It cannot be read\.") as told:
        open_what_is_not_there()
    assert "at_all.tif" in told.value.details
    assert told.value.hint == "Look."
    assert raising() == [raises] * 3
    assert not capfd.readouterr().err


def test_nothing_is_raised_inside_and_all_is_as_before_after_it(raises: bool) -> None:
    with quiet_gdal():
        assert gdal.Open("/nowhere/at_all.tif") is None
        assert osr.SpatialReference().ImportFromWkt("PROJCS[") != 0
        with quiet_gdal():
            pass
        assert ogr.Open("/nowhere/at_all.gpkg") is None
    assert raising() == [raises] * 3


def test_pixels_beside_the_globe_have_no_degrees_and_those_on_it_have() -> None:
    crs = QgsCoordinateReferenceSystem.fromProj(ORTHOGRAPHIC)
    to_degrees = degrees_of(reference_system(crs))
    lon, lat = to_degrees(np.array([0.0, 3.5e6, 3396190.0 / 2]), np.array([0.0, 3.5e6, 0.0]))
    assert np.isfinite(lon).tolist() == [True, False, True]
    assert (lon[0], lat[0]) == (pytest.approx(0.0), pytest.approx(0.0))
    assert lon[2] == pytest.approx(30.0)
