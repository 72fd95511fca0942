"""Special pixels as no-data, whatever else stays; truth: the numbers that were written."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import gdal

from planetary_qgis.qgis_bridge.rasters.band_facts import BandFacts
from planetary_qgis.qgis_bridge.rasters.projecting.special_pixels import special_as_null


def image_of(path, values: np.ndarray, data_type: int, null: float):
    made = gdal.GetDriverByName("GTiff").Create(str(path), *values.shape[::-1], 1, data_type)
    made.GetRasterBand(1).SetNoDataValue(null)
    made.GetRasterBand(1).SetScale(0.5)
    made.GetRasterBand(1).SetDescription("I & F")
    made.GetRasterBand(1).WriteArray(values)
    made.FlushCache()
    del made
    return gdal.Open(str(path))


@pytest.mark.parametrize(
    ("data_type", "kind", "null", "others", "values"),
    [
        (
            gdal.GDT_Int16,
            np.int16,
            -32768,
            [(-32767.0, -32752.0)],
            [-32767, -32752, -32751, -1, 0, 1, 12345, 32767],
        ),
        (gdal.GDT_Byte, np.uint8, 0, [(255.0, 255.0)], [1, 2, 100, 254, 255]),
        (
            gdal.GDT_Float32,
            np.float32,
            float(np.finfo(np.float32).min),
            [(float(np.finfo(np.float32).min), -3.40282e38)],
            [-3.4028233e38, -3.4e37, -1.5, 0.0, 0.1, 1e-30, 3.4e38],
        ),
    ],
)
def test_special_numbers_become_null_and_others_stay(
    tmp_path, data_type, kind, null, others, values
):
    written = np.array([values], dtype=kind)
    image = image_of(tmp_path / "image.tif", written, data_type, null)
    ranges = ((float(null), float(null)), *others)
    facts = BandFacts(1, gdal.GetDataTypeName(data_type), no_data=ranges, null=float(null))
    cleaned = special_as_null(image, [facts], tmp_path / "spare.tif")
    band = cleaned.GetRasterBand(1)
    special = np.zeros(written.shape, dtype=bool)
    for low, high in ranges:
        special |= (written >= low) & (written <= high)
    assert special.any()
    assert not special.all()
    expected = np.where(special, kind(null), written)
    assert (band.ReadAsArray() == expected).all()
    assert (band.DataType, band.GetScale()) == (data_type, 0.5)
    assert band.GetDescription() == "I & F"


def test_an_image_without_is_handed_back(tmp_path):
    image = image_of(tmp_path / "image.tif", np.ones((2, 2)), gdal.GDT_Int16, -1)
    plain = BandFacts(1, "Int16", no_data=((-1.0, -1.0),), null=-1.0)
    unmet = BandFacts(1, "Int16", no_data=((-1.0, -1.0), (-9.0, -2.0)), null=-1.0)
    for facts in (plain, unmet, BandFacts(1, "Int16")):
        assert special_as_null(image, [facts], tmp_path / "spare.tif") is image
    assert not (tmp_path / "spare.tif").exists()
