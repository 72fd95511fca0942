"""Unprojected images of HiRISE, WAC, JunoCam, Kaguya's TC and MI, Dawn FC, SSI: their labels.

The labels are made up; what is expected is what instrument kernels and USGS ISIS say, and, where
noted, the ISD that USGS ALE made of a real image.
"""

from __future__ import annotations

import numpy as np
import pytest

from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.rasters.raster_labels import label_from_text
from planetary_qgis.core.rasters.raw_image_labels import raw_image_of

PDS3 = """PDS_VERSION_ID = PDS3
^IMAGE = "A.IMG"
{keywords}
OBJECT = IMAGE
LINES = {lines}
LINE_SAMPLES = {samples}
BANDS = {bands}
SAMPLE_TYPE = MSB_UNSIGNED_INTEGER
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
Bands = {bands}
End_Group
Group = Pixels
Type = Real
ByteOrder = Lsb
Base = 0.0
Multiplier = 1.0
End_Group
End_Object
Group = Instrument
{keywords}
End_Group
{more}
End_Object
End
"""
HIRISE = """INSTRUMENT_HOST_NAME = "MARS RECONNAISSANCE ORBITER"
INSTRUMENT_ID = "HIRISE"
TARGET_NAME = "MARS"
START_TIME = 2006-11-17T03:27:53.116
GROUP = INSTRUMENT_SETTING_PARAMETERS
MRO:CPMM_NUMBER = {cpmm}
MRO:CHANNEL_NUMBER = {channel}
MRO:SCAN_EXPOSURE_DURATION = 83.6875 <MICROSECONDS>
MRO:LINE_EXPOSURE_DURATION = 334.7500 <MICROSECONDS>
MRO:BINNING = 4
MRO:TDI = 64
END_GROUP = INSTRUMENT_SETTING_PARAMETERS"""
WAC = """SpacecraftName = "LUNAR RECONNAISSANCE ORBITER"
InstrumentId = {instrument}
TargetName = Moon
StartTime = 2009-09-15T07:27:49.230
ExposureDuration = 40 <ms>
InterframeDelay = 578.125 <ms>
Mode = {mode}
DataFlipped = {flipped}
ColorOffset = {offset}
Framelets = Even
InstrumentModeId = {mode_id}"""
JUNOCAM = """SpacecraftName = JUNO
InstrumentId = JNC
TargetName = JUPITER
StartTime = 2016-08-27T09:00:04.129
ExposureDuration = 204.8 <ms>
InterFrameDelay = 0.378 <s>
SummingMode = 1
FrameNumber = 8"""
TC = """MISSION_NAME = SELENE
SPACECRAFT_NAME = SELENE-M
INSTRUMENT_ID = TC1
TARGET_NAME = MOON
START_TIME = 2009-04-05T20:09:53.610804Z
CORRECTED_START_TIME = 2009-04-05T20:09:53.607478Z
LINE_EXPOSURE_DURATION = 3.25 <msec>
CORRECTED_SAMPLING_INTERVAL = (6.500000 <msec>)
FIRST_SAMPLED_LINE_POSITION = UPPERMOST
FIRST_DETECTOR_ELEMENT_POSITION = LEFT
{swath}"""
DAWN = """INSTRUMENT_ID = "FC2"
TARGET_NAME = "1 CERES"
START_TIME = 2015-170T16:15:46.345
STOP_TIME = 2015-170T16:15:48.337
FILTER_NUMBER = "6"
EXPOSURE_DURATION = 1800.000 <millisecond>"""


def archived(keywords: str, samples: int, lines: int, bands: int = 1):
    text = PDS3.format(keywords=keywords, samples=samples, lines=lines, bands=bands)
    return raw_image_of(label_from_text(text, "image.lbl"))


def cube(keywords: str, samples: int, lines: int, bands: int = 1, more: str = ""):
    text = CUBE.format(keywords=keywords, samples=samples, lines=lines, bands=bands, more=more)
    return raw_image_of(label_from_text(text, "image.cub"))


def wac(filters: str, samples: int, lines: int, bands: int = 1, **changes: str):
    said = {"instrument": "WAC-VIS", "mode": "0", "flipped": "No", "offset": "0"}
    keywords = WAC.format(**{**said, "mode_id": "COLOR", **changes})
    more = f"Group = BandBin\nFilterNumber = {filters}\nEnd_Group"
    return cube(keywords, samples, lines, bands, more)


NAC = """<?xml version="1.0"?>
<Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1" xmlns:lro="urn:lro">
<Observation_Area><Time_Coordinates>
<start_date_time>2009-07-19T00:00:26.423000Z</start_date_time>
</Time_Coordinates><Observing_System>
<Observing_System_Component><name>LUNAR RECONNAISSANCE ORBITER CAMERA</name>
<type>Instrument</type></Observing_System_Component></Observing_System>
<Target_Identification><name>MOON</name></Target_Identification>
<Mission_Area><lro:frame_id>RIGHT</lro:frame_id>
<lro:line_exposure_duration unit="ms">0.9776</lro:line_exposure_duration></Mission_Area>
</Observation_Area>
<File_Area_Observational><File><file_name>A.IMG</file_name></File><Array_2D_Image>
<offset unit="byte">0</offset><axes>2</axes>
<axis_index_order>Last Index Fastest</axis_index_order>
<Element_Array><data_type>UnsignedByte</data_type></Element_Array>
<Axis_Array><axis_name>Line</axis_name><elements>1024</elements>
<sequence_number>1</sequence_number></Axis_Array>
<Axis_Array><axis_name>Sample</axis_name><elements>{samples}</elements>
<sequence_number>2</sequence_number></Axis_Array>
</Array_2D_Image></File_Area_Observational></Product_Observational>
"""


def seconds_from(image, start: str) -> float:
    return float((image.start - np.datetime64(start, "us")) / np.timedelta64(1, "us")) / 1e6


@pytest.mark.parametrize(
    ("cpmm", "channel", "instrument", "first_sample"),
    [(4, 0, "-74612", 1025.0), (8, 1, "-74605", 1.0), (13, 0, "-74609", 1025.0)],
)
def test_hirise(cpmm, channel, instrument, first_sample):
    found = archived(HIRISE.format(cpmm=cpmm, channel=channel), 256, 5000)
    image = found.image
    assert (found.observer, found.instrument, found.imaging) == ("-74", instrument, "line scan")
    assert image.first_sample == first_sample
    assert image.detector_samples(np.array([0.0, 256.0])) == pytest.approx(
        [first_sample - 0.5, first_sample + 1023.5]
    )
    # 64 lines below -64, seen from the middle of the CCD, which is 64.5.
    assert image.first_line == 64.5 - 64.0 + 64 / 2
    assert image.line_s == pytest.approx(334.75e-6)
    # The table of spiceinit begins with the first line of a real image: 217006138.29611 TDB is
    # 03:27:53.113335 UTC; labels say no more than milliseconds.
    assert abs(seconds_from(image, "2006-11-17T03:27:53.113335")) < 0.5e-3


def test_part_of_a_scan_is_by_the_same_line_of_the_detector():
    keywords = (
        "InstrumentId = HIRISE\nTargetName = Mars\nStartTime = 2006-11-17T03:27:53.116\n"
        "LineExposureDuration = 100 <MICROSECONDS>\nSumming = 1\nTdi = 128\nCpmmNumber = 5\n"
        "ChannelNumber = 1"
    )
    alpha = (
        "Group = AlphaCube\nAlphaSamples = 1024\nAlphaLines = 9000\nAlphaStartingSample = 24.5\n"
        "AlphaStartingLine = 1000.5\nAlphaEndingSample = 124.5\nAlphaEndingLine = 3000.5\n"
        "BetaSamples = 100\nBetaLines = 1000\nEnd_Group"
    )
    whole, part = cube(keywords, 1024, 9000).image, cube(keywords, 100, 1000, more=alpha).image
    assert part.first_line == whole.first_line == 64.5
    assert (part.first_sample, part.line_s) == pytest.approx((25.0, 200e-6))
    assert (part.start - whole.start) / np.timedelta64(1, "us") == pytest.approx(100_000.0)


def test_hirise_images_that_are_no_channel_are_not_raw():
    stitched = HIRISE.format(cpmm=4, channel=2)
    with pytest.raises(LabelError, match="lacks CHANNEL_NUMBER or TDI"):
        archived(stitched, 256, 5000)


@pytest.mark.parametrize(("samples", "summing"), [(5064, 1.0), (2532, 2.0)])
def test_lroc_narrow_angle_of_pds4(samples, summing):
    found = raw_image_of(label_from_text(NAC.format(samples=samples), "image.xml"))
    assert (found.instrument, found.target) == ("-85610", "MOON")
    assert (found.image.sample_summing, found.image.mirrored) == (summing, False)
    # A real label of so long lines starts 1.006 s after its preroll, which takes 1024 of them.
    assert found.image.line_s * 1024 == pytest.approx(1.006, abs=1e-3)


def test_part_of_a_narrow_angle_image_of_pds4_is_refused():
    with pytest.raises(LabelError, match="1000 samples, the detector 5064"):
        raw_image_of(label_from_text(NAC.format(samples=1000), "image.xml"))


def test_wac_framelets_of_the_ultraviolet_are_summed():
    found = wac("(1, 2)", 128, 1040, 2, instrument="WAC-UV")
    image = found.image
    assert (found.instrument, found.imaging) == ("-85641", "push frame")
    assert (image.framelet_lines, image.framelets) == (4, 260)
    assert image.interframe_s == pytest.approx(0.578125)
    assert (image.sample_summing, image.line_summing) == (4.0, 4.0)
    # FILTER_OFFSET and COLOR_SAMPLE_OFFSET are the first pixels, by the kernel's counting.
    assert image.detector_lines(np.array([0.0, 4.0])).tolist() == [243.5, 259.5]
    assert image.detector_samples(np.array([0.0, 128.0])).tolist() == [263.5, 775.5]
    assert "first band" in found.notes[0]


@pytest.mark.parametrize(
    ("number", "instrument", "first_line"),
    [(3, "-85631", 703), (4, "-85632", 728), (5, "-85633", 754), (6, "-85634", 781)],
)
def test_wac_framelets_of_the_visible(number, instrument, first_line):
    found = wac(str(number), 704, 28)
    assert found.instrument == instrument
    assert (found.image.first_line, found.image.first_sample) == (first_line, 160.0)
    assert (found.image.framelets, found.notes) == (2, ())


def test_wac_reads_all_samples_over_the_poles():
    assert wac("5", 1024, 28, mode_id="BW", mode="2").image.first_sample == 0.0
    assert wac("5", 704, 28, mode_id="BW", mode="1").image.first_sample == 160.0


def test_wac_images_that_are_not_in_the_cameras_order_are_refused():
    with pytest.raises(LabelError, match="another order"):
        wac("3", 704, 28, flipped="Yes")
    with pytest.raises(LabelError, match="another order"):
        wac("3", 704, 28, offset="5")
    keywords = WAC.format(
        instrument="LROC", mode="0", flipped="No", offset="0", mode_id="COLOR"
    ).replace("InstrumentModeId", "FILTER_NUMBER = 3\nINSTRUMENT_MODE_ID")
    with pytest.raises(LabelError, match="several filters one below the other"):
        archived(keywords, 704, 780)
    assert archived(keywords.replace("COLOR", "BW"), 704, 28).image.framelets == 2


def test_junocam():
    more = "Group = BandBin\nFilterName = METHANE\nNaifIkCode = -61504\nEnd_Group"
    found = cube(JUNOCAM, 1648, 128, 1, more)
    assert (found.instrument, found.imaging) == ("-61504", "push frame")
    assert (found.image.framelet_lines, found.image.first_line) == (128, 1.0)
    assert found.image.interframe_s == pytest.approx(0.379)
    # The ISD's middle is 2.81696 s after the label's start, 0.06188 of them by the kernel's bias.
    middle_s = seconds_from(found.image, "2016-08-27T09:00:04.129") + 0.2048 / 2
    assert middle_s + 0.06188 == pytest.approx(2.81696, abs=5e-4)


def test_junocam_of_several_filters_is_to_be_parted():
    one = JUNOCAM.replace("FrameNumber = 8", 'FILTER_NAME = {"METHANE"}')
    assert archived(one, 1648, 1280).image.framelets == 10
    several = one.replace('{"METHANE"}', "('BLUE', 'GREEN', 'RED')")
    with pytest.raises(LabelError, match="framelets of 3 filters"):
        archived(several, 1648, 3840)


@pytest.mark.parametrize(
    ("swath", "first_sample"),
    [
        ("SWATH_MODE_ID = FULL\nFIRST_PIXEL_NUMBER = 1", 1.0),
        ("SWATH_MODE_ID = NOMINAL", 297.0),
        ("SWATH_MODE_ID = HALF", 1172.0),
        ("FIRST_PIXEL_NUMBER = 297", 297.0),
    ],
)
def test_kaguya_terrain_camera(swath, first_sample):
    found = archived(TC.format(swath=swath), 1600, 400)
    assert (found.observer, found.instrument) == ("-131", "-131351")
    assert found.image.first_sample == first_sample
    assert found.image.start == np.datetime64("2009-04-05T20:09:53.607478")
    assert (found.image.line_s, found.image.exposure_s) == pytest.approx((0.0065, 0.00325))


def test_kaguya_terrain_camera_without_its_swath():
    with pytest.raises(LabelError, match="which part of the detector"):
        archived(TC.format(swath=""), 1600, 400)


@pytest.mark.parametrize(
    "keyword", ["FIRST_DETECTOR_ELEMENT_POSITION", "FIRST_DETECTOR_ELEM_POSITION"]
)
def test_kaguya_labels_of_two_kinds_tell_which_way_samples_run(keyword):
    keywords = TC.format(swath="BASE_BAND = MV5").replace("TC1", '"MI-VIS"')
    keywords = keywords.replace("FIRST_DETECTOR_ELEMENT_POSITION = LEFT", f"{keyword} = RIGHT")
    found = archived(keywords, 962, 960)
    assert found.instrument == "-131335"
    assert found.image.mirrored


def test_dawn_exposes_after_its_detector_is_cleared():
    found = archived(DAWN, 1024, 1024)
    assert found.instrument == "-203126"
    # 1.09351 s is what the ISD has between the label's start and the middle of the exposure.
    middle_s = seconds_from(found.image, "2015-06-19T16:15:46.345") + found.image.exposure_s / 2
    assert middle_s == pytest.approx(1.09351, abs=1e-3)
    stop_s = seconds_from(found.image, "2015-06-19T16:15:48.337") + found.image.exposure_s
    assert stop_s == pytest.approx(0.0, abs=2e-3)


def test_cubes_may_name_the_instrument_by_an_id_of_their_own():
    keywords = (
        'SpacecraftName = "Galileo Orbiter"\nInstrumentId = "SOLID STATE IMAGING SYSTEM"\n'
        "TargetName = IO\nStartTime = 1997-02-19T21:07:27.314\n"
        "ExposureDuration = 0.19583 <seconds>\nSumming = 1"
    )
    named = "Group = Kernels\nNaifFrameCode = {}\nEnd_Group"
    found = cube(keywords, 800, 800, more=named.format(-77001))
    assert found.instrument == "-77001"
    # ISIS and the ISD take the label's time for the middle of the exposure.
    assert seconds_from(found.image, "1997-02-19T21:07:27.314") == pytest.approx(-0.097915)
    assert cube(keywords, 800, 800, more=named.format(-1)).instrument == "-77036"
    assert cube(keywords, 800, 800).instrument == "-77036"


def test_a_camera_that_is_not_known_is_named():
    keywords = (
        "INSTRUMENT_ID = HRSC\nDETECTOR_ID = MEX_HRSC_SRC\nTARGET_NAME = MARS\n"
        "START_TIME = 2004-01-10T14:02:57.817Z\nEXPOSURE_DURATION = 3.024 <ms>"
    )
    with pytest.raises(LabelError, match="names MEX_HRSC_SRC as DETECTOR_ID, which") as told:
        archived(keywords, 1008, 1008)
    assert "MEX_HRSC_NADIR" in told.value.details
