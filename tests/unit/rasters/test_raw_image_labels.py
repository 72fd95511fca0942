"""Unprojected images: which instrument took them, when, and with which pixels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.errors import LabelError, PlanetaryError
from planetary_qgis.core.rasters import raw_image_labels
from planetary_qgis.core.rasters.labels.words import Words
from planetary_qgis.core.rasters.raster_labels import label_from_text, label_of
from planetary_qgis.core.rasters.raw_image_labels import known_images, raw_image_of
from planetary_qgis.core.rasters.raw_image_rules import RULES

# Images with labels at hand, by case: where the label is, and by how many seconds the exposure of
# the first line begins after the label's start, as the sources in raw_images.toml say.
CASES = {
    "B10_013341_1010_XN_79S172W": ("spice/kernels/{0}/{0}_pds3.lbl", 0.0),
    "MNA_2B2_01_04192S136E3573": ("spice/kernels/{0}/{0}_isis3.lbl", 0.0),
    "h5270_0000_ir2": ("spice/kernels/{0}/{0}_pds3.lbl", 0.0),
    "CAS-MCO-2016-11-26T22.50.27.381-BLU-03005-B1": ("rasters/cassis/{0}.dat", 0.0),
    "CAS-MCO-2016-11-26T22.50.27.381-NIR-02005-B1": ("rasters/cassis/{0}.xml", 0.0),
    "CAS-MCO-2016-11-26T22.50.27.381-PAN-00005-B1": ("rasters/cassis/{0}.xml", 0.0),
    "CAS-MCO-2016-11-26T22.50.27.381-RED-01005-B1": ("rasters/cassis/{0}.xml", 0.0),
    "EN1072174528M": ("spice/kernels/{0}/{0}_pds3.lbl", 0.0),
    "20190303T100344S990_map_iofL2pan_V001": ("spice/kernels/{0}/{0}_isis.lbl", 0.0),
    "I74199019RDR": ("spice/kernels/{0}/{0}_pds3.lbl", 8.0 * 0.0332871),
    "LUA3107H.161": ("spice/kernels/{0}/{0}_isis3.lbl", 0.0),
    "M103595705LE": ("spice/kernels/{0}/{0}_pds3.lbl", 0.0),
    "V46475015EDR": ("spice/kernels/{0}/{0}_pds3.lbl", 2 * 0.9 - 1.5 * 0.0048),
    "c2065022": ("spice/kernels/{0}/{0}_isis3.lbl", -2.0 - 0.12),
    "f004a47": ("spice/kernels/{0}/{0}_isis3.lbl", -0.012730 / 2.0),
    "lor_0034974380_0x630_sci_1": ("spice/kernels/{0}/{0}_isis.lbl", -0.075 / 2.0),
}
CTX = """PDS_VERSION_ID = PDS3
^IMAGE = 2
RECORD_BYTES = {samples}
SPACECRAFT_NAME = MARS_RECONNAISSANCE_ORBITER
INSTRUMENT_ID = CTX
TARGET_NAME = MARS
START_TIME = 2009-06-01T00:38:16.057
LINE_EXPOSURE_DURATION = 1.877 <MSEC>
SAMPLING_FACTOR = {summing}
SAMPLE_FIRST_PIXEL = {first}
OBJECT = IMAGE
LINES = 4
LINE_SAMPLES = {samples}
SAMPLE_TYPE = UNSIGNED_INTEGER
SAMPLE_BITS = 8
END_OBJECT = IMAGE
END
"""
CUBE = """Object = IsisCube
  Object = Core
    StartByte = 65537
    Format = BandSequential
    Group = Dimensions
      Samples = {samples}
      Lines = {lines}
      Bands = 1
    End_Group
    Group = Pixels
      Type = Real
      ByteOrder = Lsb
      Base = 0.0
      Multiplier = 1.0
    End_Group
  End_Object
  Group = Instrument
{instrument}
  End_Group
{more}
End_Object
End
"""
LORRI = (
    "InstrumentId = LORRI\nTargetName = PLUTO\nStartTime = 2015-07-14T10:00:00\n"
    "ExposureDuration = 1"
)


def label(text: str):
    found = label_from_text(text, "image.lbl")
    assert found is not None
    return found


def test_entries_are_whole():
    entries = read_toml(Path(raw_image_labels.__file__).with_name("raw_images.toml"))["image"]
    assert len({entry["title"] for entry in entries}) == len(entries) == len(known_images())
    used = {rule for entry in entries for rule in entry.get("rules", ())}
    assert used == set(RULES)
    for entry in entries:
        assert entry["imaging"] in ("frame", "line scan", "push frame")
        assert ("instrument" in entry) != ("instruments" in entry)
        assert entry["checked"]
        assert entry["observer"] < 0


@pytest.mark.real_data
@pytest.mark.parametrize("name", CASES)
def test_real_images(name, real_data):
    cases = json.loads((real_data / "spice/cases.json").read_text())["cases"]
    case = next(case for case in cases if case["image_id"] == name)
    path, shift_s = CASES[name]
    found = raw_image_of(label_of(real_data / path.format(name)))
    assert (found.observer, found.instrument) == (
        str(case["spacecraft_id"]),
        str(case["instrument_id"]),
    )
    assert found.target.upper() == case["target"].upper()
    started = np.datetime64(case["utc_start"], "us")
    assert (found.image.start - started) / np.timedelta64(1, "us") == pytest.approx(
        shift_s * 1e6, abs=1.0
    )
    if case["utc_stop"] is None:
        assert found.image.line_s is None
        assert found.imaging == "frame"


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "lines", "within"),
    # Lines of the whole image: those at hand are cut; as FILE_RECORDS and IMAGE_DURATION tell.
    [("B10_013341_1010_XN_79S172W", 24576, 1e-3), ("M103595705LE", 52224, 1e-5)],
)
def test_line_times_fill_the_time_from_start_to_stop(name, lines, within, real_data):
    found = label_of(real_data / CASES[name][0].format(name))
    stop = np.datetime64(found.words.text("STOP_TIME"), "us")
    image = raw_image_of(found).image
    seconds = (stop - image.start) / np.timedelta64(1, "us") / 1e6
    assert image.line_s * lines == pytest.approx(seconds, rel=within)


@pytest.mark.real_data
def test_isis_cube_and_archived_image_agree(real_data):
    for name in ("M103595705LE", "I74199019RDR", "V46475015EDR", "EN1072174528M"):
        folder = real_data / "spice/kernels" / name
        archived = raw_image_of(label_of(folder / f"{name}_pds3.lbl"))
        cube = raw_image_of(label_of(folder / f"{name}_isis3.lbl"))
        assert vars(archived.image) == vars(cube.image)
        assert (archived.instrument, archived.observer) == (cube.instrument, cube.observer)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("filter_name", "first", "size"),
    [  # PEHK_HEADER's windows, which count from 0
        ("PAN-00005", (1, 355), (2048, 280)),
        ("RED-01005", (1, 713), (2048, 256)),
        ("NIR-02005", (1, 1049), (2048, 256)),
        ("BLU-03005", (1025, 1410), (64, 218)),
    ],
)
def test_cassis_windows(filter_name, first, size, real_data):
    name = f"rasters/cassis/CAS-MCO-2016-11-26T22.50.27.381-{filter_name}-B1.xml"
    image = raw_image_of(label_of(real_data / name)).image
    assert (image.first_sample, image.first_line) == first
    assert (image.samples, image.lines) == size
    assert (image.sample_summing, image.line_summing) == (1.0, 1.0)
    assert image.exposure_s == pytest.approx(1.44e-3)


@pytest.mark.parametrize(
    ("samples", "summing", "first", "expected"),
    # The first sample that sees: raw sample 39 of 5056 is the detector's first (mroctx2isis).
    [(5056, 1, 0, 1 - 38), (2528, 2, 0, 1 - 2 * 19), (1016, 1, 2000, 2001 - 16)],
)
def test_ctx_begins_with_dark_samples(samples, summing, first, expected):
    found = raw_image_of(label(CTX.format(samples=samples, summing=summing, first=first)))
    assert found.image.first_sample == expected
    assert found.image.sample_summing == summing
    assert found.image.line_s == pytest.approx(0.001877)


def test_part_of_a_cube_lies_where_it_was_cut():
    alpha = (
        "Group = AlphaCube\nAlphaSamples = 1024\nAlphaLines = 1024\nAlphaStartingSample = 100.5\n"
        "AlphaStartingLine = 200.5\nAlphaEndingSample = 300.5\nAlphaEndingLine = 600.5\n"
        "BetaSamples = 100\nBetaLines = 100\nEnd_Group"
    )
    cube = CUBE.format(samples=100, lines=100, instrument=LORRI, more=alpha)
    image = raw_image_of(label(cube)).image
    assert (image.first_sample, image.first_line) == (101.0, 201.0)
    assert (image.sample_summing, image.line_summing) == (2.0, 4.0)
    # The outer corner of the image's last pixel is that of the parent's.
    assert image.detector_samples(np.array([100.0]))[0] == 300.5
    assert image.detector_lines(np.array([100.0]))[0] == 600.5


def test_part_of_a_scan_begins_later():
    instrument = (
        "SpacecraftName = Mars_Reconnaissance_Orbiter\nInstrumentId = CTX\n"
        "StartTime = 2009-06-01T00:38:16\nLineExposureDuration = 2 <MSEC>\nSpatialSumming = 1\n"
        "SampleFirstPixel = 0"
    )
    alpha = (
        "Group = AlphaCube\nAlphaSamples = 5000\nAlphaLines = 9000\nAlphaStartingSample = 0.5\n"
        "AlphaStartingLine = 500.5\nAlphaEndingSample = 5000.5\nAlphaEndingLine = 1500.5\n"
        "BetaSamples = 5000\nBetaLines = 1000\nEnd_Group"
    )
    cube = CUBE.format(samples=5000, lines=1000, instrument=instrument, more=alpha)
    image = raw_image_of(label(cube)).image
    assert image.start == np.datetime64("2009-06-01T00:38:17")
    assert (image.first_sample, image.line_s) == (1.0, 0.002)


def test_hrsc_lines_have_times_of_their_own(tmp_path):
    times = 255_744_599.0 + np.cumsum([0.0, 0.010, 0.010, 0.025, 0.010])
    prefix = np.zeros((5, 68), dtype=np.uint8)
    prefix[:, :8] = times.astype("<f8")[:, None].view(np.uint8)
    prefix[:, 8:12] = np.full((5, 1), 9.5, dtype="<f4").view(np.uint8)
    text = (
        "PDS_VERSION_ID = PDS3\nINSTRUMENT_ID = HRSC\nDETECTOR_ID = MEX_HRSC_NADIR\n"
        "TARGET_NAME = MARS\nSTART_TIME = 2008-02-08T12:08:53.843Z\nSTOP_TIME = "
        "2008-02-08T12:08:53.908Z\nMACROPIXEL_SIZE = 2\n^IMAGE = 1001 <BYTES>\nOBJECT = IMAGE\n"
        "LINES = 5\nLINE_SAMPLES = 4\nLINE_PREFIX_BYTES = 68\nSAMPLE_TYPE = MSB_INTEGER\n"
        "SAMPLE_BITS = 16\nEND_OBJECT\nEND\n"
    )
    path = tmp_path / "h1.img"
    path.write_bytes(text.encode().ljust(1000) + np.hstack([prefix, prefix[:, :8]]).tobytes())
    found = raw_image_of(label_of(path))
    assert found.instrument == "-41215"
    since = (found.image.line_starts - found.image.start) / np.timedelta64(1, "ms")
    assert since.tolist() == [0.0, 10.0, 20.0, 45.0, 55.0]
    assert found.image.exposure_s == pytest.approx(0.0095)
    assert found.notes == ()
    path.write_bytes(path.read_bytes()[:-100])
    cut = raw_image_of(label_of(path))
    assert cut.image.line_s == pytest.approx(0.013)
    assert "evenly" in cut.notes[0]


def test_hrsc_cubes_have_a_table_of_times(tmp_path):
    instrument = (
        "InstrumentId = HRSC\nTargetName = Mars\nSumming = 2\nStartTime = 2008-02-08T12:08:53\n"
        "StopTime = 2008-02-08T12:09:03\nDetectorId = MEX_HRSC_S1"
    )
    record = np.dtype([("et", "<f8"), ("exposure", "<f8"), ("line", "<i4")])
    changes = np.array([(1000.0, 0.5, 1), (1001.5, 0.25, 4)], record)
    table = (
        "Object = Table\nName = LineScanTimes\nStartByte = 3001\nBytes = 40\nRecords = 2\n"
        "ByteOrder = Lsb\nEnd_Object\nEnd\n"
    )
    cube = CUBE.format(samples=8, lines=6, instrument=instrument, more="")
    path = tmp_path / "h1.cub"
    head = cube.replace("\nEnd\n", f"\n{table}").encode()
    path.write_bytes(head.ljust(3000, b"\0") + changes.tobytes())
    found = raw_image_of(label_of(path))
    since = (found.image.line_starts - found.image.start) / np.timedelta64(1, "ms")
    assert since.tolist() == [0.0, 500.0, 1000.0, 1500.0, 1750.0, 2000.0]
    assert (found.instrument, found.notes) == ("-41219", ())


@pytest.mark.parametrize(("last", "lines"), [(5.5, 4), (4.5, 2)])
def test_part_of_an_hrsc_cube_has_its_lines_times(last, lines, tmp_path):
    instrument = (
        "InstrumentId = HRSC\nTargetName = Mars\nSumming = 2\nStartTime = 2008-02-08T12:08:53\n"
        "StopTime = 2008-02-08T12:09:03\nDetectorId = MEX_HRSC_S1"
    )
    alpha = (
        "Group = AlphaCube\nAlphaSamples = 8\nAlphaLines = 6\nAlphaStartingSample = 2.5\n"
        f"AlphaStartingLine = 1.5\nAlphaEndingSample = 6.5\nAlphaEndingLine = {last}\n"
        f"BetaSamples = 4\nBetaLines = {lines}\nEnd_Group"
    )
    record = np.dtype([("et", "<f8"), ("exposure", "<f8"), ("line", "<i4")])
    changes = np.array([(1000.0, 0.5, 1), (1001.5, 0.25, 4)], record)
    table = (
        "Object = Table\nName = LineScanTimes\nStartByte = 3001\nBytes = 40\nRecords = 2\n"
        "ByteOrder = Lsb\nEnd_Object\nEnd\n"
    )
    cube = CUBE.format(samples=4, lines=lines, instrument=instrument, more=alpha)
    path = tmp_path / "h1.cub"
    path.write_bytes(
        cube.replace("\nEnd\n", f"\n{table}").encode().ljust(3000, b"\0") + changes.tobytes()
    )
    if lines != last - 1.5:
        with pytest.raises(LabelError, match="does not have the lines"):
            raw_image_of(label_of(path))
        return
    image = raw_image_of(label_of(path)).image
    assert image.start == np.datetime64("2008-02-08T12:08:53.5")
    since = (image.line_starts - image.start) / np.timedelta64(1, "ms")
    assert since.tolist() == [0.0, 500.0, 1000.0, 1250.0]
    assert (image.first_sample, image.sample_summing) == (5.0, 2.0)


def test_early_images_of_the_right_lroc_camera_are_mirrored():
    for version, mirrored in (("v1.2", True), ("v1.3", False), ("v1.8", False)):
        text = (
            f'PDS_VERSION_ID = PDS3\n^IMAGE = "A.IMG"\nINSTRUMENT_ID = LROC\nFRAME_ID = RIGHT\n'
            f'PRODUCT_VERSION_ID = "{version}"\nSTART_TIME = 2009-07-30T12:20:38.185\n'
            "CROSSTRACK_SUMMING = 2\nLINE_EXPOSURE_DURATION = 1.0288 <ms>\nTARGET_NAME = MOON\n"
            "OBJECT = IMAGE\nLINES = 9\nLINE_SAMPLES = 2532\nSAMPLE_TYPE = LSB_INTEGER\n"
            "SAMPLE_BITS = 8\nEND_OBJECT\nEND\n"
        )
        found = raw_image_of(label(text))
        assert (found.instrument, found.image.mirrored) == ("-85610", mirrored)
        assert found.image.sample_summing == 2.0


def test_lorri_binned_is_another_instrument():
    assert raw_image_of(
        label(CUBE.format(samples=256, lines=256, instrument=LORRI, more=""))
    ).instrument == ("-98302")
    with pytest.raises(LabelError, match="has 300 samples"):
        raw_image_of(label(CUBE.format(samples=300, lines=256, instrument=LORRI, more="")))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("INSTRUMENT_ID = CTX", "INSTRUMENT_ID = MARCI"), "by MARS_RECONNAISSANCE_ORBITER MARCI"),
        (("START_TIME = 2009-06-01T00:38:16.057", "START_TIME = UNK"), "lacks START_TIME"),
        (("START_TIME = 2009-06-01T00:38:16.057", "START_TIME = soon"), "not a UTC time"),
        (("1.877 <MSEC>", '"N/A"'), "lacks LINE_EXPOSURE_DURATION"),
        (("TARGET_NAME", "MAP_PROJECTION_TYPE = MERCATOR\nTARGET_NAME"), "is a map already"),
        (("LINES = 4", "LINES = 0"), "describes no image"),
    ],
)
def test_what_cannot_be_placed_says_why(change, sentence):
    text = CTX.format(samples=5056, summing=1, first=0)
    assert change[0] in text
    with pytest.raises(PlanetaryError, match=sentence):
        raw_image_of(label(text.replace(*change)))


def test_words_are_found_however_spelled():
    words = Words([("MESS:EXPOSURE", 5), ("TargetName", "N/A"), ("TARGET_NAME", "MARS")])
    assert words.number("exposure") == words.number("Mess:Exposure") == 5
    assert words.word("Target_Name") == "MARS"
