"""Real rasters open with what their labels say, read there by people; never with GDAL's word."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import settings
from planetary_qgis.qgis_bridge.rasters.opening import OpenRaster, open_raster

pytestmark = [pytest.mark.real_data, pytest.mark.usefixtures("qgis_app", "cache")]

ISIS_NULL = -3.4028226550889045e38


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    before = settings.load()
    settings.save(settings.Settings(store_path=tmp_path / "indexes.gpkg"))
    yield tmp_path / "cache"
    settings.save(before)


@dataclass(frozen=True)
class Told:
    """What a label says.

    Attributes:
        extent: West, south, east, north in the units of the map; None for unprojected images.
        specials: Numbers that are no values.
        near: How many map units the extent may be off, for what the label rounds.
    """

    body: str
    extent: tuple[float, float, float, float] | None
    specials: tuple[float, ...] = ()
    scale: float = 1.0
    offset: float = 0.0
    near: float = 1e-3


def degrees(radius_m: float, *edges: float) -> tuple[float, ...]:
    """Metres of degrees on a sphere, as simple cylindrical maps have them."""
    return tuple(math.radians(edge) * radius_m for edge in edges)


def corner(left: float, top: float, step: float, columns: int, rows: int) -> tuple[float, ...]:
    return (left, top - step * rows, left + step * columns, top)


VENUS_LEFT = -math.radians(18.0) * 6_051_000 * math.cos(math.radians(71.99))
VENUS_TOP = math.radians(74.0) * 6_051_000
DTM_DEGREE = math.radians(3_396_036)
DTM_LEFT = DTM_DEGREE * (283.2343445 - 180.0) * math.cos(math.radians(5.0))
DTM_TOP = DTM_DEGREE * -9.2737184447053
# 58607.716 pixels a degree: in longitude those degrees are shorter by the parallel's cosine.
DTM_STEP = DTM_DEGREE / 58607.71638002
EQUIRECTANGULAR = corner(-4766.9649842452, -872623.62882223, 10.1025, 317, 30)
EARTH = corner(-59280.0, 3751320.0, 60.0, 20, 20)
GLOBE = (-180.0, -90.0, 180.0, 90.0)

RASTERS = {
    "mola/megt90n000cb.lbl": Told("Mars", degrees(3_396_000, -180, -90, 180, 90)),
    "mola/megt90n000cb.img": Told("Mars", degrees(3_396_000, -180, -90, 180, 90)),
    "lola/ldem_4.cub": Told(
        "Moon",
        corner(-5458204.8, 2729102.4, 7580.84, 1440, 720),
        (-32768, -32767, -32766, -32765, -32764),
        0.5,
        1737400.0,
    ),
    "formats/pds/LDEM_4.LBL": Told(
        "Moon", degrees(1_737_400, -180, 89.25, 180, 90), (), 0.5, 1737400.0
    ),
    "formats/pds/LDEM_4.IMG": Told(
        "Moon", degrees(1_737_400, -180, 89.25, 180, 90), (), 0.5, 1737400.0
    ),
    "formats/pds/mc02_truncated.img": Told("Mars", degrees(3_396_000, -180, 65 - 1 / 64, -120, 65)),
    "formats/pds/fl73n003_truncated.img": Told(
        "Venus", corner(VENUS_LEFT, VENUS_TOP, 75.0, 3184, 1), (7,), 0.2, -20.2, near=1.0
    ),
    "formats/pds/fl73n003_alt_truncated.img": Told(
        "Venus", corner(VENUS_LEFT, VENUS_TOP, 75.0, 3184, 1), (7,), 0.2, -20.2, near=1.0
    ),
    "formats/pds/pds_3177.lbl": Told(
        "Mars",
        (
            DTM_LEFT,
            DTM_TOP - 20 * DTM_STEP,
            DTM_LEFT + 15 * DTM_STEP * math.cos(math.radians(5.0)),
            DTM_TOP,
        ),
    ),
    "formats/pds/PDS_WITH_ZIP_IMG.LBL": Told(
        "Titan",
        # MAP_PROJECTION_ROTATION = 90: samples run along y, lines along x.
        (-9472 * 175.55558, -256 * 175.55558, -9471 * 175.55558, -255 * 175.55558),
        (ISIS_NULL,),
        near=1.0,
    ),
    "formats/pds/PDS_WITH_ZIP_IMG.ZIP": Told(
        "Titan",
        (-9472 * 175.55558, -256 * 175.55558, -9471 * 175.55558, -255 * 175.55558),
        (ISIS_NULL,),
        near=1.0,
    ),
    "formats/pds/fake_hirise.lbl": Told("", None, (0,), 1.5, 0.5),
    "formats/pds/fake_hirise.jp2": Told("", None, (0,), 1.5, 0.5),
    "formats/pds/EN0001426030M_truncated.IMG": Told("", None),
    "formats/pds/hsp00017ba0_01_ra218s_trr3_truncated.lbl": Told("Mars", None),
    "formats/pds/hsp00017ba0_01_ra218s_trr3_truncated.img": Told("Mars", None),
    "formats/pds/map_000_038_truncated.lbl": Told("", None),
    "formats/pds/map_000_038_truncated.fit": Told("", None),
    "formats/isis3/isis3_detached.lbl": Told("Mars", EQUIRECTANGULAR, (0, 255)),
    "formats/isis3/isis3_detached.cub": Told("Mars", EQUIRECTANGULAR, (0, 255)),
    "formats/isis3/isis3_geotiff.lbl": Told("Mars", EQUIRECTANGULAR, (0, 255)),
    "formats/isis3/isis3_unit_test.cub": Told(
        "Mars",
        corner(653.1326414958, -2298409.7101628, 0.38, 150, 50),
        (-32768, -32767, -32766, -32765, -32764),
        0.25006486667989,
        8190.1245134999,
    ),
    "formats/isis3/FC21B0037339_15142232818F1C_3bands_truncated.cub": Told(
        "Ceres", None, (ISIS_NULL, -3.4028234663852886e38)
    ),
    "formats/pds4/byte_pds4_cart_1700.xml": Told("Earth", EARTH, (74, 255)),
    "formats/pds4/byte_pds4_cart_1700.img": Told("Earth", EARTH, (74, 255)),
    "formats/pds4/byte_pds4_cart_1b00.xml": Told("Earth", EARTH),
    "formats/pds4/byte_pds4_cart_1d00_1933.xml": Told("Earth", EARTH),
    "formats/pds4/byte_pds4_cart_1g00_1950.xml": Told("Earth", EARTH),
    # 400 bytes hold 5 lines of 20 singles, and 2 of 20 doubles.
    "formats/pds4/missing_constant_hexadecimal_float.xml": Told(
        "Earth", corner(-59280.0, 3751320.0, 60.0, 20, 5), (ISIS_NULL,)
    ),
    "formats/pds4/missing_constant_hexadecimal_double.xml": Told(
        "Earth", corner(-59280.0, 3751320.0, 60.0, 20, 2), (-1.7976931348623157e308,)
    ),
    "iau/moon_dem.tif": Told("Moon", GLOBE, (-32768,), 0.5),
    "iau/mars.tif": Told("Mars", GLOBE, (0,)),
    "iau/ceres.tif": Told("Ceres", GLOBE, (0,)),
    "usgs/Mars_MGS_MOLA_ClrShade_MAP2_90.0N0.0_POLA.tif": Told(
        "Mars", corner(-2129800.0, 2129800.0, 4630.0, 920, 920), (0,)
    ),
    "usgs/Mars_MGS_MOLA_ClrShade_MAP2_0.0N0.0_MERC.tif": Told(
        "Mars", corner(0.0, 3921610.0, 4630.0, 2304, 1694), (0,)
    ),
    **{
        f"cassis/CAS-MCO-2016-11-26T22.50.27.381-{name}-B1.{ending}": Told("Mars", None)
        for name in ("BLU-03005", "NIR-02005", "PAN-00005", "RED-01005")
        for ending in ("dat", "xml")
    },
    **{
        f"m3/forwardAscending/M3T20090630T083407_V03_{name}": Told("Moon", None)
        for name in (
            "L1B_cropped.LBL",
            "LOC_cropped.IMG",
            "OBS_cropped.IMG",
            "RDN_cropped.IMG",
        )
    },
}
SIZES = {
    "cassis/CAS-MCO-2016-11-26T22.50.27.381-PAN-00005-B1.dat": (2048, 280, 1),
    "cassis/CAS-MCO-2016-11-26T22.50.27.381-NIR-02005-B1.xml": (2048, 256, 1),
    "formats/pds/hsp00017ba0_01_ra218s_trr3_truncated.lbl": (64, 2, 107),
    "formats/pds/EN0001426030M_truncated.IMG": (128, 1, 1),
    "formats/pds/map_000_038_truncated.fit": (6000, 2, 1),
    "formats/isis3/FC21B0037339_15142232818F1C_3bands_truncated.cub": (1, 1, 3),
}


@pytest.mark.parametrize("name", RASTERS)
def test_a_raster_is_what_its_label_says(real_data, name):
    told, raster = RASTERS[name], open_raster(str(real_data / "rasters" / name))
    layer = raster.layer()
    provider, (band, *_) = layer.dataProvider(), raster.bands
    assert layer.isValid()
    assert (provider.bandScale(1), provider.bandOffset(1)) == (told.scale, told.offset)
    for special in told.specials:
        assert any(low <= special <= high for low, high in band.no_data), special
    assert bool(band.no_data) == bool(told.specials)
    if told.extent is None:
        assert not layer.crs().isValid()
        assert any("says nothing of where it lies" in note for note in raster.notes)
        return
    extent = layer.extent()
    found = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
    assert found == pytest.approx(told.extent, abs=told.near)
    assert layer.crs().isValid()
    assert layer.crs().celestialBodyName().upper() == told.body.upper()
    assert raster.body == told.body


@pytest.mark.parametrize("name", SIZES)
def test_images_without_a_place_have_the_size_that_their_label_says(real_data, name):
    layer = open_raster(str(real_data / "rasters" / name)).layer()
    assert (layer.width(), layer.height(), layer.bandCount()) == SIZES[name]


REFUSED = {
    "formats/pds/BIBQH03N123_D101_T020S03_V03_truncated.IMG": "holds its label alone",
    "formats/pds/CE_LAMO_Q_00N_036E_MER_CLR_truncated.IMG": "holds its label alone",
    "formats/isis3/isis3_obliquecylindrical.cub": "1,070 bytes",
    "formats/isis3/isis3_pointperspective.cub": "1,074 bytes",
    "formats/pds4/template_with_sp.xml": "c9e001ti_spt.cub",
    "formats/pds/small.raw": "label",
    "isis/defaultImage/defaultCube.pvl": "holds its label alone",
    "isis/defaultImage/extendProj.map": "label",
    "lola/ldem_4_original_pds3.lbl": "LDEM_4.IMG",
    "m3/forwardAscending/M3T20090630T083407_V03_TIM_cropped.TAB": "is a table",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_no_pixels_is_refused_with_the_reason(real_data, name):
    with pytest.raises(PlanetaryError, match=REFUSED[name]) as caught:
        open_raster(str(real_data / "rasters" / name))
    assert caught.value.hint


def test_every_raster_at_hand_is_looked_at(real_data):
    """No file of the collection is left out of the tables above, but for what is none."""
    seen = {*RASTERS, *REFUSED}
    others = {
        "formats/isis3/isis3_geotiff.tif",  # opened through its label above
        "formats/pds/byte.tif",
        "formats/pds/ESP_013951_1955_RED.LBL",  # its JPEG 2000 is a 20 by 20 stand-in
        "formats/pds/pds_3355.lbl",  # as pds_3177
        "formats/pds4/byte_pds4_cart_1700_multi_sds.xml",
        "formats/pds4/oblique_cylindrical.xml",
        "formats/pds4/oblique_cylindrical.IMG",
        *(f"formats/pds4/byte_pds4_cart_{n}.img" for n in ("1b00", "1d00_1933", "1g00_1950")),
        *(f"isis/defaultImage/{name}" for name in ("demCube.pvl", "projDefaultCube.pvl")),
        "isis/defaultImage/defaultCube.isd",
    }
    root = real_data / "rasters"
    names = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert {name for name in names if not name.endswith(".aux.xml")} <= seen | others


def test_nothing_is_written_beside_the_files(real_data):
    folder = real_data / "rasters"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    for name in ("mola/megt90n000cb.lbl", "usgs/Mars_MGS_MOLA_ClrShade_MAP2_90.0N0.0_POLA.tif"):
        layer = open_raster(str(folder / name)).layer()
        layer.dataProvider().block(1, layer.extent(), 50, 50)
        del layer
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def heights(raster: OpenRaster, lon_e: float, lat: float, radius_m: float) -> float:
    from qgis.core import QgsPointXY

    layer = raster.layer()
    x, y = degrees(radius_m, lon_e - 180.0, lat)
    value, found = layer.dataProvider().sample(QgsPointXY(x, y), 1)
    assert found
    return value


def test_olympus_mons_and_hellas_are_where_they_belong(real_data):
    raster = open_raster(str(real_data / "rasters" / "mola" / "megt90n000cb.lbl"))
    assert heights(raster, 226.2, 18.65, 3_396_000) > 20_000
    assert heights(raster, 61.0, -42.0, 3_396_000) < -6_000


def test_the_label_is_in_the_metadata(real_data):
    raster = open_raster(str(real_data / "rasters" / "mola" / "megt90n000cb.lbl"))
    metadata = raster.layer().metadata()
    assert metadata.identifier() == "MEGT90N000CB.IMG"
    assert any("MARS ORBITER LASER ALTIMETER" in line.upper() for line in metadata.history())
    (time,) = metadata.extent().temporalExtents()
    assert time.begin().toString("yyyy-MM-dd") == "1997-09-15"


def test_several_images_in_a_file_can_all_be_had(real_data):
    label = str(real_data / "rasters/m3/forwardAscending/M3T20090630T083407_V03_L1B_cropped.LBL")
    first = open_raster(label)
    assert first.images == ("RDN_IMAGE", "LOC_IMAGE", "OBS_IMAGE")
    assert any("3 images" in note for note in first.notes)
    bands = [len(open_raster(label, image=number).bands) for number in range(3)]
    assert bands[1:] == [3, 10]
    with pytest.raises(PlanetaryError, match="no image 4"):
        open_raster(label, image=3)


def test_subdatasets_of_gdal_are_a_choice_too(real_data):
    label = str(real_data / "rasters/formats/pds4/byte_pds4_cart_1700_multi_sds.xml")
    assert [len(open_raster(label, image=n).images) for n in range(3)] == [3, 3, 3]
