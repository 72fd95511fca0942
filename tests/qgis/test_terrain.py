"""DEMs as QGIS has them, read as terrain; truth: formulas, and GDAL's own transformations."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsRasterLayer, QgsVectorLayer

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.spice.observations import SURFACES
from planetary_qgis.core.spice.surfaces.surface import Ellipsoid
from planetary_qgis.core.spice.surfaces.terrain import TerrainSurface
from planetary_qgis.processing import spice_inputs
from planetary_qgis.qgis_bridge import dem_files, store
from planetary_qgis.qgis_bridge.terrain import dem_source, read_terrain

SAMPLE = Path(store.__file__).resolve().parents[1] / "resources" / "sample"
MOON = 1_737_400.0
FOOTPRINTS = {
    "KERNELS": [str(SAMPLE / "synthetic.tm")],
    "TARGET": "MARS",
    "OBSERVER": "SYNTHETIC_ORBITER",
    "INSTRUMENT": "SYNTH_FRAME_CAM",
    "START": "2019-09-01T00:10:00",
    "STOP": "2019-09-01T00:40:00",
    "STEP": 120,
    "OUTPUT": "memory:",
}


def hills(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Metres; smooth enough for a grid of a tenth of a degree."""
    lobes = 800.0 * np.sin(np.radians(3 * lon)) * np.cos(np.radians(lat)) ** 3
    return lobes + 500.0 * np.sin(np.radians(5 * lat)) - 300.0


def write_raster(path: Path, crs: str, left: float, top: float, step: float, shape, **options):
    """A GeoTIFF of the hills; `crs` as PROJ string or code."""
    srs = osr.SpatialReference()
    assert srs.SetFromUserInput(crs) == 0
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    degrees = srs.CloneGeogCS()
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    rows, columns = shape
    x, y = np.meshgrid(
        left + step * (np.arange(columns) + 0.5), top - step * (np.arange(rows) + 0.5)
    )
    places = osr.CoordinateTransformation(srs, degrees).TransformPoints(np.c_[x.ravel(), y.ravel()])
    lon, lat = np.array(places)[:, :2].T
    values = hills(lon, lat).reshape(shape)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, 1, gdal.GDT_Float32)
    dataset.SetGeoTransform((left, step, 0.0, top, 0.0, -step))
    dataset.SetProjection(srs.ExportToWkt())
    band = dataset.GetRasterBand(1)
    scale, offset = options.get("scale", 1.0), options.get("offset", 0.0)
    stored = (values - offset) / scale
    if "no_data" in options:
        stored[options["no_data"]] = -9999.0
        band.SetNoDataValue(-9999.0)
    band.WriteArray(stored)
    if (scale, offset) != (1.0, 0.0):
        band.SetScale(scale)
        band.SetOffset(offset)
    if "unit" in options:
        band.SetUnitType(options["unit"])
    dataset.FlushCache()
    return path


def terrain_of(path: Path, *places):
    layer = QgsRasterLayer(str(path), path.stem)
    assert layer.isValid()
    return read_terrain(dem_source(layer), *places)


ON_THE_MOON = {
    "degrees": ("IAU_2015:30100", 20.0, 40.0, 0.1, (200, 300)),
    "equidistant cylindrical": (
        f"+proj=eqc +lat_ts=30 +lon_0=180 +R={MOON}", -300_000.0, 900_000.0, 3_000.0, (200, 300)
    ),
    "over the antimeridian": ("IAU_2015:30100", 170.0, 10.0, 0.1, (200, 300)),
    "mercator": (f"+proj=merc +lon_0=30 +R={MOON}", -400_000.0, 900_000.0, 3_000.0, (200, 300)),
    "mercator over the antimeridian": (
        f"+proj=merc +lon_0=180 +R={MOON}", -400_000.0, 900_000.0, 3_000.0, (200, 300)
    ),
    "sinusoidal": (f"+proj=sinu +lon_0=0 +R={MOON}", 100_000.0, 1_500_000.0, 3_000.0, (200, 300)),
    "lambert conformal": (
        f"+proj=lcc +lat_1=30 +lat_2=60 +lat_0=45 +lon_0=10 +R={MOON}",
        -300_000.0, 300_000.0, 3_000.0, (200, 200),
    ),
    "north polar": (
        f"+proj=stere +lat_0=90 +lon_0=40 +R={MOON}", -4e5, 4e5, 4_000.0, (200, 200)
    ),
    "south polar": (
        f"+proj=stere +lat_0=-90 +lon_0=0 +R={MOON}", -4e5, 4e5, 4_000.0, (200, 200)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ON_THE_MOON)
def test_heights_are_found_where_they_are_whatever_the_map_projection(name, tmp_path, qgis_app):
    crs, left, top, step, shape = ON_THE_MOON[name]
    path = write_raster(tmp_path / "hills.tif", crs, left, top, step, shape)
    terrain = terrain_of(path)
    srs, degrees = osr.SpatialReference(), osr.SpatialReference()
    srs.SetFromUserInput(crs)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    degrees = srs.CloneGeogCS()
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    random = np.random.default_rng(3)
    x = left + step * shape[1] * random.uniform(0.05, 0.95, 400)
    y = top - step * shape[0] * random.uniform(0.05, 0.95, 400)
    places = osr.CoordinateTransformation(srs, degrees).TransformPoints(np.c_[x, y])
    lon, lat = np.array(places)[:, :2].T
    heights, _ = terrain.at((lon + 180.0) % 360.0 - 180.0, lat)
    # A tenth of a degree of the steepest of these slopes is 8 m; interpolation is far finer.
    assert np.nanmax(np.abs(heights * 1000.0 - hills(lon, lat))) < 2.0
    assert np.isfinite(heights).mean() > 0.99
    assert terrain.reference == pytest.approx([MOON / 1000.0] * 3)


def test_latitudes_of_an_ellipsoid_are_planetographic(tmp_path, qgis_app):
    crs = "+proj=longlat +a=3396190 +b=3376200 +no_defs"
    path = write_raster(tmp_path / "mars.tif", crs, 10.0, 50.0, 0.1, (200, 200))
    terrain = terrain_of(path)
    ographic = np.array([35.0, 40.0, 45.0])
    ocentric = np.degrees(np.arctan((3376.2 / 3396.19) ** 2 * np.tan(np.radians(ographic))))
    lon = np.array([12.0, 18.0, 25.0])
    heights, _ = terrain.at(lon, ocentric)
    assert heights * 1000.0 == pytest.approx(hills(lon, ographic), abs=0.5)
    assert terrain.reference == pytest.approx([3396.19, 3396.19, 3376.2])


def test_heights_of_a_mars_mapped_on_its_sphere_count_from_its_ellipsoid(tmp_path, qgis_app):
    terrain = terrain_of(
        write_raster(tmp_path / "mars.tif", "IAU_2015:49900", 10.0, 50.0, 0.1, (50, 50))
    )
    assert terrain.reference == pytest.approx([3396.19, 3396.19, 3376.2])
    assert terrain.body_id == 499


def test_no_data_scale_offset_and_unit_are_honoured(tmp_path, qgis_app):
    hole = (slice(20, 40), slice(50, 90))
    where = ("IAU_2015:30100", 20.0, 40.0, 0.1, (100, 100))
    holed = terrain_of(write_raster(tmp_path / "h.tif", *where, no_data=hole))
    assert np.isnan(holed.at(np.array([27.0]), np.array([37.0]))[0]).all()
    assert np.isfinite(holed.heights).sum() == 100 * 100 - 20 * 40
    plain = terrain_of(write_raster(tmp_path / "p.tif", *where))
    scaled = terrain_of(write_raster(tmp_path / "s.tif", *where, scale=0.5, offset=40.0))
    assert scaled.heights == pytest.approx(plain.heights, abs=1e-4)
    in_kilometres = write_raster(tmp_path / "k.tif", *where, unit="km")
    assert terrain_of(in_kilometres).heights == pytest.approx(plain.heights * 1000.0, rel=1e-5)


def test_values_of_the_size_of_the_body_are_radii(tmp_path, qgis_app):
    where = ("IAU_2015:30100", 20.0, 40.0, 0.1, (100, 100))
    path = write_raster(tmp_path / "r.tif", *where)
    dataset = gdal.Open(str(path), gdal.GA_Update)
    heights = dataset.ReadAsArray()
    dataset.GetRasterBand(1).WriteArray(heights + MOON)
    dataset = None
    # As float32 holds it: an eighth of a metre.
    assert terrain_of(path).heights * 1000.0 == pytest.approx(heights, abs=0.13)


def test_only_what_is_seen_is_read_and_large_rasters_are_averaged(tmp_path, qgis_app, monkeypatch):
    where = ("IAU_2015:30100", -180.0, 90.0, 0.25, (720, 1440))
    path = write_raster(tmp_path / "global.tif", *where)
    seen = np.array([10.0, 14.0]), np.array([-5.0, 3.0])
    part = terrain_of(path, *seen)
    assert part.heights.size < 0.02 * 720 * 1440
    lon, lat = np.array([11.0, 13.5]), np.array([-4.0, 2.0])
    assert part.at(lon, lat)[0] * 1000.0 == pytest.approx(hills(lon, lat), abs=1.0)
    monkeypatch.setattr(dem_files, "MOST_PIXELS", 40_000)
    coarse = terrain_of(path)
    assert coarse.heights.size <= 40_000
    assert coarse.at(lon, lat)[0] * 1000.0 == pytest.approx(hills(lon, lat), abs=5.0)
    # Around the globe without a seam.
    beside = np.array([179.99, -179.99])
    heights, _ = coarse.at(beside, np.zeros(2))
    assert np.isfinite(heights).all()


def test_what_cannot_be_terrain_gets_its_sentence(tmp_path, qgis_app):
    no_crs = tmp_path / "nowhere.tif"
    gdal.GetDriverByName("GTiff").Create(str(no_crs), 10, 10, 1, gdal.GDT_Float32).FlushCache()
    with pytest.raises(PlanetaryError, match="nothing of where it lies"):
        dem_source(QgsRasterLayer(str(no_crs), "nowhere"))
    where = ("IAU_2015:30100", 20.0, 40.0, 0.1, (100, 100))
    cut = write_raster(tmp_path / "cut.tif", *where)
    source = dem_source(QgsRasterLayer(str(cut), "cut"))
    cut.write_bytes(cut.read_bytes()[:9_000])
    with pytest.raises(PlanetaryError, match="heights of cut cannot be read") as caught:
        read_terrain(source)
    assert caught.value.details
    cut.unlink()
    with pytest.raises(PlanetaryError, match="heights of cut cannot be read"):
        read_terrain(source)
    empty = write_raster(tmp_path / "empty.tif", *where, no_data=slice(None))
    with pytest.raises(PlanetaryError, match="knows no height"):
        terrain_of(empty)


def test_footprints_lie_on_a_dem(processing, tmp_path, notes):
    high = tmp_path / "plateau.tif"
    write_raster(high, "IAU_2015:49900", -180.0, 90.0, 0.5, (360, 720))
    dataset = gdal.Open(str(high), gdal.GA_Update)
    dataset.GetRasterBand(1).WriteArray(np.full((360, 720), 20_000.0, np.float32))
    dataset = None
    bare = processing.run("planetary:spicefootprints", {**FOOTPRINTS, "SURFACE": "ellipsoid"})
    raised = processing.run("planetary:spicefootprints", {**FOOTPRINTS, "DEM": str(high)})
    below, above = (rows(found["OUTPUT"]) for found in (bare, raised))
    assert {row["geometry_source"] for row in below} == {"SPICE, ellipsoid"}
    assert {row["geometry_source"] for row in above} == {"SPICE, DEM plateau"}
    for low, up in zip(below, above):
        # Seen from above the plateau is nearer by its height, over the cosine of the slant.
        slant = np.cos(np.radians(low["emission_angle"]))
        assert low["range_km"] - up["range_km"] == pytest.approx(20.0 / slant, rel=0.05)
        assert up.geometry().area() < low.geometry().area()


def rows(layer: QgsVectorLayer) -> list:
    return [row for row in layer.getFeatures() if row["view"] == "surface"]


def test_a_dem_of_another_body_is_refused(processing, tmp_path):
    moon = write_raster(tmp_path / "moon.tif", "IAU_2015:30100", 20.0, 40.0, 0.1, (100, 100))
    with pytest.raises(Exception, match="The DEM moon lies on MOON, not on MARS"):
        processing.run("planetary:spicefootprints", {**FOOTPRINTS, "DEM": str(moon)})


def test_surfaces_are_those_of_the_core():
    assert tuple(spice_inputs.SURFACES) == SURFACES


@pytest.mark.real_data
def test_real_dems_agree_with_each_other(real_data, qgis_app):
    """Two LOLA products, one of heights and one of radii with an offset, made by others."""
    folder = real_data / "rasters"
    radii, heights = (terrain_of(folder / name) for name in ("lola/ldem_4.cub", "iau/moon_dem.tif"))
    random = np.random.default_rng(1)
    lon, lat = random.uniform(-180, 180, 3000), random.uniform(-60, 60, 3000)
    difference = (radii.at(lon, lat)[0] - heights.at(lon, lat)[0]) * 1000.0
    assert radii.body_id == heights.body_id == 301
    # Pixels of 7.6 and 10.7 km: slopes between their centres, but no shift and no bias.
    assert abs(np.median(difference)) < 20.0
    assert np.percentile(np.abs(difference), 90) < 700.0


@pytest.mark.real_data
def test_the_highest_mountain_stands_where_it_stands(real_data, qgis_app):
    """Olympus Mons, 18.65 N, 226.2 E, 21.2 km at its rim; Hellas, 42.4 S, 70.5 E, below -6 km."""
    mola = terrain_of(real_data / "rasters" / "mola" / "megt90n000cb.lbl")
    lon, lat = np.meshgrid(np.arange(-180.0, 180.0, 0.25), np.arange(-85.0, 85.0, 0.25))
    heights, _ = mola.at(lon, lat)
    highest = np.argmax(heights)
    assert heights.flat[highest] == pytest.approx(20.7, abs=0.6)
    assert lon.flat[highest] == pytest.approx(-133.8, abs=1.0)
    assert lat.flat[highest] == pytest.approx(18.65, abs=1.0)
    assert mola.at(np.array([70.5]), np.array([-42.4]))[0] < -6.0
    assert mola.reference == pytest.approx([3396.19, 3396.19, 3376.2])


@pytest.mark.real_data
def test_a_viking_frame_on_mola_looks_where_isis_says(real_data, qgis_app):
    """ISIS on its fine MOLA of radii, on a volcano's flank; ours four pixels a degree, of heights.

    Heights count from the areoid, which stands up to 2 km above the ellipsoid here.
    """
    truth = json.loads((real_data / "spice" / "isis_truth.json").read_text())
    isis = truth["campt_DefaultCube_sample602_line528"]
    eye, ray = np.array(isis["SpacecraftPosition"]), np.array(isis["LookDirectionBodyFixed"])
    radii = np.array([3396.19, 3396.19, 3376.2])
    mola = terrain_of(real_data / "rasters" / "mola" / "megt90n000cb.lbl")
    on_dem = TerrainSurface(mola, radii).intercept(eye, ray[None])[0]
    on_ellipsoid = Ellipsoid(radii).intercept(eye, ray[None])[0]
    expected = np.array(isis["BodyFixedCoordinate"])

    def aside(point: np.ndarray) -> float:
        """km along the ground."""
        cosine = point @ expected / np.linalg.norm(point) / np.linalg.norm(expected)
        return float(np.arccos(min(cosine, 1.0)) * np.linalg.norm(expected))

    assert aside(on_ellipsoid) > 3.0
    assert aside(on_dem) < 1.0
    print(
        f"Viking 387A06: {aside(on_dem):.3f} km from ISIS on MOLA, {aside(on_ellipsoid):.3f} bare"
    )
