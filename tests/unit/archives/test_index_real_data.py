"""Real indexes: CTX against ODE's footprints, HiRISE, Cassini ISS whole and broken, MER, labels."""

from __future__ import annotations

import csv
import gzip
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from planetary_qgis.core.archives import catalog
from planetary_qgis.core.archives.pds3.index import open_index
from planetary_qgis.core.archives.pds3.label import read_label
from planetary_qgis.core.errors import LabelError

pytestmark = pytest.mark.real_data


def read(label: Path, **options):
    """The answer, its whole table and its geometries."""
    answer = open_index(label, **options)
    chunks = list(answer.chunks)
    table = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    return answer, table, np.concatenate([chunk.geometry for chunk in chunks])


def ode_footprints(path: Path) -> dict[str, shapely.Geometry]:
    """ODE's footprints by product, as its planetocentric, east-positive shapes."""
    ogr = pytest.importorskip("osgeo.ogr")
    source = ogr.Open(str(path))
    layer = source.GetLayer(0)
    return {
        feature["ProductId"]: shapely.from_wkb(bytes(feature.GetGeometryRef().ExportToWkb()))
        for feature in layer
    }


# Upper left, upper right, lower left, lower right: in all of these rows the upper ones lie south.
CTX_CORNERS = [
    (
        "P03_002023_1278_XI_52S055W",
        [-52.64, -52.59, -51.91, -51.86],
        [55.43, 54.74, 55.57, 54.89],
    ),
    (
        "P03_002025_2484_XI_68N129W",
        [68.22, 68.29, 68.62, 68.68],
        [129.64, 128.51, 129.82, 128.67],
    ),
    (
        "P03_002027_2453_XI_65N182W",
        [64.88, 64.95, 65.87, 65.94],
        [182.58, 181.36, 182.94, 181.67],
    ),
    (
        "P03_002032_1959_XN_15N310W",
        [14.68, 14.74, 17.16, 17.21],
        [310.25, 309.77, 310.57, 310.08],
    ),
]


class TestCtx:
    @pytest.fixture(scope="class")
    def index(self, real_data):
        return read(real_data / "indexes" / "ctx" / "index.lbl")

    def test_footprints_are_odes(self, real_data, index):
        footprints = ode_footprints(
            real_data / "vectors" / "ode_ctx" / "ctx_edr_footprints_excerpt.fgb"
        )
        _, table, geometry = index
        worst = 0.0
        assert len(table) == 20
        for product_id, shape in zip(table["product_id"], geometry):
            theirs = shapely.get_coordinates(footprints[product_id])
            ours = shapely.get_coordinates(shape)
            gaps = np.abs(theirs[:, None] - ours[None]).max(axis=2).min(axis=1)
            worst = max(worst, float(gaps.max()))
        print(f"worst corner: {worst:.6f}°")
        assert worst < 0.001

    def test_every_row_is_on_the_map(self, index):
        answer, table, geometry = index
        assert len(table) == answer.total == 20
        assert table["product_id"].is_unique
        assert all(shape is not None and shape.is_valid for shape in geometry)
        assert table["geometry_source"].tolist() == ["index corners"] * 20
        assert all(shape.geom_type == "Polygon" for shape in geometry)

    @pytest.mark.parametrize(("product_id", "lat_ographic", "lon_w"), CTX_CORNERS)
    def test_corners_as_the_table_has_them(self, index, product_id, lat_ographic, lon_w):
        """Read by eye; west becomes east, planetographic planetocentric (3396.19 and 3376.2 km)."""
        _, table, geometry = index
        shape = geometry[table["product_id"].tolist().index(product_id)]
        ocentric = np.degrees(np.arctan((3376.2 / 3396.19) ** 2 * np.tan(np.radians(lat_ographic))))
        east = (180.0 - np.array(lon_w)) % 360.0 - 180.0
        ours = shapely.get_coordinates(shape)
        for corner in zip(east, ocentric):
            assert np.abs(ours - corner).max(axis=1).min() < 1e-6

    def test_centre_lies_in_the_footprint(self, index):
        _, table, geometry = index
        centres = shapely.points(table["center_lon_e"], table["center_lat"])
        assert shapely.contains(geometry, centres).all()

    def test_sun_stands_where_its_subsolar_point_is(self, index):
        """The bearing from centre to subsolar point, by spherical trigonometry."""
        _, table, _ = index
        worst = 0.0
        for row in table.to_dict("records"):
            lat, there = math.radians(row["center_lat"]), math.radians(row["SUB_SOLAR_LATITUDE"])
            east = math.radians(-row["SUB_SOLAR_LONGITUDE"] - row["center_lon_e"])
            bearing = math.atan2(
                math.sin(east) * math.cos(there),
                math.cos(lat) * math.sin(there) - math.sin(lat) * math.cos(there) * math.cos(east),
            )
            off = (row["subsolar_azimuth"] - math.degrees(bearing) + 180.0) % 360.0 - 180.0
            worst = max(worst, abs(off))
        print(f"worst azimuth: {worst:.2f}°")
        assert worst < 1.0

    def test_attributes(self, index):
        answer, table, _ = index
        row = table.loc[0]
        assert row["product_id"] == "P03_002023_1278_XI_52S055W"
        assert row["start_time"] == pd.Timestamp("2007-01-01T01:44:08.026")
        assert (row["target"], row["instrument_id"]) == ("MARS", "CTX")
        assert (row["resolution"], row["emission_angle"], row["local_time"]) == (5.03, 0.64, 15.88)
        assert row["RATIONALE_DESC"] == "Western Argyre crater with gullies"
        assert row["ORBIT_NUMBER"] == 2023
        assert answer.report.sentences() == []

    def test_right_without_the_catalogue_too(self, real_data, index, tmp_path):
        """The label's own words are enough: areographic, and west longitudes."""
        folder = real_data / "indexes" / "ctx"
        text = (folder / "index.lbl").read_text().replace("MRO-M-CTX-2-EDR-L0-V1.0", "UNHEARD-OF")
        (tmp_path / "index.lbl").write_text(text)
        (tmp_path / "index.tab").write_bytes((folder / "index.tab").read_bytes())
        answer, _, geometry = read(tmp_path / "index.lbl")
        assert "not in the catalogue" in answer.provenance["Dataset"]
        assert all(a.equals(b) for a, b in zip(geometry, index[2]))


HIRISE_TEXTS = {
    "VOLUME_ID", "FILE_NAME_SPECIFICATION", "OBSERVATION_ID", "PRODUCT_ID", "PRODUCT_VERSION_ID",
    "TARGET_NAME", "MISSION_PHASE_NAME", "RATIONALE_DESC", "SPACECRAFT_CLOCK_START_COUNT",
    "OBSERVATION_START_COUNT", "SPACECRAFT_CLOCK_STOP_COUNT", "STEREO_FLAG", "MAP_PROJECTION_TYPE",
    "INSTRUMENT_HOST_ID", "INSTRUMENT_ID", "LEFT", "RIGHT", "ANAGLYPH", "PRODUCT_TYPE",
}  # fmt: skip


def hirise_label(folder: Path, table: Path, names: list[str], data_set_id: str) -> Path:
    """A label for a HiRISE table, its columns in order; the table's copy lies beside it."""
    columns = "".join(
        f"OBJECT=COLUMN\nNAME={name}\nDATA_TYPE={_hirise_type(name)}\nEND_OBJECT=COLUMN\n"
        for name in names
    )
    label = folder / f"{table.stem}.LBL"
    label.write_text(
        f'PDS_VERSION_ID=PDS3\nRECORD_TYPE=FIXED_LENGTH\n^RDR_INDEX_TABLE="{table.name}"\n'
        f'DATA_SET_ID="{data_set_id}"\nOBJECT=RDR_INDEX_TABLE\nINTERCHANGE_FORMAT=ASCII\nROWS=2\n'
        f"{columns}END_OBJECT=RDR_INDEX_TABLE\nEND\n"
    )
    (folder / table.name).write_bytes(table.read_bytes())
    return label


def _hirise_type(name: str) -> str:
    if name in HIRISE_TEXTS or (name.endswith("TIME") and name != "LOCAL_TIME"):
        return "CHARACTER"
    return "ASCII_REAL"


def test_hirise_rdr(real_data, tmp_path):
    yaml = real_data / "indexes" / "column_maps_pdsc" / "hirise_rdr_metadata.yaml"
    lines = yaml.read_text().splitlines()
    names = [line.split("[")[1].split(",")[0] for line in lines if line.startswith("    - [")]
    names[2:2] = ["INSTRUMENT_HOST_ID", "INSTRUMENT_ID"]
    table = real_data / "indexes" / "hirise" / "RDRCUMINDEX_2rows.TAB"
    label = hirise_label(tmp_path, table, names, "MRO-M-HIRISE-3-RDR-V1.1")
    answer, rows, geometry = read(label)
    assert answer.provenance["Dataset"].startswith("mro.hirise.rdr")
    assert rows["product_id"].tolist() == ["AEB_000001_0150_RED", "ESP_012600_1655_RED"]
    assert rows["start_time"].tolist()[1] == pd.Timestamp("2009-04-04T07:13:43")
    assert rows["resolution"].tolist() == [1.47, 0.5]
    assert rows["instrument_id"].tolist() == ["HIRISE", "HIRISE"]
    assert rows["geometry_source"].tolist() == ["index corners"] * 2
    bounds = rows[
        ["MINIMUM_LONGITUDE", "MINIMUM_LATITUDE", "MAXIMUM_LONGITUDE", "MAXIMUM_LATITUDE"]
    ]
    for shape, (west, south, east, north) in zip(geometry, bounds.to_numpy(dtype=float)):
        assert shape.geom_type == "Polygon"
        assert shape.bounds == pytest.approx((west - 360, south, east - 360, north), abs=0.005)
    url = "https://hirise-pds.lpl.arizona.edu/PDS/RDR/AEB/ORB_000000_000099/AEB_000001_0150/"
    assert rows.loc[0, "product_url"] == url + "AEB_000001_0150_RED.JP2"
    assert rows.loc[0, "label_url"] == url + "AEB_000001_0150_RED.LBL"


def test_hirise_dtm(real_data, tmp_path):
    names = [
        "VOLUME_ID", "FILE_NAME_SPECIFICATION", "INSTRUMENT_HOST_ID", "INSTRUMENT_ID", "PRODUCT_ID",
        "PRODUCT_VERSION_ID", "TARGET_NAME", "RATIONALE_DESC", "LEFT", "RIGHT", "ANAGLYPH",
        "PRODUCT_TYPE", "IMAGE_LINES", "LINE_SAMPLES", "NORTH_AZIMUTH", "MINIMUM_LATITUDE",
        "MAXIMUM_LATITUDE", "MINIMUM_LONGITUDE", "MAXIMUM_LONGITUDE", "MAP_SCALE", "MAP_RESOLUTION",
        "MAP_PROJECTION_TYPE", "PROJECTION_CENTER_LATITUDE", "PROJECTION_CENTER_LONGITUDE",
        "LINE_PROJECTION_OFFSET", "SAMPLE_PROJECTION_OFFSET",
    ]  # fmt: skip
    names += [f"CORNER{i}_{what}" for i in range(1, 5) for what in ("LATITUDE", "LONGITUDE")]
    table = real_data / "indexes" / "hirise" / "DTMCUMINDEX_2rows.TAB"
    label = hirise_label(tmp_path, table, names, "MRO-M-HIRISE-5-DTM-V1.0")
    answer, rows, geometry = read(label)
    assert answer.total == 2
    assert rows.loc[0, "product_id"] == "DTEEC_001336_1560_001534_1560_U01"
    assert rows["instrument_host"].tolist() == ["MRO", "MRO"]
    assert rows["resolution"].tolist() == [1.01, 1.01]
    assert pd.isna(rows.loc[0, "ANAGLYPH"])
    expected = (326.3240 - 360, -23.9696, 326.4450 - 360, -23.7120)
    assert [shape.bounds for shape in geometry] == [pytest.approx(expected)] * 2
    assert all(shape.is_valid and shape.area > 0.01 for shape in geometry)


def test_ten_thousand_hirise_labels(real_data, tmp_path):
    """Bounds of every row; the centre is the map projection's, a pole for polar rows."""
    source = real_data / "indexes" / "hirise" / "hirise_color_labels_10000.csv.gz"
    content = gzip.decompress(source.read_bytes())
    (tmp_path / "labels.csv").write_bytes(content)
    said = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    label = tmp_path / "labels.lbl"
    columns = "".join(
        f'OBJECT=COLUMN\nNAME="{name}"\nDATA_TYPE={_hirise_csv_type(name)}\nEND_OBJECT=COLUMN\n'
        for name in said[0]
    )
    label.write_text(
        'PDS_VERSION_ID=PDS3\nRECORD_TYPE=STREAM\n^INDEX_TABLE="labels.csv"\n'
        'DATA_SET_ID="MRO-M-HIRISE-3-RDR-V1.1"\nOBJECT=INDEX_TABLE\nINTERCHANGE_FORMAT=ASCII\n'
        f"ROWS={len(said)}\n{columns}END_OBJECT=INDEX_TABLE\nEND\n"
    )
    answer, table, geometry = read(label)
    assert len(table) == answer.total == len(said) == 10_000
    assert table["product_id"].tolist() == [row["FILE_NAME"] for row in said]
    assert all(shape is not None and shape.is_valid for shape in geometry)
    assert set(table["geometry_source"]) == {"index bounds"}
    numbers = {
        side: np.array([float(row[name]) for row in said])
        for side, name in (
            ("west", "WESTERNMOST_LONGITUDE"),
            ("east", "EASTERNMOST_LONGITUDE"),
            ("south", "MINIMUM_LATITUDE"),
            ("north", "MAXIMUM_LATITUDE"),
        )
    }
    middle = numbers["west"] + (numbers["east"] - numbers["west"]) % 360.0 / 2.0
    lat = (numbers["south"] + numbers["north"]) / 2.0
    inside = shapely.points((middle + 180.0) % 360.0 - 180.0, lat)
    assert shapely.covers(geometry, inside).all()
    bounds = shapely.bounds(geometry)
    assert np.abs(bounds[:, 1] - numbers["south"]).max() < 1e-9
    assert np.abs(bounds[:, 3] - numbers["north"]).max() < 1e-9
    # One image beside the pole goes from -179.99 to 314.81, which is more than once around.
    asked = numbers["east"] - numbers["west"]
    assert (asked >= 360.0).sum() == 1
    width = shapely.area(geometry) / (numbers["north"] - numbers["south"])
    assert np.abs(width - np.where(asked >= 360.0, 360.0, asked)).max() < 1e-6
    elsewhere = np.array([float(row["CENTER_LATITUDE"]) for row in said])
    off = (elsewhere > numbers["north"] + 1.0) | (elsewhere < numbers["south"] - 1.0)
    assert table.loc[off, "center_lat"].isna().all()
    assert off.any()
    assert any(s.startswith(f"{off.sum()} rows have a centre") for s in answer.report.sentences())


def _hirise_csv_type(name: str) -> str:
    texts = {"FILE_NAME", "ORBITAL_RANGE", "CENTER_FILTER_WAVELENGTH", "IMG_URL", "LABEL_URL"}
    timed = name.endswith("TIME") and name != "LOCAL_TIME"
    return "CHARACTER" if name in texts or timed or "_COUNT" in name else "ASCII_REAL"


class TestCassini:
    @pytest.fixture(scope="class")
    def folder(self, real_data):
        return real_data / "indexes" / "cassini_iss"

    @pytest.fixture(scope="class")
    def whole(self, folder):
        return read(folder / "cassini_iss_index_edited.lbl")

    def test_whole(self, whole):
        answer, table, geometry = whole
        assert len(table) == answer.total == 100
        assert table.loc[0, "product_id"] == "N1573186009_1.IMG"
        assert pd.isna(table.loc[0, "start_time"])
        assert table.loc[1, "start_time"] == pd.Timestamp("2007-11-08T03:31:14.382")
        assert table.loc[0, "FILTER_NAME_1"] == "CL1"
        assert table.loc[0, "FILTER_NAME_2"] == "MT1"
        assert table["INST_CMPRS_PARAM_1"].isna()[0]
        assert table.loc[1, "INST_CMPRS_PARAM_1"] == 41
        assert table.loc[0, "COMMAND_SEQUENCE_NUMBER"] == 7190
        assert table.loc[0, "BIAS_STRIP_MEAN"] == 31.998693
        assert all(shape is None for shape in geometry)
        expected = "The index has no positions: its rows have no geometry."
        assert answer.report.sentences() == [expected]
        assert answer.provenance["DATA_SET_ID"] == "CO-S-ISSNA/ISSWA-2-EDR-V1.0"

    @pytest.mark.parametrize(
        ("flaw", "sentence"),
        [
            ("bad_data_type", "unknown DATA_TYPE"),
            ("bad_rows", "The label says 99 rows, the table has 100: all were read."),
            ("dup_col", "VOLUME_ID_2"),
            ("no_ptr", "^IMAGE_INDEX_TABEL"),
            ("not_fixed", "VARIABLE_LENGTH"),
        ],
    )
    def test_broken_labels_are_read_and_reported(self, folder, whole, flaw, sentence):
        answer, table, _ = read(folder / f"cassini_iss_index_edited_{flaw}.lbl")
        assert any(sentence in text for text in answer.report.sentences())
        same = [name for name in whole[1] if name in table and name != "BIAS_STRIP_MEAN"]
        assert len(same) >= len(list(whole[1])) - 2
        same = [name for name in same if flaw != "dup_col" or "VOLUME" not in name]
        pd.testing.assert_frame_equal(table[same], whole[1][same])

    def test_unknown_data_type_becomes_text(self, folder):
        _, table, _ = read(folder / "cassini_iss_index_edited_bad_data_type.lbl")
        assert table.loc[0, "BIAS_STRIP_MEAN"] == "31.998693"

    def test_table_that_is_not_ascii(self, folder):
        with pytest.raises(LabelError, match="NOT_ASCII"):
            open_index(folder / "cassini_iss_index_edited_not_ascii.lbl")


def test_mer_descent_camera(real_data):
    answer, table, geometry = read(real_data / "indexes" / "mer_descam" / "edrindex.lbl")
    assert len(table) == 9
    assert all(shape is None for shape in geometry)
    expected = "The index has no positions: its rows have no geometry."
    assert answer.report.sentences() == [expected]
    assert answer.schema.body.name == "MARS"
    assert table.loc[0, "product_id"] == "1E128278505EDN0000F0006N0M1"
    assert table.loc[0, "start_time"] == pd.Timestamp("2004-01-25T04:53:53")
    assert table.loc[0, "local_time"] == pytest.approx(13 + 11 / 60 + 46 / 3600)
    assert table.loc[0, "solar_longitude"] == pytest.approx(339.1, abs=0.01)
    assert table.loc[0, "LOCAL_TRUE_SOLAR_TIME"] == "13:11:46"
    assert table["SOLAR_AZIMUTH"].tolist()[0] == 248.587006
    counters = [name for name in table if name.startswith("ROVER_MOTION_COUNTER")]
    assert len(counters) == 5


LABELS = [
    ("COISS", "index", 119), ("COVIMS", "index", 61), ("GOSSI", "index", 56),
    ("NHLORRI", "index", 16), ("NHLORRI", "supp_index", 63), ("VGISS", "index", 22),
    ("VGISS", "supplemental_index", 13), ("surface_geo", "surface_geo", 35),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "name", "columns"), LABELS)
def test_labels_without_their_tables(real_data, folder, name, columns):
    label = real_data / "indexes" / "labels_only_opus" / folder / f"{name}.lbl"
    with pytest.raises(LabelError, match="is missing"):
        read_label(label)


@pytest.mark.parametrize(("folder", "name", "columns"), LABELS)
def test_labels_parse_to_columns(real_data, tmp_path, folder, name, columns):
    text = (real_data / "indexes" / "labels_only_opus" / folder / f"{name}.lbl").read_bytes()
    label = tmp_path / f"{name}.lbl"
    label.write_bytes(text)
    label.with_suffix(".tab").write_bytes(b"")
    read_columns = read_label(label).columns
    assert len(read_columns) >= columns
    assert len({column.name.upper() for column in read_columns}) == len(read_columns)
    assert all(column.start is not None and column.width for column in read_columns)
    ends = [(column.start + column.width) for column in read_columns]
    assert max(ends) <= read_label(label).row_bytes


RECOGNISED = [
    ("COISS", "index", None), ("COVIMS", "index", None), ("GOSSI", "index", "go.ssi.index"),
    ("NHLORRI", "index", "new_horizons.lorri.edr"),
    ("NHLORRI", "supp_index", "new_horizons.lorri"),
    ("VGISS", "index", "voyager1.iss.raw_image_index"),
    ("VGISS", "supplemental_index", "voyager1.iss.supplemental_index"),
    ("surface_geo", "surface_geo", "cassini.iss.saturn_summary"),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "name", "key"), RECOGNISED)
def test_real_labels_are_recognised(real_data, tmp_path, folder, name, key):
    """None where the label leaves the DATA_SET_ID and the VOLUME_ID to the rows, or is unknown."""
    text = (real_data / "indexes" / "labels_only_opus" / folder / f"{name}.lbl").read_bytes()
    label = tmp_path / f"{name}.lbl"
    label.write_bytes(text)
    found = catalog.recognise(read_label_with_empty_table(label))
    assert (found.key if found else None) == key


def test_geometry_summary_of_the_rings_node(real_data, tmp_path):
    """A row of ours in the real label's format: bounds are planetocentric and west."""
    label = tmp_path / "surface_geo.lbl"
    text = (real_data / "indexes" / "labels_only_opus" / "surface_geo" / label.name).read_bytes()
    label.write_bytes(text)
    columns = {c.name: c for c in read_label_with_empty_table(label).columns}
    values = {
        "TARGET_NAME": "SATURN",
        "MINIMUM_PLANETOCENTRIC_LATITUDE": "-10.000",
        "MAXIMUM_PLANETOCENTRIC_LATITUDE": "20.000",
        "MINIMUM_PLANETOGRAPHIC_LATITUDE": "-12.000",
        "MAXIMUM_PLANETOGRAPHIC_LATITUDE": "24.000",
        "MINIMUM_IAU_LONGITUDE": "350.000",
        "MAXIMUM_IAU_LONGITUDE": "30.000",
        "CENTER_RESOLUTION": "7.50000",
        "CENTER_PHASE_ANGLE": "45.000",
    }
    line = bytearray(b" " * 402)
    for name, column in columns.items():
        value = values.get(name, "-999.000" if column.kind == "real" else "")
        line[column.start : column.start + column.width] = value.rjust(column.width).encode()
        if column.start + column.width < len(line):
            line[column.start + column.width + (column.kind == "text")] = ord(",")
    label.with_suffix(".tab").write_bytes(bytes(line) + b"\r\n")
    answer, table, (shape,) = read(label)
    assert answer.schema.body.name == "SATURN"
    assert shape.bounds == pytest.approx((-30, -10, 10, 20))
    assert table.loc[0, "resolution"] == 7500.0
    assert table.loc[0, "phase_angle"] == 45.0
    assert table.loc[0, "source"].startswith("PDS Ring-Moon Systems Node")


def read_label_with_empty_table(label: Path):
    label.with_suffix(".tab").write_bytes(b"")
    return read_label(label)
