"""Labels as missions really write them, in made-up minimal ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from planetary_qgis.core.rasters.raster_labels import label_from_text, label_of
from planetary_qgis.core.rasters.raw_layouts import damage_of, raw_layouts_of

KAGUYA = """PDS_VERSION_ID = PDS3
RECORD_TYPE = UNDEFINED
^IMAGE = 2001 <BYTES>
SPICE_METAKERNEL_FILE_NAME = RGC_INF_TCv401IK_RISE100h-
                             _02_LongCK.mk
DETECTOR_STATUS = (TC1:ON, TC2:OFF)
SATELLITE_MOVING_DIRECTION = +1
TARGET_NAME = MOON
Object = IMAGE
  ENCODING_TYPE = N/A
  LINES = 2
  LINE_SAMPLES = 3
  SAMPLE_TYPE = MSB_INTEGER
  SAMPLE_BITS = 16
  UNIT = W/m**2/micron/sr
  SCALING_FACTOR = 1.30000e-02
  INVALID_TYPE = ("SATURATION" , "MINUS" , "OTHER")
  INVALID_VALUE = (-20000 , -21000 , -23000)
  INVALID_PIXELS = ((0 , 0 , 0), (0 , 0 , 0))
{more}
End_Object
End
"""
EMPTY_LISTS = """PDS_VERSION_ID = PDS3
RECORD_BYTES = 512
^IMAGE = 3
^FRAME_2_IMAGE = 7
TARGET_NAME = "1 CERES"
PRODUCER_INSTITUTION_NAME =
    "AN INSTITUTE"
QUATERNION = (
    0.5
    , -0.1
)
SPICE_FILE_NAME = (
    "sclk\\A.tsc"
    , "lsk\\naif0011.tls"
)
RETICLE_POINT_RA = (
)
OBJECT = IMAGE
  LINE_SAMPLES = 4
  LINES = 5
  SAMPLE_BITS = 16
  SAMPLE_TYPE = "LSB_UNSIGNED_INTEGER"
  INST_CMPRS_NAME =
  "SET PARTITIONING IN HIERARCHICAL TREES (SPIHT TAP)"
END_OBJECT = IMAGE
OBJECT = FRAME_2_IMAGE
  LINE_SAMPLES = 2
  LINES = 5
  SAMPLE_BITS = 32
  SAMPLE_TYPE = "PC_REAL"
END_OBJECT = FRAME_2_IMAGE
END
"""
CALIBRATED_FIRST = """PDS_VERSION_ID = PDS3
^CALIBRATION_IMAGE = 1001 <BYTES>
^IMAGE = 1101 <BYTES>
OBJECT = CALIBRATION_IMAGE
  LINES = 2
  LINE_SAMPLES = 8
  SAMPLE_BITS = 8
  SAMPLE_TYPE = MSB_UNSIGNED_INTEGER
END_OBJECT = CALIBRATION_IMAGE
OBJECT = IMAGE
  LINES = 20
  LINE_SAMPLES = 8
  SAMPLE_BITS = 8
  SAMPLE_TYPE = MSB_UNSIGNED_INTEGER
  MISSING_CONSTANT = 16#FF#
  LINE_PREFIX_BYTES = 18
  LINE_SUFFIX_BYTES = 16
END_OBJECT = IMAGE
END
"""
CUBE = """Object = IsisCube
  Object = Core
    StartByte = 65537
    Format = Tile
    TileSamples = 128
    TileLines = 128
    Group = Dimensions
      Samples = 128
      Lines = 128
      Bands = 1
    End_Group
    Group = Pixels
      Type = SignedWord
      ByteOrder = Lsb
      Base = 0.0
      Multiplier = 0.013
    End_Group
  End_Object
  Group = Instrument
    TargetName = MOON

    # A comment line.
    StartTime = 2009-04-05T20:09:53
  End_Group
  Group = BandBin
    FilterName = BroadBand
    Center = {center}
    Width = {width}
  End_Group
  Group = Kernels
    ShapeModel = $base/dems/ldem_128ppd_clon180_radius-
                 _pad.cub
  End_Group
End_Object
End
"""


def label(text: str):
    found = label_from_text(text, "image.lbl")
    assert found is not None
    return found


def test_invalid_values_that_are_listed_by_their_reasons():
    image = label(KAGUYA.format(more="")).image
    assert image.no_data == -23000.0
    assert image.other_no_data == (-21000.0, -20000.0)
    assert (image.scale, image.unit) == (0.013, "W/m**2/micron/sr")
    outside = label(KAGUYA.format(more="  OUT_OF_IMAGE_BOUNDS_VALUE = -30000")).image
    assert outside.no_data == -30000.0
    assert outside.other_no_data == (-23000.0, -21000.0, -20000.0)


def test_lists_without_items_and_values_on_the_next_line():
    found = label(EMPTY_LISTS)
    assert found.target == "CERES"
    assert found.facts["Made by"] == "AN INSTITUTE"
    assert [image.name for image in found.objects] == ["IMAGE", "FRAME_2_IMAGE"]
    assert [image.strides.image for image in found.objects] == [1024, 3072]


def test_a_place_told_within_a_file_object_is_in_that_file():
    text = """PDS_VERSION_ID = PDS3
    OBJECT = FILE
    FILE_NAME = "A.IMG"
    RECORD_BYTES = 10
    ^IMAGE = 3
    OBJECT = IMAGE
    LINES = 4
    LINE_SAMPLES = 5
    SAMPLE_TYPE = MSB_INTEGER
    SAMPLE_BITS = 16
    END_OBJECT = IMAGE
    END_OBJECT = FILE
    END
    """
    image = label(text).objects[0]
    assert (image.file_name, image.strides.image) == ("A.IMG", 20)


def test_calibration_lines_are_not_the_image(tmp_path: Path):
    path = tmp_path / "image.img"
    path.write_bytes(CALIBRATED_FIRST.encode().ljust(1000) + bytes(100 + 20 * 42))
    found = label_of(path)
    assert (found.image.lines, found.image.no_data) == (20, 255.0)
    first = raw_layouts_of(found)[0]
    assert (first.image_offset, first.line_offset) == (1100 + 18, 8 + 18 + 16)
    assert damage_of(found) == []


@pytest.mark.parametrize(
    ("center", "width", "expected"),
    [
        ("640nm", "420nm", (640.0, 420.0)),
        ("0.64um", "0.42um", (640.0, 420.0)),
        ("0.404 <micrometers>", ".05 <micrometers>", (404.0, 50.0)),
        ("500 <NANOMETERS>", "200 <NANOMETERS>", (500.0, 200.0)),
        ("BroadBand", "Null", (None, None)),
    ],
)
def test_wavelengths_with_their_unit_in_any_way(center, width, expected):
    bands = label(CUBE.format(center=center, width=width)).bands
    assert (bands[0].wavelength_nm, bands[0].width_nm) == pytest.approx(expected)
