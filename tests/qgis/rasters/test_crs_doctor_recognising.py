"""Definitions recognised; truth: pyproj on the definition as it was, labels' corners, formulas."""

from __future__ import annotations

import math
from pathlib import Path

import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)

from planetary_qgis.core.bodies import body
from planetary_qgis.core.rasters.raster_labels import label_from_text, label_of
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.crs_doctor import rebuilding
from planetary_qgis.qgis_bridge.crs_doctor.body_names import body_told_of
from planetary_qgis.qgis_bridge.crs_doctor.recognising import Recognised, recognised

CONTEXT = QgsCoordinateTransformContext()
WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
MARS_AXES = (3396190.0, 3376200.0)


@pytest.fixture(autouse=True)
def _qgis(qgis_app: object) -> None:
    """A running QGIS."""


def degrees(seen: Recognised, x: float, y: float) -> tuple[float, float]:
    """East-positive longitude and planetocentric latitude, after a look at the way back."""
    way = QgsCoordinateTransform(seen.crs, crs_of(seen.body), CONTEXT)
    assert way.isValid()
    there = way.transform(QgsPointXY(x, y))
    back = way.transform(there, Qgis.TransformDirection.Reverse)
    assert (back.x(), back.y()) == pytest.approx((x, y), abs=1e-9 * max(1.0, abs(x), abs(y)))
    return there.x(), there.y()


def ocentric(lat: float, equatorial: float, polar: float) -> float:
    return math.degrees(math.atan((polar / equatorial) ** 2 * math.tan(math.radians(lat))))


def ographic(lat: float, equatorial: float, polar: float) -> float:
    return ocentric(lat, polar, equatorial)


@pytest.mark.parametrize(
    ("definition", "name", "code"),
    [
        ("IAU_2015:49900", "MARS", "IAU_2015:49900"),
        ("IAU:30100", "MOON", "IAU_2015:30100"),
        ("IAU2000:49900", "MARS", "IAU_2015:49900"),
        ("IAU2000:30118", "MOON", "IAU_2015:30130"),
        ("IAU2000:49912", "MARS", "IAU_2015:49915"),
        ("EPSG:104905", "MARS", "IAU_2015:49900"),
        ("urn:ogc:def:crs:EPSG::104905", "MARS", "IAU_2015:49900"),
        ("urn:ogc:def:crs:IAU:2015:49910", "MARS", "IAU_2015:49910"),
        ("http://www.opengis.net/def/crs/IAU/2015/49900", "MARS", "IAU_2015:49900"),
        ("ESRI:104903", "MOON", "IAU_2015:30100"),
        ("ESRI:103885", "MARS", "IAU_2015:49910"),
        ("+proj=longlat +R=1737400 +no_defs", "MOON", "IAU_2015:30100"),
        ("+proj=eqc +lon_0=180 +R=1737400 +units=m", "MOON", "IAU_2015:30115"),
        ("EPSG:4326", "EARTH", "EPSG:4326"),
        (
            'GEOGCS["Moon 2000",DATUM["D_Moon_2000",SPHEROID["Moon_2000_IAU_IAG",1737400.0,0.0]],'
            'PRIMEM["Greenwich",0],UNIT["Decimal_Degree",0.0174532925199433]]',
            "MOON",
            "IAU_2015:30100",
        ),
        (
            'GEOGCS["GCS_1_CERES",DATUM["D_1_CERES",SPHEROID["1_CERES",470000,0]],'
            'PRIMEM["Reference_Meridian",0],UNIT["degree",0.0174532925199433]]',
            "CERES",
            "IAU_2015:200000100",
        ),
    ],
)
def test_codes_names_and_radii_lead_to_the_body(definition: str, name: str, code: str) -> None:
    seen = recognised(definition)
    assert seen.body == body(name)
    assert seen.crs.authid() == code


def test_small_bodies_of_the_database_are_known_by_name() -> None:
    wkt = (
        'GEOGCS["GCS_Eros",DATUM["D_Eros",SPHEROID["Eros",7311,0]],PRIMEM["Greenwich",0],'
        'UNIT["degree",0.0174532925199433]]'
    )
    seen = recognised(wkt)
    assert (seen.body.naif_id, seen.crs.authid()) == (2000433, "IAU_2015:200043300")


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        ("", "It has no coordinate reference system"),
        ("+proj=longlat +R=252000", "fits several: Enceladus, Vesta"),
        ("+proj=longlat +R=17000", "is none that is known"),
        ("IAU2000:49960", "leaves its central meridian and parallels to be chosen"),
        ("GEOGCS[", "cannot be read"),
        ('GEOGCS["a"', "cannot be read"),
        ("/etc/hostname", "is no definition of a coordinate reference system"),
        ("EPSG:1", "cannot be read"),
        ("+proj=geocent +R=3396190", "neither in degrees nor a map projection"),
        ("(" * 10_000, "cannot be read"),
    ],
)
def test_what_is_not_recognised_gets_a_sentence(definition: str, sentence: str) -> None:
    seen = recognised(definition)
    assert seen.crs is None
    assert sentence in " ".join(seen.sentences)


@given(st.text(alphabet='GEOCRSPJ[](),"+=proj 0123456789.:-é\n', max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    seen = recognised(text)
    assert (seen.crs is not None) or seen.sentences


PROJECTIONS = st.sampled_from(
    [
        "+proj=eqc +lat_ts={lat:.3f} +lon_0={lon:.3f}",
        "+proj=stere +lat_0=90 +lon_0={lon:.3f}",
        "+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0={lon:.3f}",
        "+proj=sinu +lon_0={lon:.3f}",
        "+proj=merc +lat_ts={lat:.3f} +lon_0={lon:.3f}",
        "+proj=laea +lat_0={lat:.3f} +lon_0={lon:.3f}",
        "+proj=lcc +lat_0={lat:.3f} +lat_1={lat:.3f} +lat_2=48 +lon_0={lon:.3f} +x_0=500000",
        "+proj=ob_tran +o_proj=eqc +o_lon_p=-90 +o_lat_p=60 +lon_0={lon:.3f}",
    ]
)
RADII = st.sampled_from([3396190.0, 3394839.8133163, 3376200.0, 3389500.0, 6378137.0])


@settings(max_examples=30)
@given(
    projection=PROJECTIONS,
    radius=RADII,
    lon_0=st.integers(-170, 170),
    lat_0=st.integers(5, 60),
    off=st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
)
def test_coordinates_mean_the_same_place_on_the_named_body(
    projection: str, radius: float, lon_0: int, lat_0: int, off: tuple[int, int]
) -> None:
    definition = f"{projection.format(lat=lat_0, lon=lon_0)} +R={radius!r} +units=m +no_defs"
    lon, lat = float(lon_0 + off[0]), float(max(lat_0 + off[1], 1))
    if "lat_0=-90" in definition:
        lat = -lat
    x, y = pyproj.Transformer.from_crs(
        pyproj.CRS(definition).geodetic_crs, definition, always_xy=True
    ).transform(lon, lat)
    seen = recognised(definition, body=body("MARS"))
    assert seen.crs.celestialBodyName() == "Mars"
    found = degrees(seen, x, y)
    assert math.remainder(found[0] - lon, 360.0) == pytest.approx(0.0, abs=1e-9)
    assert found[1] == pytest.approx(lat, abs=1e-9)


def test_web_mercator_of_mars_is_mars() -> None:
    seen = recognised("EPSG:3857", body=body("MARS"))
    x, y = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(137, 22)
    assert degrees(seen, x, y) == pytest.approx((137.0, 22.0), abs=1e-9)
    assert "It says Earth, but the data are of Mars" in seen.sentences[0]


def test_longitudes_that_count_west_are_turned() -> None:
    for definition in ("+proj=longlat +R=3396190 +axis=wnu", "IAU_2015:49901"):
        seen = recognised(definition)
        assert degrees(seen, 30.0, 0.0) == pytest.approx((-30.0, 0.0))
        assert "Its longitudes count west." in seen.sentences


@settings(max_examples=30)
@given(lon=st.floats(-180, 180), lat=st.floats(-89.9, 89.9))
def test_planetographic_latitudes_become_planetocentric(lon: float, lat: float) -> None:
    seen = recognised("IAU_2015:49901")
    found = degrees(seen, lon, lat)
    assert found[1] == pytest.approx(ocentric(lat, *MARS_AXES), abs=1e-10)
    assert math.remainder(found[0] + lon, 360.0) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("target", ["IAU_2015:49910", "IAU_2015:49930"])
def test_they_do_so_on_the_way_to_projections_too(target: str) -> None:
    steps = (rebuilding.ographic(*MARS_AXES),)
    for crs in (
        rebuilding.geographic_on(body("MARS"), steps, "planetographic degrees"),
        QgsCoordinateReferenceSystem(recognised("IAU_2015:49931").crs),
    ):
        point = (
            QgsPointXY(30, 40)
            if crs.mapUnits() == crs_of(body("MARS")).mapUnits()
            else (QgsPointXY(4e5, 9e5))
        )
        projected = QgsCoordinateReferenceSystem(target)
        there = QgsCoordinateTransform(crs, projected, CONTEXT).transform(point)
        by_way = QgsCoordinateTransform(projected, crs_of(body("MARS")), CONTEXT).transform(there)
        direct = QgsCoordinateTransform(crs, crs_of(body("MARS")), CONTEXT).transform(point)
        assert (by_way.x(), by_way.y()) == pytest.approx((direct.x(), direct.y()), abs=1e-9)


def test_a_project_keeps_such_a_crs(tmp_path: Path) -> None:
    crs = recognised("IAU_2015:49901").crs
    layer = QgsVectorLayer("Point", "west", "memory")
    layer.setCrs(crs)
    project = QgsProject()
    project.addMapLayer(layer)
    assert project.write(str(tmp_path / "project.qgz"))
    again = QgsProject()
    assert again.read(str(tmp_path / "project.qgz"))
    (kept,) = again.mapLayers().values()
    assert kept.crs().toWkt(WKT2) == crs.toWkt(WKT2)
    assert recognised(kept.crs().toWkt(WKT2)).crs.toWkt(WKT2) == crs.toWkt(WKT2)
    assert recognised(kept.crs().toWkt(WKT2)).sentences == ()


ISIS = """
Object = IsisCube
  Object = Core
    StartByte = 65537
    Format = BandSequential
    Group = Dimensions
      Samples = 10
      Lines = 10
      Bands = 1
    End_Group
    Group = Pixels
      Type = Real
      ByteOrder = Lsb
      Base = 0.0
      Multiplier = 1.0
    End_Group
  End_Object
  Group = Mapping
    ProjectionName = {projection}
    CenterLongitude = {lon}
    CenterLatitude = {lat}
    TargetName = Mars
    EquatorialRadius = 3396190.0 <meters>
    PolarRadius = 3376200.0 <meters>
    LatitudeType = {latitudes}
    LongitudeDirection = {direction}
    LongitudeDomain = 360
  End_Group
End_Object
End
"""


@pytest.mark.parametrize("latitudes", ["Planetocentric", "Planetographic"])
@pytest.mark.parametrize("direction", ["PositiveEast", "PositiveWest"])
@pytest.mark.parametrize(
    ("projection", "center", "formula", "gdal_reads"),
    [
        ("PolarStereographic", 90.0, "+proj=stere +lat_0=90", "+proj=stere +lat_0=90 +R=3376200"),
        ("Mercator", 0.0, "+proj=merc", "+proj=merc +R=3396190"),
    ],
)
def test_isis_ellipsoidal_projections_are_isis_own(
    projection: str, center: float, formula: str, gdal_reads: str, direction: str, latitudes: str
) -> None:
    """ISIS turns latitudes into planetographic ones, and projects these on the ellipsoid."""
    text = ISIS.format(
        projection=projection, lon=40.0, lat=center, latitudes=latitudes, direction=direction
    )
    label = label_from_text(text, "a.lbl")
    lon_0 = -40.0 if direction == "PositiveWest" else 40.0
    own = f"{formula} +lon_0={lon_0} +a=3396190 +b=3376200 +units=m"
    lat = 70.0
    x, y = pyproj.Proj(own)(lon_0 + 5.0, ographic(lat, *MARS_AXES))
    seen = recognised(f"{gdal_reads} +lon_0=40 +units=m", label)
    assert degrees(seen, x, y) == pytest.approx((lon_0 + 5.0, lat), abs=1e-9)


@pytest.mark.parametrize(
    ("name", "corner", "radii", "pixel"),
    [
        # Longitude east, latitude as the label counts them, and whether these are planetographic;
        # read from the labels: the western-, northernmost edge.
        ("pds/ESP_013951_1955_RED.LBL", (72.731756232301, 15.797211542227), None, 1.7e-5),
        ("pds/LDEM_4.LBL", (0.0, 90.0), None, 1e-6),
        ("pds/CE_LAMO_Q_00N_036E_MER_CLR_truncated.IMG", (0.0, 22.0), None, 5e-3),
        ("pds/mc02_truncated.img", (-180.0, 65.0), (3396.0, 3376.8), 1 / 64),
        ("isis3/isis3_detached.lbl", (-184.496521, -14.7275028), (3396.19, 3376.2), 2e-4),
    ],
)
@pytest.mark.real_data
def test_corners_of_real_labels(
    real_data: Path,
    name: str,
    corner: tuple[float, float],
    radii: tuple[float, float] | None,
    pixel: float,
) -> None:
    path = real_data / "rasters" / "formats" / name
    dataset = gdal.Open(str(path))
    seen = recognised(dataset.GetSpatialRef().ExportToWkt(), label_of(path))
    x, _, _, y, _, _ = dataset.GetGeoTransform()
    way = QgsCoordinateTransform(seen.crs, crs_of(seen.body), CONTEXT)
    found = way.transform(QgsPointXY(x, y))
    lat = ocentric(corner[1], *radii) if radii else corner[1]
    assert math.remainder(found.x() - corner[0], 360.0) == pytest.approx(0.0, abs=pixel)
    assert found.y() == pytest.approx(lat, abs=pixel)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mars_MGS_MOLA_ClrShade", "MARS"),
        ("ESP_013951 HiRISE", "MARS"),
        ("LROC WAC mosaic", "MOON"),
        ("contacts", None),
        ("Mars and Moon", None),
        ("Geology of Europa", None),
        ("smart marsh", None),
    ],
)
def test_bodies_that_names_of_layers_tell(text: str, name: str | None) -> None:
    found = body_told_of(text)
    assert (found.name if found else None) == name
