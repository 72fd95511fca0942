"""Footprints of rasters and mosaics; truth: closed formulas, and masks made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from dem_kit import MOON, lon_lat, moon_map, write
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.rasters.outlines.mosaics import write_mosaic
from planetary_qgis.qgis_bridge.rasters.outlines.outlines import (
    find_outlines,
    outline_of,
    placed_file,
    placed_layer,
    steradians,
)
from planetary_qgis.qgis_bridge.rasters.outlines.valid_pixels import Detail
from planetary_qgis.qgis_bridge.store import RunCancelledError

EXACT = Detail(most_pixels=0, tolerance=0.0)
SPHERE = 4.0 * np.pi
NO = -9999.0


def outline(path, detail=EXACT, band=None):
    found = outline_of(placed_file(str(path)), detail, QgsFeedback(), band)
    assert found.shape is None or found.shape.is_valid
    return found


def disc(crs, transform, shape, centre, radius_deg):
    """Ones within so many degrees of a place, no-data elsewhere; and where pixels lie."""
    lon, lat = lon_lat(crs, transform, shape)
    a, b, c, d = (np.radians(each) for each in (lon, lat, *centre))
    cosine = np.sin(b) * np.sin(d) + np.cos(b) * np.cos(d) * np.cos(a - c)
    with np.errstate(invalid="ignore"):
        return np.where(cosine > np.cos(np.radians(radius_deg)), 1.0, NO), lon, lat


CAPS = {
    "degrees": ("IAU_2015:30100", (10, 0.1, 0, 40, 0, -0.1), (300, 300), (25, 25), 10),
    "over the antimeridian": (
        "IAU_2015:30100", (160, 0.1, 0, 20, 0, -0.1), (400, 400), (180, 0), 15,
    ),
    "0 to 360": ("IAU_2015:30100", (0, 0.5, 0, 90, 0, -0.5), (360, 720), (180, 10), 30),
    "over the pole of a cylinder": (
        "IAU_2015:30100", (-180, 0.5, 0, 90, 0, -0.5), (360, 720), (40, 80), 25,
    ),
    "polar": (
        moon_map("+proj=stere +lat_0=90"), (-1e6, 4000, 0, 1e6, 0, -4000), (500, 500), (0, 90), 20,
    ),
    "polar, beside the pole": (
        moon_map("+proj=stere +lat_0=-90"),
        (-1e6, 4000, 0, 1e6, 0, -4000), (500, 500), (175, -80), 8,
    ),
    "sinusoidal, at its rim": (
        moon_map("+proj=sinu"), (-5.46e6, 8000, 0, 2.73e6, 0, -8000), (684, 1366), (180, 20), 20,
    ),
    "conic": (
        moon_map("+proj=lcc +lat_1=30 +lat_2=60 +lon_0=170"),
        (-1e6, 4000, 0, 2.5e6, 0, -4000), (500, 500), (175, 50), 12,
    ),
    "mercator": (
        moon_map("+proj=merc +lon_0=180"),
        (-1e6, 4000, 0, 2e6, 0, -4000), (500, 500), (180, 30), 10,
    ),
    "turned": (
        moon_map("+proj=laea +lat_0=40 +lon_0=178"),
        (-9e5, 2500, 1500, 1e5, -1500, 2500), (500, 500), (178, 40), 7,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CAPS)
def test_a_cap_has_its_area_and_its_place_on_every_map(name, tmp_path, qgis_app):
    crs, transform, shape, centre, radius = CAPS[name]
    values, lon, lat = disc(crs, transform, shape, centre, radius)
    held = (values == 1.0).sum()
    found = outline(write(tmp_path / "cap.tif", values, crs, transform, no_data=NO))
    expected = SPHERE / 2.0 * (1.0 - np.cos(np.radians(radius)))
    # Stairs along the rim: some of it is a pixel too wide, as much of it too narrow.
    assert steradians(found.shape) == pytest.approx(expected, rel=4.0 / np.sqrt(held))
    assert found.area_km2 == pytest.approx(steradians(found.shape) * (MOON / 1000.0) ** 2)
    random = np.random.default_rng(2)
    for here, inside in ((values == 1.0, True), ((values != 1.0) & np.isfinite(lon), False)):
        rows, columns = np.nonzero(here)
        some = random.integers(0, len(rows), 300)
        places = (lon[rows[some], columns[some]] + 180.0) % 360.0 - 180.0
        points = shapely.points(places, lat[rows[some], columns[some]])
        assert (shapely.intersects(found.shape, points) == inside).mean() > 0.99


def test_a_whole_globe_is_all_of_it(tmp_path, qgis_app):
    for name, crs, transform, shape in (
        (
            "eqc",
            moon_map("+proj=eqc +lon_0=180"),
            (-np.pi * MOON, np.pi * MOON / 180, 0, np.pi * MOON / 2, 0, -np.pi * MOON / 180),
            (180, 360),
        ),
        ("degrees", "IAU_2015:30100", (0, 1, 0, 90, 0, -1), (180, 360)),
    ):
        found = outline(write(tmp_path / f"{name}.tif", np.ones(shape), crs, transform))
        assert steradians(found.shape) == pytest.approx(SPHERE, rel=1e-9)
        assert found.shape.bounds == pytest.approx((-180, -90, 180, 90))
    assert found.pixel_m == pytest.approx(np.pi * MOON / 180.0, rel=1e-3)


def test_a_box_has_its_area_to_the_last_digits(tmp_path, qgis_app):
    where = ("IAU_2015:30100", (10, 0.25, 0, 62, 0, -0.25))
    found = outline(write(tmp_path / "box.tif", np.ones((80, 120)), *where))
    south, north = np.radians([42.0, 62.0])
    assert steradians(found.shape) == pytest.approx(
        np.radians(30.0) * (np.sin(north) - np.sin(south)), rel=1e-12
    )


def test_planetographic_latitudes_become_planetocentric(tmp_path, qgis_app):
    a, b = 3_396_190.0, 3_376_200.0
    crs = (
        f'GEOGCS["Mars",DATUM["D_Mars",SPHEROID["Mars",{a},{a / (a - b)}]],'
        'PRIMEM["Reference_Meridian",0],UNIT["degree",0.0174532925199433]]'
    )
    found = outline(write(tmp_path / "m.tif", np.ones((40, 40)), crs, (0, 0.5, 0, 60, 0, -0.5)))
    expected = np.degrees(np.arctan((b / a) ** 2 * np.tan(np.radians([40.0, 60.0]))))
    assert found.shape.bounds[1::2] == pytest.approx(expected, abs=1e-6)


WHERE = ("IAU_2015:30100", (0, 0.1, 0, 20, 0, -0.1))


def with_hole(kind, outside):
    values = np.ones((200, 200), dtype=kind)
    values[:, 150:] = outside
    values[50:60, 40:60] = outside
    return values


@pytest.mark.parametrize("way", ["no-data", "NaN", "special pixels", "mask", "alpha", "bands"])
def test_whatever_marks_pixels_as_invalid_is_honoured(way, tmp_path, qgis_app):
    path = tmp_path / "r.tif"
    if way == "no-data":
        write(path, with_hole(np.int16, -1), *WHERE, kind=gdal.GDT_Int16, no_data=-1)
    elif way == "NaN":
        write(path, with_hole(float, np.nan), *WHERE)
    elif way == "special pixels":
        values = with_hole(np.float32, -3.4028227e38)
        values[:, 180:] = 3.0e38
        write(path, values, *WHERE, kind=gdal.GDT_Float32)
    elif way == "mask":
        write(path, np.ones((200, 200)), *WHERE)
        dataset = gdal.Open(str(path), gdal.GA_Update)
        dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
        dataset.GetRasterBand(1).GetMaskBand().WriteArray(with_hole(np.uint8, 0) * 255)
        dataset = None
    elif way == "alpha":
        bands = np.stack([np.ones((200, 200)), with_hole(np.uint8, 0) * 255])
        write(path, bands, *WHERE, kind=gdal.GDT_Byte)
        dataset = gdal.Open(str(path), gdal.GA_Update)
        dataset.GetRasterBand(2).SetColorInterpretation(gdal.GCI_AlphaBand)
        dataset = None
    else:
        first, second = with_hole(float, NO), with_hole(float, NO)
        first[:100], second[100:] = NO, NO
        write(path, np.stack([first, second]), *WHERE, no_data=NO)
    found = outline(path)
    assert found.shape.bounds == pytest.approx((0, 0, 15, 20))
    (hole,) = found.shape.interiors
    assert shapely.Polygon(hole).bounds == pytest.approx((4, 14, 6, 15))
    assert found.valid_share == pytest.approx((150 * 200 - 200) / 40_000)
    if way == "bands":
        assert outline(path, band=2).shape.bounds == pytest.approx((0, 10, 15, 20))


def test_large_rasters_are_thinned_and_lines_simplified_by_no_more_than_was_said(
    tmp_path, qgis_app
):
    crs, transform, shape, centre, radius = CAPS["degrees"]
    values, _, _ = disc(crs, transform, shape, centre, radius)
    path = write(tmp_path / "cap.tif", values, crs, transform, no_data=NO)
    exact = outline(path).shape
    for detail, pixels in ((Detail(0, 1.0), 1.0), (Detail(60, 0.0), 5.0), (Detail(60, 1.0), 10.0)):
        found = outline(path, detail)
        assert shapely.hausdorff_distance(found.shape, exact) < 0.1 * pixels * 1.5
        assert len(shapely.get_coordinates(found.shape)) < 0.5 * len(shapely.get_coordinates(exact))
    assert found.step == pytest.approx(5.0)


def test_specks_do_not_count_where_that_is_wanted(tmp_path, qgis_app):
    values = with_hole(float, NO)
    values[5, 190] = 1.0
    values[100, 100] = NO
    path = write(tmp_path / "specks.tif", values, *WHERE, no_data=NO)
    assert len(shapely.get_parts(outline(path).shape)) == 2
    (whole,) = shapely.get_parts(outline(path, Detail(0, 0.0, 10)).shape)
    assert len(whole.interiors) == 1


def test_a_raster_without_valid_pixels_has_no_footprint(tmp_path, processing):
    empty = write(tmp_path / "empty.tif", np.full((9, 9), NO), *WHERE, no_data=NO)
    assert outline(empty).shape is None
    with pytest.raises(Exception, match="no valid pixel"):
        processing.run("planetary:rasterfootprint", {"INPUT": str(empty), "OUTPUT": "memory:"})


def test_what_lies_nowhere_or_counts_west_has_no_footprint(tmp_path, qgis_app):
    nowhere = write(tmp_path / "nowhere.tif", np.ones((9, 9)), "", (0, 1, 0, 0, 0, -1))
    with pytest.raises(PlanetaryError, match="says nothing of where it lies"):
        placed_layer(QgsRasterLayer(str(nowhere), "nowhere"))
    west = QgsRasterLayer(str(write(tmp_path / "west.tif", np.ones((9, 9)), *WHERE)), "west")
    west.setCrs(QgsCoordinateReferenceSystem("IAU_2015:49901"))
    with pytest.raises(PlanetaryError, match="count to the west"):
        outline_of(placed_layer(west), EXACT, QgsFeedback())


def test_what_is_cancelled_has_no_footprint(tmp_path, qgis_app):
    path = write(tmp_path / "r.tif", np.ones((9, 9)), *WHERE)
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(RunCancelledError):
        outline_of(placed_file(str(path)), EXACT, feedback)


def test_the_algorithm_hands_over_a_dressed_row(processing, tmp_path):
    path = write(tmp_path / "r.tif", with_hole(float, NO), *WHERE, no_data=NO)
    out = processing.run(
        "planetary:rasterfootprint", {"INPUT": str(path), "OUTPUT": str(tmp_path / "f.gpkg")}
    )
    layer = QgsVectorLayer(out["OUTPUT"], "f", "ogr")
    (row,) = layer.getFeatures()
    assert layer.crs().authid() == "IAU_2015:30100"
    assert (row["target"], row["columns"], row["rows"], row["bands"]) == ("MOON", 200, 200, 1)
    assert row["resolution"] == pytest.approx(
        MOON * np.radians(0.1) * np.sqrt(np.cos(np.radians(10.0))), rel=1e-2
    )
    assert row["location"] == str(path)
    assert row["area_km2"] > 0


@pytest.fixture
def tiles(tmp_path, qgis_app):
    """Two tiles beside each other, a finer one over both on another map, and what is no raster."""
    folder = tmp_path / "Kacheln ∅"
    folder.mkdir()
    for number, west in enumerate((0.0, 10.0)):
        write(
            folder / f"tile{number}.tif", np.full((100, 100), 10.0 + number),
            "IAU_2015:30100", (west, 0.1, 0, 10, 0, -0.1), kind=gdal.GDT_Float32, no_data=NO,
        )  # fmt: skip
    write(
        folder / "fine.TIF", np.full((200, 200), 99.0), moon_map("+proj=eqc"),
        (2e5, 1000.0, 0, 2e5, 0, -1000.0), kind=gdal.GDT_Float32, no_data=NO,
    )  # fmt: skip
    (folder / "broken.tif").write_bytes(b"II*\0 and nothing more")
    (folder / "notes.txt").write_text("no raster")
    return folder


def run_index(processing, folder, notes=None, **more):
    parameters = {"FOLDER": str(folder), "PATTERN": "*.tif", "OUTPUT": "memory:", **more}
    return processing.run("planetary:mosaicindex", parameters, feedback=notes)


def test_a_folder_becomes_an_index_and_a_mosaic_with_the_finest_on_top(
    processing, tiles, tmp_path, notes
):
    vrt = tmp_path / "mosaic.vrt"
    out = run_index(processing, tiles, notes, MOSAIC=str(vrt))
    rows = list(out["OUTPUT"].getFeatures())
    assert [row["product_id"] for row in rows] == ["tile0", "tile1", "fine"]
    coarse = MOON * np.radians(0.1) * np.sqrt(np.cos(np.radians(5.0)))
    assert [row["resolution"] for row in rows] == pytest.approx([coarse, coarse, 1000.0], rel=1e-2)
    assert any("broken.tif" in warning for warning in notes.warnings)
    dataset = gdal.Open(str(vrt))

    def at(lon, lat):
        left, step, _, top, _, down = dataset.GetGeoTransform()
        column, row = int((lon - left) / step), int((lat - top) / down)
        return dataset.ReadAsArray(column, row, 1, 1)[0, 0]

    assert (at(1.0, 9.5), at(19.0, 9.5), at(9.0, 5.0)) == (10.0, 11.0, 99.0)
    srs = dataset.GetSpatialRef()
    assert srs.IsGeographic()
    assert srs.GetSemiMajor() == MOON
    assert not list(tmp_path.glob("*.part*"))


def test_a_mosaic_moves_with_its_rasters(processing, tiles, tmp_path):
    vrt = tiles / "mosaic.vrt"
    run_index(processing, tiles, PATTERN="tile*.tif", MOSAIC=str(vrt))
    moved = tmp_path / "moved"
    tiles.rename(moved)
    assert gdal.Open(str(moved / "mosaic.vrt")).ReadAsArray(0, 0, 1, 1)[0, 0] == 10.0


def test_bodies_are_not_mixed(processing, tiles):
    write(tiles / "mars.tif", np.ones((9, 9)), "IAU_2015:49900", (0, 0.1, 0, 10, 0, -0.1))
    with pytest.raises(Exception, match=r"different bodies.*mars\.tif"):
        run_index(processing, tiles)


def test_other_bands_are_left_out_of_the_mosaic_and_told(tiles, tmp_path):
    write(tiles / "colour.tif", np.ones((3, 9, 9)), *WHERE)
    report = Report()
    rasters = [
        placed_file(str(path))
        for path in sorted(tiles.glob("[cft]*.[tT]*"))
        if path.suffix != ".txt"
    ]
    outlines = find_outlines(rasters, EXACT, QgsFeedback(), report)
    made = write_mosaic(outlines, tmp_path / "m.vrt", QgsFeedback(), report)
    assert (made.count, made.warped) == (3, 1)
    assert any("colour.tif" in sentence for sentence in report.sentences())


def test_a_mosaic_that_fails_leaves_nothing(tiles, tmp_path):
    report = Report()
    rasters = [placed_file(str(tiles / name)) for name in ("tile0.tif", "tile1.tif", "fine.TIF")]
    outlines = find_outlines(rasters, EXACT, QgsFeedback(), report)
    out = tmp_path / "out"
    out.mkdir()
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(RunCancelledError):
        write_mosaic(outlines, out / "m.vrt", feedback, report)
    (tiles / "fine.TIF").unlink()
    with pytest.raises(PlanetaryError, match="cannot be written"):
        write_mosaic(outlines, out / "m.vrt", QgsFeedback(), report)
    assert list(out.iterdir()) == []


@pytest.mark.real_data
def test_real_rasters_cover_what_they_cover(real_data, qgis_app):
    folder = real_data / "rasters"
    for name in ("lola/ldem_4.cub", "mola/megt90n000cb.lbl", "iau/mars.tif"):
        found = outline(folder / name, Detail())
        assert steradians(found.shape) == pytest.approx(SPHERE, rel=1e-6), name
    polar = outline(folder / "usgs" / "Mars_MGS_MOLA_ClrShade_MAP2_90.0N0.0_POLA.tif", Detail())
    assert shapely.intersects(polar.shape, shapely.points([-180, 0, 90], [89.9, 60, 85])).all()
    assert polar.shape.bounds[3] == 90.0


def test_project_stays_empty(qgis_new_project, tiles):
    placed_file(str(tiles / "tile0.tif"))
    assert not QgsProject.instance().mapLayers()
