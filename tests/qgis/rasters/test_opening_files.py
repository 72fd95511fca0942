"""Files of every kind, whole and broken: opened as they are meant, or refused with the reason."""

from __future__ import annotations

import gzip
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsFeedback, QgsProject, QgsRasterLayer
from raster_files import MOON, pds3_label, write_pds3, write_tiff

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import settings
from planetary_qgis.qgis_bridge.rasters.opening import open_raster
from planetary_qgis.qgis_bridge.store import RunCancelledError

pytestmark = pytest.mark.usefixtures("qgis_app", "cache")

RAMP = np.arange(1, 101, dtype="int16").reshape(1, 10, 10)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    before = settings.load()
    settings.save(settings.Settings(store_path=tmp_path / "Ärchiv" / "indexes.gpkg"))
    yield tmp_path / "Ärchiv" / "cache"
    settings.save(before)


def values(layer: QgsRasterLayer, band: int = 1) -> np.ndarray:
    """(lines, samples) as QGIS shows them, NaN where it shows nothing."""
    block = layer.dataProvider().block(band, layer.extent(), layer.width(), layer.height())
    rows = range(layer.height())
    columns = range(layer.width())
    return np.array(
        [[np.nan if block.isNoData(r, c) else block.value(r, c) for c in columns] for r in rows]
    )


def refused(path: Path) -> PlanetaryError:
    with pytest.raises(PlanetaryError) as caught:
        open_raster(str(path))
    assert caught.value.hint
    return caught.value


def test_detached_data_open_through_their_label(tmp_path):
    label = write_pds3(tmp_path / "Ö ∅", RAMP)
    for path in (label, label.with_suffix(".IMG")):
        raster = open_raster(str(path))
        assert (values(raster.layer()) == RAMP[0]).all()
        assert raster.facts["Product id"] == "MADE_BY_HAND"


def test_special_numbers_are_hidden_scaled_values_are_not(tmp_path):
    # 0 means nothing here, but the number 2 means 0.5 * 2 - 1.0 = 0: a value as any other.
    more = " SCALING_FACTOR = 0.5\r\n OFFSET = -1.0\r\n CORE_NULL = 0\r\n"
    more += " CORE_LOW_REPR_SATURATION = 1\r\n CORE_HIGH_INSTR_SATURATION = 254\r\n"
    numbers = np.array([[[0, 1, 2, 3, 254, 255]]])
    found = values(open_raster(str(write_pds3(tmp_path, numbers, kind="uint8", more=more))).layer())
    assert np.array_equal(found, [[np.nan, np.nan, 0.0, 0.5, np.nan, 126.5]], equal_nan=True)


def test_a_geotiff_that_is_scaled_hides_only_what_is_nothing(tmp_path):
    numbers = np.array([[[0, 2, 3]]], dtype="uint8")
    path = write_tiff(tmp_path / "a.tif", numbers, no_data=0, scale=0.5, offset=-1.0)
    found = values(open_raster(str(path)).layer())
    assert np.array_equal(found, [[np.nan, 0.0, 0.5]], equal_nan=True)


def test_zeros_are_values_where_the_label_names_no_null(tmp_path):
    found = values(
        open_raster(str(write_pds3(tmp_path, np.zeros((1, 2, 2)), kind="uint8"))).layer()
    )
    assert (found == 0.0).all()


def test_isis_special_floats_are_hidden_and_their_neighbours_shown(tmp_path):
    words = np.array([0xFF7FFFFB, 0xFF7FFFFC, 0xFF7FFFFD, 0xFF7FFFFE, 0xFF7FFFFF], dtype="<u4")
    numbers = np.concatenate((words.view("<f4"), np.array([-1e30, 0, 1e30], dtype="<f4")))
    cube = tmp_path / "a.cub"
    label = (
        "Object = IsisCube\n  Object = Core\n    StartByte = 65537\n    Format = BandSequential\n"
        "    Group = Dimensions\n      Samples = 8\n      Lines = 1\n      Bands = 1\n"
        "    End_Group\n    Group = Pixels\n      Type = Real\n      ByteOrder = Lsb\n"
        "      Base = 0.0\n      Multiplier = 1.0\n    End_Group\n  End_Object\nEnd_Object\nEnd\n"
    )
    cube.write_bytes(label.encode().ljust(65536, b"\0") + numbers.tobytes())
    found = values(open_raster(str(cube)).layer())[0]
    assert np.isnan(found[:5]).all()
    assert found[5:] == pytest.approx([-1e30, 0.0, 1e30])


def test_bounds_of_the_label_say_where_pixels_lie(tmp_path):
    after = MOON.format(samples=40, lines=20, south=-10, north=10, west=-20, east=20)
    raster = open_raster(str(write_pds3(tmp_path, np.ones((1, 20, 40)), after=after)))
    degree = np.radians(1_737_400)
    extent = raster.layer().extent()
    assert (extent.xMinimum(), extent.yMaximum()) == pytest.approx((-20 * degree, 10 * degree))
    assert (extent.xMaximum(), extent.yMinimum()) == pytest.approx((20 * degree, -10 * degree))
    assert raster.body == "Moon"


def test_what_is_left_of_a_truncated_image_is_shown_with_a_warning(tmp_path):
    after = MOON.format(samples=40, lines=20, south=-10, north=10, west=-20, east=20)
    label = write_pds3(tmp_path, np.arange(800).reshape(1, 20, 40), after=after)
    image = label.with_suffix(".IMG")
    image.write_bytes(image.read_bytes()[: 7 * 80 + 30])
    raster = open_raster(str(label))
    layer = raster.layer()
    assert (layer.width(), layer.height()) == (40, 7)
    assert layer.extent().yMaximum() == pytest.approx(10 * np.radians(1_737_400))
    assert "7 of 20 lines" in raster.warning
    assert (values(layer) == np.arange(280).reshape(7, 40)).all()


@pytest.mark.parametrize("lines", [2**31, 2**40, 10**9])
def test_absurd_dimensions_are_refused(tmp_path, lines):
    label = tmp_path / "A.LBL"
    (tmp_path / "A.IMG").write_bytes(bytes(1024))
    label.write_text(pds3_label("A.IMG", (1, lines, 20), "uint8"), encoding="ascii")
    assert re.search("1,024 bytes|1024 bytes|cannot have", refused(label).message)


def test_more_bands_than_there_are_bytes(tmp_path):
    label = write_pds3(tmp_path, np.ones((2, 10, 10)), kind="uint8")
    label.write_text(pds3_label("PRODUCT.IMG", (5, 10, 10), "uint8"), encoding="ascii")
    raster = open_raster(str(label))
    assert "200 bytes" in raster.warning
    assert raster.layer().isValid()


def test_a_missing_data_file_is_named(tmp_path):
    label = write_pds3(tmp_path, RAMP)
    label.with_suffix(".IMG").unlink()
    assert "PRODUCT.IMG" in refused(label).message


def test_files_that_are_none(tmp_path):
    assert "no file" in refused(tmp_path / "absent.img").message
    assert "is a folder" in refused(tmp_path).message
    (tmp_path / "empty.img").touch()
    assert "is empty" in refused(tmp_path / "empty.img").message
    page = tmp_path / "page.img"
    page.write_text("<!DOCTYPE html><html><form>Log in with your password</form></html>")
    error = refused(page)
    assert "web page" in error.message
    assert "log-in" in error.hint


def test_a_format_without_a_driver_names_the_driver(tmp_path, monkeypatch):
    path = tmp_path / "a.jp2"
    path.write_bytes(b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(100))
    monkeypatch.setattr(gdal, "GetDriverByName", lambda _name: None)
    assert "JP2OpenJPEG" in refused(path).message


def test_noise_is_refused_with_gdals_words(tmp_path):
    path = tmp_path / "noise.tif"
    path.write_bytes(b"II*\x00" + bytes(range(200)))
    error = refused(path)
    assert error.details
    assert str(path) in error.message


def test_a_tiff_that_breaks_off_opens_with_a_warning(tmp_path):
    numbers = np.random.default_rng(1).integers(0, 9999, (1, 2000, 500)).astype("int16")
    path = write_tiff(tmp_path / "a.tif", numbers, options=("COMPRESS=DEFLATE", "BLOCKYSIZE=10"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    raster = open_raster(str(path))
    assert "cannot be read" in raster.warning


def test_archives_hold_rasters(tmp_path):
    label = write_pds3(tmp_path / "in", RAMP)
    tiff = write_tiff(tmp_path / "in" / "b.tif", RAMP + 5)
    for name, pack in (("a.zip", zipped), ("a.tar", tarred), ("a.tar.gz", tarred)):
        pack(tmp_path / name, (label, label.with_suffix(".IMG"), tiff))
        first = open_raster(str(tmp_path / name))
        assert len(first.images) == 2
        found = [values(open_raster(str(tmp_path / name), image=n).layer())[0, 0] for n in (0, 1)]
        assert sorted(found) == [1.0, 6.0]


def test_a_single_raster_in_an_archive_needs_no_choice(tmp_path):
    tiff = write_tiff(tmp_path / "b.tif", RAMP)
    zipped(tmp_path / "a.zip", (tiff,))
    assert open_raster(str(tmp_path / "a.zip")).images == ()
    zipped(tmp_path / "none.zip", (write_text(tmp_path / "readme.txt"),))
    assert "no raster" in refused(tmp_path / "none.zip").message


def zipped(path: Path, files: tuple[Path, ...]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, file.name)


def tarred(path: Path, files: tuple[Path, ...]) -> None:
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        for file in files:
            archive.add(file, file.name)


def write_text(path: Path) -> Path:
    path.write_text("nothing")
    return path


def test_colours_are_chosen_by_wavelength(tmp_path):
    nanometres = (450, 2800, 550, 1000, 650)
    path = write_tiff(tmp_path / "a.tif", np.ones((5, 4, 4), dtype="float32"))
    dataset = gdal.Open(str(path), gdal.GA_Update)
    for number, wavelength in enumerate(nanometres, 1):
        band = dataset.GetRasterBand(number)
        band.SetMetadata({"WAVELENGTH": str(wavelength / 1000), "WAVELENGTH_UNIT": "micrometers"})
    del band, dataset
    raster = open_raster(str(path))
    assert raster.shown == (5, 3, 1)
    assert raster.layer().renderer().usesBands() == [5, 3, 1]


def test_bands_get_the_names_that_the_label_has(tmp_path):
    more = ' BAND_NAME = ("RED", "GREEN", "BLUE")\r\n'
    more += " CENTER_FILTER_WAVELENGTH = (650 <nm>, 550 <nm>, 450 <nm>)\r\n"
    raster = open_raster(str(write_pds3(tmp_path, np.ones((3, 4, 4)), more=more)))
    if not any(band.name for band in raster.bands):
        pytest.skip("the reader of labels knows no names of such bands")
    assert "RED" in raster.layer().bandName(1)


def test_the_stretch_leaves_out_the_outermost_values(tmp_path):
    numbers = np.arange(10_000, dtype="int16").reshape(1, 100, 100)
    raster = open_raster(str(write_tiff(tmp_path / "a.tif", numbers)))
    layer = raster.layer()
    enhancement = layer.renderer().contrastEnhancement()
    found = (enhancement.minimumValue(), enhancement.maximumValue())
    assert found == pytest.approx(tuple(np.percentile(numbers, (2, 98))), abs=1)


def test_a_layer_survives_its_project(tmp_path):
    label = write_pds3(
        tmp_path, RAMP, more=" SCALING_FACTOR = 2.0\r\n OFFSET = 1.0\r\n CORE_NULL = 100\r\n"
    )
    image = label.with_suffix(".IMG")
    image.write_bytes(image.read_bytes()[:100])  # five lines: what is shown is a VRT in the cache
    layer = open_raster(str(label)).layer()
    before, enhancement = values(layer), layer.renderer().contrastEnhancement().minimumValue()
    project = QgsProject()
    project.addMapLayer(layer)
    project.write(str(tmp_path / "p.qgs"))
    again = QgsProject()
    assert again.read(str(tmp_path / "p.qgs"))
    (found,) = again.mapLayers().values()
    assert np.array_equal(values(found), before, equal_nan=True)
    assert found.renderer().contrastEnhancement().minimumValue() == enhancement
    assert found.metadata().identifier() == "MADE_BY_HAND"


def test_nothing_is_left_beside_the_file(tmp_path):
    path = write_tiff(tmp_path / "a.tif", RAMP)
    layer = open_raster(str(path)).layer()
    values(layer)
    del layer
    assert [each.name for each in tmp_path.glob("a.tif*")] == ["a.tif"]


def test_opening_stops_when_it_is_cancelled(tmp_path):
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(RunCancelledError):
        open_raster(str(write_tiff(tmp_path / "a.tif", RAMP)), feedback)


def test_a_gzipped_file_is_unpacked_into_the_cache(tmp_path, cache):
    tiff = write_tiff(tmp_path / "b.tif", RAMP)
    (tmp_path / "b.tif.gz").write_bytes(gzip.compress(tiff.read_bytes()))
    raster = open_raster(str(tmp_path / "b.tif.gz"))
    assert (values(raster.layer()) == RAMP[0]).all()
    assert cache in Path(raster.source).parents
    broken = tmp_path / "c.tif.gz"
    broken.write_bytes(gzip.compress(tiff.read_bytes())[:-30])
    assert "cannot be unpacked" in refused(broken).message
    assert not list(cache.rglob("c.tif*"))
