"""Samples of pixels: from all over, bounded, whatever the file's layout."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsFeedback
from raster_files import write_tiff

from planetary_qgis.qgis_bridge.rasters.band_facts import BandFacts, bands_of, colours_of
from planetary_qgis.qgis_bridge.rasters.pixel_samples import sample_of
from planetary_qgis.qgis_bridge.rasters.stretch import stretches_of

SAMPLES, LINES = 40_000, 125_000
"""Of 2 bytes: 10 GB."""


@pytest.fixture
def enormous(tmp_path: Path) -> gdal.Dataset:
    """10 GB of which only every thousandth line is on the disk, and every line is 7s or a ramp."""
    path = tmp_path / "big.img"
    with path.open("wb") as file:
        file.truncate(SAMPLES * LINES * 2)
    (tmp_path / "big.hdr").write_text(
        f"ENVI\nsamples={SAMPLES}\nlines={LINES}\nbands=1\nheader offset=0\ndata type=2\n"
        "interleave=bsq\nbyte order=0\n"
    )
    return gdal.Open(str(path))


def test_ten_gigabytes_are_sampled_in_bounded_memory(enormous):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sample = sample_of(enormous, [1], seconds=10.0)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert sample.failed == 0
    assert 50 <= sample.blocks <= 256
    assert 100_000 < len(sample.numbers[1]) < 5_000_000
    assert grown_mb < 300


@pytest.mark.parametrize(
    "options",
    [(), ("TILED=YES",), ("COMPRESS=DEFLATE", "BLOCKYSIZE=1"), ("BLOCKYSIZE=3000",)],
)
def test_a_sample_is_like_the_whole(tmp_path, options):
    numbers = np.random.default_rng(1).gamma(2.0, 500.0, (1, 3000, 3000)).astype("int16")
    numbers[0, :1500] += 2000  # so that the north alone would tell a lie
    dataset = gdal.Open(str(write_tiff(tmp_path / "a.tif", numbers, options=options)))
    (stretch,) = stretches_of(dataset, bands_of(dataset), seconds=30.0).by_band.values()
    whole = np.percentile(numbers, (2, 98))
    assert (stretch.low, stretch.high) == pytest.approx(tuple(whole), abs=0.05 * np.ptp(whole))


def test_an_overview_stands_for_the_whole(tmp_path):
    numbers = np.random.default_rng(1).integers(0, 1000, (1, 3000, 3000)).astype("int16")
    path = write_tiff(tmp_path / "a.tif", numbers, options=("TILED=YES",))
    dataset = gdal.Open(str(path), gdal.GA_Update)
    dataset.BuildOverviews("NEAREST", [2, 4, 8])
    del dataset
    sample = sample_of(gdal.Open(str(path)), [1], seconds=30.0)
    assert sample.blocks == 9  # of 256 by 256 pixels, in the smallest with a quarter of a million


def test_small_rasters_are_read_whole(tmp_path):
    numbers = np.arange(2500, dtype="int16").reshape(1, 50, 50)
    sample = sample_of(gdal.Open(str(write_tiff(tmp_path / "a.tif", numbers))), [1])
    assert sorted(sample.numbers[1]) == list(range(2500))


def test_the_first_blocks_are_already_scattered(tmp_path):
    lines = np.repeat(np.arange(4000, dtype="int16")[:, None], 64, axis=1)
    path = write_tiff(tmp_path / "a.tif", lines[None], options=("BLOCKYSIZE=1",))
    sample = sample_of(gdal.Open(str(path)), [1], seconds=10.0)
    first = sample.numbers[1][: 16 * 64 : 64]
    assert len(first) == 16
    assert np.diff(np.sort(first)).max() < 800  # no wide gap among the first 16 of 4000 lines


def test_cancelling_ends_the_sampling(enormous):
    feedback = QgsFeedback()
    feedback.cancel()
    assert sample_of(enormous, [1], feedback=feedback).blocks == 1


def test_no_data_and_what_is_no_number_do_not_count(tmp_path):
    numbers = np.full((1, 100, 100), -9999.0, dtype="float32")
    numbers[0, :40] = np.nan
    numbers[0, 90:] = np.linspace(5.0, 6.0, 1000).reshape(10, 100)
    dataset = gdal.Open(str(write_tiff(tmp_path / "a.tif", numbers, no_data=-9999.0)))
    (stretch,) = stretches_of(dataset, bands_of(dataset)).by_band.values()
    assert (stretch.low, stretch.high) == pytest.approx((5.02, 5.98), abs=1e-3)


def test_a_raster_of_nothing_has_no_stretch(tmp_path):
    numbers = np.full((1, 10, 10), -1, dtype="int16")
    dataset = gdal.Open(str(write_tiff(tmp_path / "a.tif", numbers, no_data=-1)))
    assert stretches_of(dataset, bands_of(dataset)).by_band == {}


def test_nearly_uniform_rasters_show_what_differs(tmp_path):
    numbers = np.zeros((1, 100, 100), dtype="int16")
    numbers[0, 0, :10] = 7
    dataset = gdal.Open(str(write_tiff(tmp_path / "a.tif", numbers)))
    (stretch,) = stretches_of(dataset, bands_of(dataset)).by_band.values()
    assert (stretch.low, stretch.high) == (0.0, 7.0)


GREY = (gdal.GCI_GrayIndex,)


@pytest.mark.parametrize(
    ("nanometres", "shown"),
    [
        ((700.0,), (1,)),
        ((None, None, None), (1,)),
        ((874.0, 694.0, 536.0), (1, 2, 3)),  # HiRISE: infrared as red
        ((450.0, 550.0, 650.0, 1000.0, 2800.0), (3, 2, 1)),
        ((1000.0, 1500.0, 2000.0, 2500.0, 3000.0, 3500.0), (6, 4, 2)),
        ((500.0, 500.0, 500.0), (1,)),
    ],
)
def test_bands_are_coloured_by_their_wavelengths(nanometres, shown):
    bands = [BandFacts(n, "Int16", wavelength_nm=each) for n, each in enumerate(nanometres, 1)]
    assert colours_of(bands, GREY * len(bands)) == shown


def test_what_the_file_calls_red_is_red():
    bands = [BandFacts(n, "Byte") for n in (1, 2, 3)]
    blue_first = (gdal.GCI_BlueBand, gdal.GCI_GreenBand, gdal.GCI_RedBand)
    assert colours_of(bands, blue_first) == (3, 2, 1)
