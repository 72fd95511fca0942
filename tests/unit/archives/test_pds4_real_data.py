"""Real PDS4 labels and inventories; counts and values read by hand from the files."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from pds4_kit import read, told

from planetary_qgis.core.archives.pds4.folder import open_pds4

pytestmark = pytest.mark.real_data


def test_lroc_labels(real_data):
    answer, table, shapes = read(real_data / "pds4/lro")
    assert answer.schema.body.name == "MOON"
    assert len(table) == answer.total == 5
    rows = table.set_index("product_id")
    nac = rows.loc["nac.m102600893lc"]
    assert nac["version_id"] == "2.0"
    assert nac["start_time"] == pd.Timestamp("2009-07-19T00:00:26.423")
    assert nac["stop_time"] == pd.Timestamp("2009-07-19T00:01:17.707")
    assert nac["processing_level"] == "Calibrated"
    assert nac["instrument_host"] == "LUNAR RECONNAISSANCE ORBITER"
    assert nac["instrument_id"] == "LUNAR RECONNAISSANCE ORBITER CAMERA"
    dtm = rows.loc["sdp.nac_dtm.a12lmas.nac_dtm_a12lmas"]
    assert dtm["start_time"] == pd.Timestamp("2017-03-10T13:57:36")
    assert dtm["instrument_host"] is None
    assert set(table["target"]) == {"MOON"}
    assert "5 labels have neither vertices nor bounds" in told(answer)
    assert shapes.tolist() == [None] * 5


@pytest.mark.parametrize(
    ("version", "members", "primary"), [(1, 46, 46), (2, 67, 21), (3, 127, 60), (4, 138, 11)]
)
def test_an_archives_inventories(real_data, version, members, primary):
    folder = real_data / "pds4/em16_spice"
    answer, table, _ = read(folder / f"collection_spice_kernels_v{version:03}.xml")
    listed = (folder / f"collection_spice_kernels_inventory_v{version:03}.csv").read_text()
    assert len(re.findall(r"(?m)^[PS],urn:", listed)) == members
    assert len(table) == answer.total == members
    assert (table["member_status"] == "P").sum() == primary
    assert answer.schema.body.name == "MARS"
    assert "inventories have another number" not in told(answer)


def test_members_whose_labels_are_there(real_data):
    answer, table, _ = read(real_data / "pds4/em16_spice/collection_spice_kernels_v004.xml")
    assert "136 members have no label" in told(answer)
    lid = "urn:esa:psa:em16_spice:spice_kernels:"
    lid += "ck_em16_tgo_sc_spm_20161101_20170301_s20191109_v01.bc"
    (kernel,) = table[table["logical_identifier"] == lid].to_dict("records")
    assert kernel["start_time"] == pd.Timestamp("2016-11-01T00:00:01.251")
    assert kernel["target"] == "MARS"
    assert kernel["instrument_host"] == "TGO"
    assert kernel["product_url"].endswith("/em16_tgo_sc_spm_20161101_20170301_s20191109_v01.bc")
    assert kernel["source"] == "ESA PSA, urn:esa:psa:em16_spice:spice_kernels"


def test_a_bundles_collections(real_data):
    """138 kernels, 4 checksum files listed by four versions of one collection, 4 documents."""
    _, table, _ = read(real_data / "pds4/em16_spice/bundle_em16_spice_v004.xml")
    assert len(table) == 138 + 4 + 4
    assert table["logical_identifier"].str.contains("checksum").sum() == 4


def test_labels_with_faults(real_data):
    answer, table, _ = read(real_data / "pds4/rms_pds4indextools")
    assert answer.schema.body.name == "URANUS"
    assert len(table) == answer.total == 9
    nilled = table[table["label_url"].str.endswith("/nilled_label.xml")].iloc[0]
    assert nilled["start_time"] == pd.Timestamp("1998-11-06T04:38:18.7028")
    assert pd.isna(nilled["stop_time"])
    sentences = told(answer)
    assert "bad_schema_label.xml is not well-formed XML" in sentences
    assert "line 7, column 5" in sentences
    assert "bad_lid_label.xml" in sentences
    assert "4 labels describe collections" in sentences


def test_a_collection_of_an_unknown_body(real_data):
    label = real_data / "pds4/pds4/product_collection.xml"
    _, table, _ = read(label, body="MARS")
    assert table["product_id"].tolist() == [
        "20160919t162205s722_map_l1pan_v031.fits", "20160919t162218s417_map_l1pan_v031.fits",
    ]  # fmt: skip


def test_west_positive_bounds_of_titan(real_data):
    """A radar strip from 69.38° to 56.16° West."""
    _, table, shapes = read(real_data / "rasters/formats/pds4", body="TITAN")
    row = table.index[table["target"] == "TITAN"][0]
    west, south, east, north = -69.37625913, -0.72660185, -56.16209333, 29.32214980
    assert shapes[row].bounds == pytest.approx((west, south, east, north))
    assert table.loc[row, "resolution"] == pytest.approx(351.11116)
    assert table.loc[row, "geometry_source"] == "label bounds"
    assert sum(shape is not None for shape in shapes) == 1


def test_east_positive_bounds(real_data):
    _, table, (shape,) = read(real_data / "rasters/formats/pds4/byte_pds4_cart_1b00.xml")
    edges = (-117.64116862079689, 33.8915301685906627, -117.62811083784672, 33.9024195619210573)
    assert shape.bounds == pytest.approx(edges)
    assert table.loc[0, "resolution"] == 60.0


def test_labels_from_before_namespaces(real_data):
    """CaSSIS: the corners stand in lists, the target outside of the observation's area."""
    answer, table, shapes = read(real_data / "rasters/cassis")
    assert answer.schema.body.name == "MARS"
    assert len(table) == 4
    row = table.index[table["product_id"].str.contains("PAN")][0]
    lons = (93.787248, 93.780508, 93.813145, 93.819786)
    lats = (2.700181, 2.462743, 2.462537, 2.699860)
    assert set(zip(lons, lats)) == set(shapes[row].exterior.coords)
    assert table.loc[row, "instrument_id"] == "CaSSIS"
    assert table.loc[row, "geometry_source"] == "label vertices"
    assert "east and planetocentric were assumed" in told(answer)


def test_every_label_at_hand_is_a_row_or_named(real_data):
    """Whatever is under the folder: rows and the report's counts add up to the files."""
    folder = real_data / "pds4"
    answer = open_pds4(folder)
    rows = sum(len(chunk) for chunk in answer.chunks)
    left_out = ("labels cannot be read", "labels describe collections", "XML files are no PDS4")
    counts = [
        int(sentence.split()[0])
        for sentence in answer.report.sentences()
        if any(words in sentence for words in left_out)
    ]
    assert rows + sum(counts) == len(list(folder.rglob("*.xml")))
