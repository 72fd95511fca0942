"""The command line: outputs of every kind, what it refuses, and what it needs no QGIS for."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import shapely
import spiceypy
from batch_kit import FRAMES, KERNELS, OBSERVATION, RUN, TABLE, command, environment, rows_of

from planetary_qgis.batch import main
from planetary_qgis.core.geopackages.blobs import shapes_of_blobs
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import times_of_run
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.times import parse_utc, utc_texts


@pytest.fixture(scope="module")
def expected():
    """The same run's products, straight from the core."""
    ends = parse_utc("2019-09-01T01:00:00"), parse_utc("2019-09-01T02:00:00")
    answer = compute_footprints(OBSERVATION, times_of_run(*ends, 10.0), chunk_rows=100)
    chunks = list(answer.chunks)
    table = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    return table, np.concatenate([chunk.geometry for chunk in chunks])


def test_a_geopackage_holds_what_the_core_computes(tmp_path, expected):
    path = tmp_path / "run.gpkg"
    told = command(*RUN, "--chunk", "100", "--out", path)
    assert "361 footprints of 361 observations: done." in told
    table, shapes = expected
    rows = rows_of(path)
    assert [row[0] for row in rows] == list(range(1, 362))
    assert [row[2] for row in rows] == table["product_id"].tolist()
    assert [row[6] for row in rows] == utc_texts(table["start_time"].to_numpy())
    for column, name in ((8, "center_lon_e"), (10, "incidence_angle"), (23, "range_km")):
        assert [row[column] for row in rows] == table[name].tolist()
    assert shapely.equals(shapes_of_blobs([row[1] for row in rows]), shapes).all()


def test_workers_make_the_very_same_file_content(tmp_path):
    command(*TABLE, "--chunk", "40", "--out", tmp_path / "one.gpkg")
    told = command(*TABLE, "--chunk", "40", "--out", tmp_path / "two.gpkg", "--workers", "2")
    assert "2 worker processes" in told
    assert rows_of(tmp_path / "one.gpkg") == rows_of(tmp_path / "two.gpkg")


def test_several_tables_share_a_geopackage(tmp_path):
    path = tmp_path / "several.gpkg"
    command(*RUN, "--out", path)
    command(*TABLE, "--out", path, "--layer", "products")
    assert len(rows_of(path)) == 361
    assert len(rows_of(path, "products")) == 140


def test_gdal_reads_the_geopackage_with_place_and_metadata(tmp_path):
    ogr = pytest.importorskip("osgeo.ogr")
    path = tmp_path / "run.gpkg"
    command(*RUN, "--chunk", "50", "--out", path)
    source = ogr.Open(str(path))
    layer = source.GetLayer(0)
    assert layer.GetFeatureCount() == 361
    shapes = shapes_of_blobs([row[1] for row in rows_of(path)])
    west, south, east, north = shapely.total_bounds(shapes)
    # GDAL reads the numbers as texts of 15 digits.
    assert layer.GetExtent() == pytest.approx((west, east, south, north), abs=1e-11)
    assert layer.TestCapability("FastSpatialFilter")
    window = shapely.bounds(shapes[200])
    layer.SetSpatialFilterRect(*window)
    near = shapely.intersects(shapely.box(*window), shapes)
    assert layer.GetFeatureCount() == near.sum() > 1
    validate_gpkg = pytest.importorskip("osgeo_utils.samples.validate_gpkg")
    assert validate_gpkg.check(str(path), abort_at_first_error=False, extra_checks=True) == []


def test_kernels_that_know_nothing_of_the_times_leave_no_output(tmp_path):
    path = tmp_path / "none.gpkg"
    late = (*FRAMES, "--start", "2031-01-01", "--stop", "2031-01-01T00:01:00", "--step", "1")
    told = command(*late, "--out", path, status=1)
    assert "The kernels do not tell" in told
    assert "They hold positions of SYNTHETIC_ORBITER from 2019-09-01" in told
    assert not list(tmp_path.iterdir())


def test_an_outputs_run_is_told_from_others(tmp_path):
    path = tmp_path / "run.gpkg"
    command(*RUN, "--out", path)
    before = path.read_bytes()
    assert "361 footprints" in command(*RUN, "--out", path), "asked again, it is there"
    told = command(*RUN, "--abcorr", "NONE", "--out", path, status=2)
    assert "its Aberration correction is LT+S, not NONE" in told
    told = command(*RUN[:-1], "20", "--out", path, status=2)
    assert "its Times is 361 from 2019-09-01T01:00:00.000Z" in told
    assert path.read_bytes() == before


def test_changed_kernels_are_another_run(tmp_path):
    for file in KERNELS.parent.glob("synthetic*"):
        if file.suffix != ".tif":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    arguments = [str(tmp_path / KERNELS.name) if a == str(KERNELS) else a for a in RUN]
    path = tmp_path / "run.gpkg"
    command(*RUN, "--out", path)
    assert "done" in command(*arguments, "--out", path), "the same kernels elsewhere"
    with (tmp_path / "synthetic.tpc").open("a") as kernel:
        kernel.write("\n\\begindata\nBODY499_RADII = ( 3400.0 3400.0 3376.2 )\n\\begintext\n")
    assert "holds another run" in command(*arguments, "--out", path, status=2)


def test_a_table_that_others_made_is_left_alone(tmp_path):
    path = tmp_path / "other.gpkg"
    command(*RUN, "--out", path, "--layer", "mine")
    assert "not made by this command" in command(
        *RUN, "--out", path, "--layer", "gpkg_contents", status=2
    )
    path.write_text("no database at all, and yet long enough to be looked at" * 10)
    told = command(*RUN, "--out", path, status=2)
    assert "cannot be read or written" in told
    assert path.read_text().startswith("no database")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((*FRAMES, "--out", "x.gpkg"), "No times are given."),
        ((*RUN, "--times", "t.csv", "--out", "x.gpkg"), "The times are given twice."),
        ((*FRAMES, "--times", "t.csv", "--out", "x.gpkg"), "t.csv cannot be read"),
        ((*RUN, "--out", "x.shp"), "“x.shp” names no output"),
        ((*RUN, "--out", "x.gpkg", "--imaging", "magic"), "not a way of imaging"),
        ((*FRAMES, "--start", "soon", "--out", "x.gpkg"), "“soon” is not a time"),
        ((*RUN, "--out", "nowhere/x.gpkg", "--kernels", "no.tm"), "no.tm"),
    ],
)
def test_bad_requests_get_a_sentence_and_leave_nothing(tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    told = command(*arguments, status=2)
    assert sentence in told
    assert "Traceback" not in told
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_help_teaches(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["footprints", "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for word in ("--scheduler", "--times", "examples:", "goes on where it ended", "postgresql://"):
        assert word in told


def test_info_says_what_kernels_know():
    told = command("info", "--kernels", KERNELS)
    for text in ("MARS (499)", "SYNTHETIC_ORBITER (-999)", "SYNTH_LINE_CAM", "2019-09-01T00:00"):
        assert text in told


NO_QGIS = """
import sys
class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("qgis", "PyQt5", "PyQt6", "osgeo"):
            raise ImportError(f"{name} is not for batch runs")
sys.meta_path.insert(0, Refused())
for name in list(sys.modules):
    assert name.split(".")[0] not in ("qgis", "osgeo"), name
from planetary_qgis.batch import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("name", ["run.gpkg", "run.parquet"])
def test_it_needs_no_qgis(tmp_path, name):
    arguments = [*RUN, "--out", str(tmp_path / name)]
    subprocess.run([sys.executable, "-c", NO_QGIS, *arguments], env=environment(), check=True)
    assert (tmp_path / name).is_file()


def test_a_table_of_products_keeps_its_rows_and_columns(tmp_path):
    table = tmp_path / "times.csv"
    table.write_text(
        "product_id,start_time,note\nA,2019-09-01T01:00:00,seen\nB,never,bad\n"
        "C,2031-01-01,too late\n"
    )
    path = tmp_path / "out.gpkg"
    told = command(*FRAMES, "--times", table, "--out", path)
    assert "“start_time” is no time, so that nothing is computed (1: row 2)" in told
    assert "The kernels do not tell" in told
    rows = rows_of(path)
    assert [(row[2], row[1] is None, row[-1]) for row in rows] == [
        ("A", False, "seen"),
        ("B", True, "bad"),
        ("C", True, "too late"),
    ]


def test_times_may_be_et_or_a_clocks_readings(tmp_path):
    with furnished(expand([KERNELS])):
        et = float(spiceypy.str2et("2019-09-01T01:00:00"))
        reading = spiceypy.sce2s(-999, et)
    outputs = []
    for system, text in (("UTC", "2019-09-01T01:00:00"), ("ET", repr(et)), ("SCLK", reading)):
        table = tmp_path / f"{system}.csv"
        table.write_text(f"product_id;start_time\nA;{text}\n")
        outputs.append(tmp_path / f"{system}.gpkg")
        command(*FRAMES, "--times", table, "--time-system", system, "--out", outputs[-1])
    (utc,), (of_et,), (of_clock,) = map(rows_of, outputs)
    assert of_et[1] == utc[1]
    near = shapes_of_blobs([utc[1], of_clock[1]])
    assert shapely.hausdorff_distance(*near) < 1e-3, "a tick of the clock is some milliseconds"
