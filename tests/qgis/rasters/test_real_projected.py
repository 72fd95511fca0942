"""Real images projected: CaSSIS framelets by kernels, M3 by its own planes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from image_kit import lon_lat, places_of, unit_vectors
from osgeo import gdal, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback

from planetary_qgis.core.bodies import body
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.rasters.raster_labels import label_of
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.instruments.cameras import camera_of
from planetary_qgis.core.spice.instruments.distortion import NoDistortion
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.qgis_bridge.rasters.projecting.backplanes import geolocation_by
from planetary_qgis.qgis_bridge.rasters.projecting.image_maps import MapWish, best_crs, map_of
from planetary_qgis.qgis_bridge.rasters.projecting.projecting import project_image
from planetary_qgis.qgis_bridge.rasters.projecting.unprojected import (
    Given,
    Sight,
    footprint_of,
    geolocation_of,
    read_unprojected,
)

pytestmark = pytest.mark.real_data

FILTERS = ("PAN-00005", "RED-01005", "NIR-02005", "BLU-03005")
WHOLE = FILTERS[:3]
"""Those whose windows are as wide as the detector."""
CRS = "IAU_2015:49910"
WKT = QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED


@pytest.fixture(scope="module")
def framelets(real_data):
    """Each filter's image, and its kernels."""
    listed = json.loads((real_data / "spice" / "cases.json").read_text("utf-8"))["cases"]
    cases = {case["image_id"]: case for case in listed}
    found = {}
    for name in FILTERS:
        (path,) = (real_data / "rasters" / "cassis").glob(f"*T22.50.27.381-{name}-B1.xml")
        kernels = tuple(real_data / "spice" / each for each in cases[path.stem]["kernels"])
        found[name] = (read_unprojected(path), Sight(kernels=kernels), cases[path.stem])
    return found


@pytest.fixture(scope="module")
def geolocations(framelets):
    return {
        name: geolocation_of(image, Given(), sight, QgsFeedback())
        for name, (image, sight, _case) in framelets.items()
    }


def corners_of(geolocation) -> np.ndarray:
    """(4, 3) unit vectors of the image's outer corners, around it."""
    places = [(0, 0), (0, -1), (-1, -1), (-1, 0)]
    return np.array(
        [unit_vectors(geolocation.lon_e[place], geolocation.lat[place]) for place in places]
    )


def pixels_at(dataset, lon_e, lat) -> np.ndarray:
    """(n, 2) columns and rows of a map at places."""
    system = dataset.GetSpatialRef()
    degrees = system.CloneGeogCS()
    for each in (system, degrees):
        each.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    forward = osr.CoordinateTransformation(degrees, system)
    x, y, _ = np.array(forward.TransformPoints(np.column_stack([lon_e, lat]))).T
    left, step, _, top, _, down = dataset.GetGeoTransform()
    return np.column_stack([(x - left) / step, (y - top) / down])


def pixels_between(one, other, geolocation) -> np.ndarray:
    metres = np.linalg.norm(one - other, axis=-1) * geolocation.body.sphere_radius_m
    return metres / geolocation.resolution_m


def test_labels_tell_all_that_projecting_takes(framelets):
    for name, (image, _sight, case) in framelets.items():
        assert image.recognised is not None, name
        assert not image.lacking
        assert int(image.recognised.instrument) == case["instrument_id"]
        assert np.datetime64(case["utc_start"], "us") == image.recognised.image.start


def test_maps_hold_the_corners_where_lines_of_sight_are(framelets, geolocations, tmp_path, capsys):
    """The outermost pixels of each map, beside the corners that its own geometry gives."""
    worst = {}
    for name, (image, sight, _case) in framelets.items():
        crs = QgsCoordinateReferenceSystem(CRS).toWkt(WKT)
        made = map_of(
            image, Given(), sight, MapWish(crs=crs), tmp_path / f"{name}.tif", QgsFeedback()
        )
        dataset = gdal.Open(str(made.path))
        filled = np.isfinite(dataset.GetRasterBand(1).ReadAsArray())
        rows, columns = np.nonzero(filled)
        for column, row in pixels_at(dataset, *lon_lat(corners_of(geolocations[name]))):
            # To the nearest edge of a filled pixel, not to its middle.
            aside = [
                abs(one - other - 0.5) - 0.5 for one, other in ((column, columns), (row, rows))
            ]
            away = np.hypot(*np.maximum(aside, 0.0)).min()
            worst[name] = max(worst.get(name, 0.0), round(float(away), 2))
        size = image.samples * image.lines
        assert filled.sum() == pytest.approx(size, rel=0.02)
    with capsys.disabled():
        print("\npixels from a map's outermost pixels to the image's corners:", worst)
    assert max(worst.values()) < 1.0


def test_corners_agree_with_footprints_but_for_the_lens(framelets, geolocations, capsys):
    """Footprints are those of the field of view's keywords, which leave the lens's distortion out.

    How far that moves each corner, the kernels' own polynomial says.
    """
    worst, shown = 0.0, {}
    for name in WHOLE:
        image, sight, _case = framelets[name]
        corners = corners_of(geolocations[name])
        vertices = footprint_vertices(image, sight)
        apart = np.array(
            [pixels_between(vertices, corner, geolocations[name]).min() for corner in corners]
        )
        lens = lens_shifts(image, sight)
        shown[name] = f"{apart.round(2)} of which the lens {lens.round(2)}"
        worst = max(worst, float(np.abs(apart - lens).max()))
    with capsys.disabled():
        print("\npixels between corners of maps and footprints:", shown)
    assert worst < 1.0


def test_the_images_own_footprint_has_the_corners_of_the_map(framelets, geolocations):
    """Its window on the detector and the lens counted in."""
    for name, (image, sight, case) in framelets.items():
        (chunk,) = footprint_of(image, Given(), sight, QgsFeedback()).chunks
        assert chunk.table["product_id"].tolist() == [case["image_id"]]
        vertices = unit_vectors(*shapely.get_coordinates(chunk.geometry[0]).T)
        for corner in corners_of(geolocations[name]):
            assert pixels_between(vertices, corner, geolocations[name]).min() < 0.1, name


def test_the_small_window_lies_within_its_filters_footprint(framelets, geolocations):
    image, sight, _case = framelets["BLU-03005"]
    vertices = footprint_vertices(image, sight)
    outline = shapely.Polygon(np.column_stack(lon_lat(vertices)))
    corners = shapely.points(np.column_stack(lon_lat(corners_of(geolocations["BLU-03005"]))))
    assert shapely.contains(outline, corners).all()


def test_filters_lie_to_each_other_as_their_labels_say(framelets, geolocations, capsys):
    """The labels' corners come from another trajectory and attitude: all are off by the same.

    One exposure's filters see different ground, so that their images cannot be correlated; but if
    windows, pixels and axes are right, the difference is the same for all of them.
    """
    offsets = {}
    for name in WHOLE:
        lon, lat = np.array(framelets[name][2]["truth"]["polygons"][0]).T
        middle_of_label = unit_vectors(lon, lat).mean(axis=0)
        difference = corners_of(geolocations[name]).mean(axis=0) - middle_of_label
        offsets[name] = difference * geolocations[name].body.sphere_radius_m
    pixel_m = geolocations["PAN-00005"].resolution_m
    common = np.mean(list(offsets.values()), axis=0)
    apart = {
        name: round(float(np.linalg.norm(offset - common) / pixel_m), 2)
        for name, offset in offsets.items()
    }
    with capsys.disabled():
        print(
            f"\nall filters are {np.linalg.norm(common):.0f} m from their labels' places, "
            f"each by so many pixels more or less: {apart}"
        )
    assert max(apart.values()) < 4.0


def test_the_filters_of_one_exposure_see_no_ground_in_common(geolocations, capsys):
    outlines = {
        name: shapely.Polygon(np.column_stack(lon_lat(corners_of(each))))
        for name, each in geolocations.items()
    }
    degree_m = np.radians(1.0) * geolocations["PAN-00005"].body.sphere_radius_m
    gaps = {}
    for one, other in zip(FILTERS, FILTERS[1:]):
        gap = shapely.distance(outlines[one], outlines[other]) * degree_m
        gaps[f"{one[:3]}–{other[:3]}"] = round(gap / geolocations[one].resolution_m)
    with capsys.disabled():
        print("\npixels of ground between neighbouring filters:", gaps)
    # Rows of the detector between their windows, as the label gives those: 634–711, 968–1047.
    assert gaps["PAN–RED"] == pytest.approx(712 - 634, abs=5)
    assert gaps["RED–NIR"] == pytest.approx(1048 - 968, abs=5)


def test_m3_comes_to_lie_where_its_planes_say(real_data, tmp_path, capsys):
    folder = real_data / "rasters" / "m3" / "forwardAscending"
    (label,) = folder.glob("*_L1B_cropped.LBL")
    (truth_file,) = folder.glob("*_LOC_cropped.IMG")
    image = read_unprojected(label)
    assert image.planes is not None
    made = map_of(image, Given(), Sight(), MapWish(), tmp_path / "m3.tif", QgsFeedback())
    # Plain numbers, a line at a time in three bands, as its label says.
    lon, lat, _radius = np.fromfile(truth_file, "<f8").reshape(-1, 3, image.samples).swapaxes(0, 1)
    truth = unit_vectors(lon, lat)
    places, values = places_of(made.path)
    filled = np.isfinite(values[..., 0]) & (values[..., 0] != 0)
    moon_m, pixel_m = 1_737_400.0, made.resolution
    worst = 0.0
    for row, column in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        away = np.linalg.norm(places[filled] - truth[row, column], axis=-1).min()
        worst = max(worst, float(away * moon_m / pixel_m))
    with capsys.disabled():
        print(
            f"\nM3: corners within {worst:.2f} pixels of {pixel_m:.1f} m, on a map of "
            f"{made.columns} × {made.rows}"
        )
    assert worst < 1.0
    assert filled.sum() == pytest.approx(image.samples * image.lines, rel=0.15)


def test_m3_planes_projected_read_their_own_places(real_data, tmp_path):
    """The planes as an image: each pixel of the map holds its own longitude and latitude."""
    (label,) = (real_data / "rasters" / "m3" / "forwardAscending").glob("*_L1B_cropped.LBL")
    image = read_unprojected(label)
    planes = image.planes
    geolocation = geolocation_by(planes, body("MOON"))
    made = project_image(
        planes.longitude.source, geolocation, tmp_path / "loc.tif", best_crs(geolocation)
    )
    places, values = places_of(made.path)
    truth = unit_vectors(values[..., 0], values[..., 1])
    away = np.linalg.norm(places - truth, axis=-1) * 1_737_400.0 / made.resolution
    assert np.nanmedian(away) < 0.3
    assert label_of(label).target == "MOON"


def footprint_vertices(image, sight) -> np.ndarray:
    """(n, 3) unit vectors around the footprint of the image's instrument at its time."""
    known = image.recognised
    observation = Observation(
        kernels=sight.kernels,
        target=known.target,
        observer=known.observer,
        instrument=known.instrument,
    )
    # The middle of the exposure, which is what a frame's footprint is of.
    times = times_of_run(known.image.start, known.image.stop)
    shape = next(compute_footprints(observation, times).chunks).geometry[0]
    lon, lat = shapely.get_coordinates(shape).T
    return unit_vectors(lon, lat)


def lens_shifts(image, sight) -> np.ndarray:
    """(4,) pixels by which the lens moves the corners, as around the image."""
    taken = image.recognised.image
    with furnished(expand(sight.kernels)):
        camera = camera_of(int(image.recognised.instrument))
    ideal = replace(camera, lens=replace(camera.lens, distortion=NoDistortion()))
    samples = taken.detector_samples(np.array([0.0, taken.samples, taken.samples, 0.0]))
    lines = taken.detector_lines(np.array([0.0, 0.0, taken.lines, taken.lines]))
    rays = [each.directions(samples, lines) for each in (camera, ideal)]
    one, other = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in rays)
    return np.linalg.norm(one - other, axis=1) / camera.pixel_angles[0]
