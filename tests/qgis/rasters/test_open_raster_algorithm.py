"""planetary:openraster: a VRT that says all that is right of a raster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingException, QgsRasterLayer
from raster_files import MOON, write_pds3, write_tiff

from planetary_qgis.qgis_bridge import settings

RAMP = np.arange(1, 801, dtype="int16").reshape(1, 20, 40)
MORE = " SCALING_FACTOR = 0.5\r\n OFFSET = 100.0\r\n CORE_NULL = 5\r\n UNIT = METER\r\n"


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    before = settings.load()
    settings.save(settings.Settings(store_path=tmp_path / "indexes.gpkg"))
    yield tmp_path / "cache"
    settings.save(before)


@pytest.fixture
def product(tmp_path: Path) -> Path:
    after = MOON.format(samples=40, lines=20, south=-10, north=10, west=-20, east=20)
    return write_pds3(tmp_path / "in", RAMP, more=MORE, after=after)


@pytest.fixture
def run(processing, cache, notes):
    def run(**parameters: object) -> dict:
        return processing.run("planetary:openraster", parameters, feedback=notes)

    return run


def test_the_vrt_says_what_the_label_says(run, product, tmp_path):
    out = tmp_path / "out" / "moon.vrt"
    results = run(INPUT=str(product), OUTPUT=str(out))
    assert (results["OUTPUT"], results["BODY"], results["IMAGES"]) == (str(out), "Moon", 1)
    dataset = gdal.Open(str(out))
    band = dataset.GetRasterBand(1)
    told = (band.GetScale(), band.GetOffset(), band.GetNoDataValue(), band.GetUnitType())
    assert told == (0.5, 100.0, 5.0, "METER")
    assert (band.ReadAsArray() == RAMP[0]).all()
    assert dataset.GetGeoTransform()[0] == pytest.approx(-20 * np.radians(1_737_400))
    assert dataset.GetMetadataItem("Product_id") == "MADE_BY_HAND"
    layer = QgsRasterLayer(str(out), "moon")
    assert layer.crs().celestialBodyName() == "Moon"


def test_a_temporary_output_is_a_vrt_too(run, product):
    results = run(INPUT=str(product), OUTPUT="TEMPORARY_OUTPUT")
    assert results["OUTPUT"].endswith(".vrt")
    assert gdal.Open(results["OUTPUT"]).GetDriver().ShortName == "VRT"


def test_what_is_cut_short_is_warned_of(run, product, tmp_path, notes):
    image = product.with_suffix(".IMG")
    image.write_bytes(image.read_bytes()[: 3 * 80])
    results = run(INPUT=str(product), OUTPUT=str(tmp_path / "short.vrt"))
    dataset = gdal.Open(results["OUTPUT"])
    assert dataset.RasterYSize == 3
    assert (dataset.ReadAsArray() == RAMP[0, :3]).all()
    assert any("3 of 20 lines" in warning for warning in notes.warnings)


def test_one_band_can_be_taken(run, tmp_path):
    numbers = np.stack([np.full((4, 4), n) for n in (10, 20, 30)]).astype("int16")
    tiff = write_tiff(tmp_path / "a.tif", numbers)
    results = run(INPUT=str(tiff), BAND=2, OUTPUT=str(tmp_path / "b.vrt"))
    dataset = gdal.Open(results["OUTPUT"])
    assert (dataset.RasterCount, dataset.ReadAsArray()[0, 0]) == (1, 20)
    with pytest.raises(QgsProcessingException, match="no band 4"):
        run(INPUT=str(tiff), BAND=4, OUTPUT=str(tmp_path / "c.vrt"))
    assert not (tmp_path / "c.vrt").exists()


def test_file_or_address_not_both(run, product, tmp_path):
    with pytest.raises(QgsProcessingException, match="file and address"):
        run(INPUT=str(product), ADDRESS="https://example.org/a.img", OUTPUT=str(tmp_path / "d.vrt"))
    with pytest.raises(QgsProcessingException, match="file and address"):
        run(OUTPUT=str(tmp_path / "d.vrt"))


def test_what_is_no_raster_leaves_nothing(run, tmp_path):
    noise = tmp_path / "noise.img"
    noise.write_bytes(bytes(range(200)))
    with pytest.raises(QgsProcessingException, match=r"noise\.img"):
        run(INPUT=str(noise), OUTPUT=str(tmp_path / "e.vrt"))
    assert not (tmp_path / "e.vrt").exists()


def test_a_file_that_was_there_is_replaced_whole(run, product, tmp_path):
    out = tmp_path / "f.vrt"
    out.write_text("old")
    run(INPUT=str(product), OUTPUT=str(out))
    assert gdal.Open(str(out)) is not None
    assert [each.name for each in tmp_path.glob("f*")] == ["f.vrt"]
