"""The synthetic sample: written reproducibly, and true by plain CSPICE and closed formulas."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pvl
import pytest
import spiceypy as spice

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "planetary_qgis" / "resources" / "sample"
NOTICE = "synthetic sample"
CORNERS = ("UPPER_LEFT", "UPPER_RIGHT", "LOWER_LEFT", "LOWER_RIGHT")
RING = ("UPPER_LEFT", "UPPER_RIGHT", "LOWER_RIGHT", "LOWER_LEFT")
# Half of 1024 pixels of 14 micrometres behind 15 mm, and of 5000 of 7 behind 100 mm.
FRAME_RAYS = {
    "UPPER_LEFT": (7.168, -7.168, 15),
    "UPPER_RIGHT": (7.168, 7.168, 15),
    "LOWER_LEFT": (-7.168, -7.168, 15),
    "LOWER_RIGHT": (-7.168, 7.168, 15),
}
LINE_RAYS = dict(zip(CORNERS, [(0, -17.5, 100), (0, 17.5, 100)] * 2))
MARS_A, MARS_B = 3396.19, 3376.20


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The sample's kernels, loaded as its metakernel says."""
    monkeypatch.chdir(SAMPLE)
    spice.kclear()
    spice.furnsh("synthetic.tm")
    yield
    spice.kclear()


@pytest.fixture(scope="module")
def label() -> pvl.PVLModule:
    return pvl.load(SAMPLE / "index.lbl")


@pytest.fixture(scope="module")
def rows(label: pvl.PVLModule) -> list[dict[str, str]]:
    """The index's fields, cut out at the bytes that the label names."""
    table = label["INDEX_TABLE"]
    columns = [
        (column["NAME"], column["START_BYTE"] - 1, column["BYTES"])
        for column in table.getall("COLUMN")
    ]
    data = (SAMPLE / "index.tab").read_bytes()
    size = table["ROW_BYTES"]
    records = [data[i : i + size].decode("ascii") for i in range(0, len(data), size)]
    return [
        {name: record[at : at + width].strip() for name, at, width in columns} for record in records
    ]


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, written once more into another folder."""
    pytest.importorskip("osgeo.gdal", reason="the tool draws the relief with GDAL")
    folder = tmp_path_factory.mktemp("sample")
    tool = REPOSITORY / "tools" / "make_sample_data.py"
    subprocess.run([sys.executable, str(tool), "--out", str(folder)], check=True)
    return folder


def _shipped() -> list[Path]:
    """The sample's files, without what GDAL may have left beside the raster."""
    return [path for path in SAMPLE.iterdir() if not path.name.endswith(".aux.xml")]


# --- The files -----------------------------------------------------------------------------------


def test_a_second_run_writes_the_same_bytes(again: Path) -> None:
    shipped = sorted(path.name for path in _shipped())
    assert sorted(path.name for path in again.iterdir()) == shipped
    for name in shipped:
        if not name.endswith(".tif"):
            assert (again / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_a_second_run_draws_the_same_relief(again: Path) -> None:
    gdal = pytest.importorskip("osgeo.gdal")
    shipped, new = (
        gdal.Open(str(folder / "synthetic_mars_shade.tif")).ReadAsArray().astype(int)
        for folder in (SAMPLE, again)
    )
    assert np.abs(shipped - new).max() == 0


def test_every_file_says_that_it_is_a_synthetic_sample() -> None:
    for path in _shipped():
        assert NOTICE in path.read_bytes().decode("latin-1").lower(), path.name


def test_the_sample_stays_small() -> None:
    assert sum(path.stat().st_size for path in _shipped()) < 3_000_000


def test_comments_of_binary_kernels_say_synthetic() -> None:
    for name in ("synthetic_orbiter.bsp", "synthetic_orbiter.bc"):
        handle = spice.dafopr(str(SAMPLE / name))
        _, comments, _ = spice.dafec(handle, 100, 200)
        spice.dafcls(handle)
        assert any(NOTICE in line for line in comments), name


# --- The kernels ---------------------------------------------------------------------------------


def test_orbit_and_attitude_cover_two_days(kernels: None) -> None:
    start, stop = spice.str2et("2019-09-01"), spice.str2et("2019-09-03")
    orbit = spice.spkcov("synthetic_orbiter.bsp", -999)
    assert list(orbit) == pytest.approx([start, stop], abs=1e-6)
    attitude = spice.ckcov("synthetic_orbiter.bc", -999000, False, "INTERVAL", 0.0, "TDB")
    assert list(attitude) == pytest.approx([start, stop], abs=1e-3)


def test_season_agrees_with_allison_and_mcewen(kernels: None) -> None:
    """Allison and McEwen 2000 (Planet. Space Sci. 48), eqs. 16 to 19, without perturbations."""
    et = spice.str2et("2019-09-02")
    days = et / 86400.0
    anomaly = math.radians(19.3871 + 0.52402073 * days)
    fictitious_sun = 270.3871 + 0.524038496 * days
    center = (10.691 + 3.0e-7 * days) * math.sin(anomaly)
    center += 0.623 * math.sin(2 * anomaly) + 0.050 * math.sin(3 * anomaly)
    center += 0.005 * math.sin(4 * anomaly)
    expected = (fictitious_sun + center) % 360.0
    assert math.degrees(spice.lspcn("MARS", et, "NONE")) == pytest.approx(expected, abs=0.1)


def test_orbit_keeps_its_height_and_its_hour(kernels: None) -> None:
    start = spice.str2et("2019-09-01T00:10")
    previous, nodes = None, []
    for et in start + np.arange(0.0, 86400.0 * 1.9, 30.0):
        point, _, way = spice.subpnt(
            "NEAR POINT/ELLIPSOID", "MARS", et, "IAU_MARS", "NONE", "SYNTHETIC_ORBITER"
        )
        assert 310.0 < spice.vnorm(way) < 352.0
        _, lon, lat = spice.reclat(point)
        if previous is not None and previous < 0.0 <= lat:
            hour, minute, _, _, _ = spice.et2lst(et, 499, lon, "PLANETOCENTRIC")
            nodes.append(hour + minute / 60.0)
        previous = lat
    assert len(nodes) == 24
    assert nodes == pytest.approx([14.5] * 24, abs=0.05)


def test_velocity_is_the_derivative_of_position(kernels: None) -> None:
    for et in spice.str2et("2019-09-01T06:00") + np.arange(0.0, 80000.0, 1234.5):
        before, now, after = (
            spice.spkezr("SYNTHETIC_ORBITER", et + dt, "J2000", "NONE", "MARS")[0]
            for dt in (-1.0, 0.0, 1.0)
        )
        # A central difference over 2 s is wrong by r n^3 / 6, some 5e-7 km/s.
        assert (after[:3] - before[:3]) / 2.0 == pytest.approx(now[3:], abs=1e-6)


@pytest.mark.parametrize(
    ("start", "tolerance"),
    [
        pytest.param("2019-09-01T18:50:10", 0.001, id="nadir"),
        # Between records of a slew, attitude turns evenly while its rate does not.
        pytest.param("2019-09-01T17:11:50", 0.03, id="slew"),
    ],
)
def test_angular_velocity_is_the_derivative_of_attitude(
    kernels: None, start: str, tolerance: float
) -> None:
    for et in spice.str2et(start) + np.arange(0.0, 300.0, 20.0):
        _, spin, _ = spice.ckgpav(-999000, spice.sce2c(-999, et), 0.0, "J2000")
        before, after = (spice.pxform("J2000", "SYNTHETIC_ORBITER_BUS", et + dt) for dt in (-5, 5))
        axis, angle = spice.raxisa(np.ascontiguousarray(after.T @ before))
        error = spin - axis * angle / 10.0
        assert spice.vnorm(error) < tolerance * angle / 10.0


@pytest.mark.parametrize(
    ("instrument", "across", "along"),
    [
        (-999001, math.atan(7.168 / 15.0), math.atan(7.168 / 15.0)),
        (-999002, math.atan(17.5 / 100.0), math.atan(0.0035 / 100.0)),
    ],
)
def test_field_of_view(kernels: None, instrument: int, across: float, along: float) -> None:
    shape, frame, boresight, count, bounds = spice.getfov(instrument, 10)
    assert (shape, frame, count) == ("RECTANGLE", spice.bodc2n(instrument), 4)
    assert list(boresight) == [0.0, 0.0, 1.0]
    seen = np.abs(bounds / bounds[:, 2:])
    expected = np.tile([math.tan(along), math.tan(across), 1.0], (4, 1))
    assert seen == pytest.approx(expected, abs=1e-9)


# --- The index -----------------------------------------------------------------------------------


def test_table_is_as_long_as_its_label_says(label: pvl.PVLModule) -> None:
    table, data = label["INDEX_TABLE"], (SAMPLE / "index.tab").read_bytes()
    assert label["RECORD_BYTES"] == table["ROW_BYTES"]
    assert len(data) == table["ROWS"] * table["ROW_BYTES"]
    assert table["COLUMNS"] == len(table.getall("COLUMN"))
    lines = data.decode("ascii").split("\r\n")
    assert {len(row) for row in csv.reader(lines[:-1])} == {table["COLUMNS"]}
    assert 150 <= table["ROWS"] <= 250


def test_every_row_says_that_it_is_a_synthetic_sample(rows: list[dict[str, str]]) -> None:
    assert all(row["RATIONALE_DESC"].startswith(NOTICE) for row in rows)
    assert len({row["PRODUCT_ID"] for row in rows}) == len(rows)


def test_corners_are_where_cspice_sees_them(kernels: None, rows: list[dict[str, str]]) -> None:
    for row in rows:
        for corner in CORNERS:
            lat_ographic = float(row[f"{corner}_LATITUDE"])
            lon_w = float(row[f"{corner}_LONGITUDE"])
            expected = _corner(row, corner)
            if expected is None:
                assert lat_ographic == lon_w == -1e32
                continue
            assert lat_ographic == pytest.approx(expected[0], abs=1e-5), row["PRODUCT_ID"]
            assert _turn(lon_w - expected[1]) == pytest.approx(0.0, abs=1e-5), row["PRODUCT_ID"]
            assert 0.0 <= lon_w <= 360.0


def _corner(row: dict[str, str], corner: str) -> tuple[float, float] | None:
    """Planetographic latitude and west longitude, by sincpt and the formula of the ellipse."""
    start, stop = spice.str2et(row["START_TIME"]), _stop(row)
    scan = row["INSTRUMENT_ID"] == "SYNTH_LINE_CAM"
    ray = np.array((LINE_RAYS if scan else FRAME_RAYS)[corner], dtype=float)
    et = (start + stop) / 2.0
    if scan:
        et = start if corner.startswith("UPPER") else stop
    try:
        point, _, _ = spice.sincpt(
            "ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", "SYNTHETIC_ORBITER",
            row["INSTRUMENT_ID"], ray,
        )  # fmt: skip
    except spice.NotFoundError:
        return None
    x, y, z = point
    lat = math.atan2(z * (MARS_A / MARS_B) ** 2, math.hypot(x, y))
    return math.degrees(lat), math.degrees(-math.atan2(y, x))


def _stop(row: dict[str, str]) -> float:
    """Stop time of the row, from the tables of times where the index does not know it."""
    if row["STOP_TIME"] != "UNK":
        return float(spice.str2et(row["STOP_TIME"]))
    times = {entry["product_id"]: entry for entry in _times()}
    return float(spice.str2et(times[row["PRODUCT_ID"]]["stop_time"]))


def _turn(degrees: float) -> float:
    """The angle in [-180, 180)."""
    return (degrees + 180.0) % 360.0 - 180.0


def test_angles_follow_from_the_vectors(kernels: None, rows: list[dict[str, str]]) -> None:
    for row in rows[::7]:
        if row["PHASE_ANGLE"] == "-1.00E+32":
            continue
        et = (spice.str2et(row["START_TIME"]) + _stop(row)) / 2.0
        lat = math.radians(float(row["CENTER_LATITUDE"]))
        lon = math.radians(-float(row["CENTER_LONGITUDE"]))
        normal = np.array(
            [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)]
        )
        scale = math.hypot(MARS_A * math.cos(lat), MARS_B * math.sin(lat))
        point = normal * np.array([MARS_A**2, MARS_A**2, MARS_B**2]) / scale
        sun, craft = (
            spice.spkpos(name, et, "IAU_MARS", "NONE", "MARS")[0] - point
            for name in ("SUN", "SYNTHETIC_ORBITER")
        )
        for name, one, other in (
            ("INCIDENCE_ANGLE", normal, sun),
            ("EMISSION_ANGLE", normal, craft),
            ("PHASE_ANGLE", sun, craft),
        ):
            # Without light time and aberration, as here, the Sun stands up to 0.02 degrees aside.
            angle = math.degrees(spice.vsep(one, np.ascontiguousarray(other)))
            assert float(row[name]) == pytest.approx(angle, abs=0.03), row["PRODUCT_ID"]


def test_hard_cases_are_there(rows: list[dict[str, str]]) -> None:
    whole = [row for row in rows if row["UPPER_LEFT_LATITUDE"] != "-1.00E+32"]
    winding = [row for row in whole if abs(sum(_steps(row))) == pytest.approx(360.0)]
    across = [row for row in whole if row not in winding and _crosses_antimeridian(row)]
    limb = [row for row in rows if row not in whole]
    assert {row["INSTRUMENT_ID"] for row in winding} == {"SYNTH_FRAME_CAM", "SYNTH_LINE_CAM"}
    assert {row["INSTRUMENT_ID"] for row in across} == {"SYNTH_FRAME_CAM", "SYNTH_LINE_CAM"}
    assert all(float(row["UPPER_LEFT_LATITUDE"]) > 80.0 for row in winding)
    assert limb
    assert all("limb" in row["RATIONALE_DESC"] for row in limb)


def _steps(row: dict[str, str]) -> list[float]:
    """Degrees of longitude from each corner to the next, the short way."""
    lon = [float(row[f"{corner}_LONGITUDE"]) for corner in RING]
    return [_turn(b - a) for a, b in zip(lon, [*lon[1:], lon[0]])]


def _crosses_antimeridian(row: dict[str, str]) -> bool:
    lon = [float(row[f"{corner}_LONGITUDE"]) for corner in RING]
    return any((a - 180.0) * (a + step - 180.0) < 0.0 for a, step in zip(lon, _steps(row)))


def test_unknown_values_are_spelled_as_in_archives(rows: list[dict[str, str]]) -> None:
    assert any(row["STOP_TIME"] == "UNK" for row in rows)
    assert any(row["LOCAL_TIME"] == "N/A" for row in rows)
    assert any(row["SUB_SOLAR_AZIMUTH"] == "-999.0" for row in rows)
    assert any(row["PHASE_ANGLE"] == "-1.00E+32" for row in rows)


def test_stop_times_mix_calendar_and_day_of_year(rows: list[dict[str, str]]) -> None:
    known = [row["STOP_TIME"] for row in rows if row["STOP_TIME"] != "UNK"]
    by_day = [text for text in known if text[8] == "T"]
    assert 0 < len(by_day) < len(known)
    for text in known:
        form = "%Y-%jT%H:%M:%S.%f" if text in by_day else "%Y-%m-%dT%H:%M:%S.%f"
        assert datetime.strptime(text, form).year == 2019  # noqa: DTZ007 (UTC without a mark)


def test_tables_of_times_list_the_same_images(rows: list[dict[str, str]]) -> None:
    entries = {entry["product_id"]: entry for entry in _times()}
    assert set(entries) == {row["PRODUCT_ID"] for row in rows}
    for row in rows:
        entry = entries[row["PRODUCT_ID"]]
        assert entry["instrument"] == row["INSTRUMENT_ID"]
        assert entry["start_time"] == row["START_TIME"]
        assert entry["note"] == NOTICE


def _times() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = []
    for name in ("times_frame.csv", "times_line.csv"):
        with (SAMPLE / name).open(newline="", encoding="ascii") as file:
            entries += csv.DictReader(file)
    return entries


# --- The relief ----------------------------------------------------------------------------------


def test_relief_lies_on_mars_and_closes_at_the_antimeridian() -> None:
    gdal = pytest.importorskip("osgeo.gdal")
    osr = pytest.importorskip("osgeo.osr")
    raster = gdal.Open(str(SAMPLE / "synthetic_mars_shade.tif"))
    crs = osr.SpatialReference(raster.GetProjection())
    expected = osr.SpatialReference()
    expected.SetFromUserInput("IAU_2015:49900")
    assert crs.IsSame(expected)
    assert crs.GetSemiMajor() == crs.GetSemiMinor() == 3396190.0
    left, step, _, top, _, down = raster.GetGeoTransform()
    assert (left, top) == (-180.0, 90.0)
    assert step * raster.RasterXSize == pytest.approx(360.0)
    assert down * raster.RasterYSize == pytest.approx(-180.0)
    assert NOTICE in raster.GetMetadataItem("TIFFTAG_IMAGEDESCRIPTION")
    grey = raster.ReadAsArray().astype(float)
    seam = np.abs(grey[:, 0] - grey[:, -1]).mean()
    assert seam < 1.5 * np.abs(np.diff(grey, axis=1)).mean()
    assert grey.std() > 8.0
