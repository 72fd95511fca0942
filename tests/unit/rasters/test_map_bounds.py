"""The bounds of maps as PDS3 labels tell them."""

from __future__ import annotations

import pytest

from planetary_qgis.core.rasters.map_bounds import MapBounds, bounds_of
from planetary_qgis.core.rasters.raster_labels import label_from_text

LABEL = """PDS_VERSION_ID = PDS3
RECORD_TYPE = FIXED_LENGTH
RECORD_BYTES = 40
^IMAGE = "A.IMG"
OBJECT = IMAGE
 LINES = 20
 LINE_SAMPLES = 40
 SAMPLE_TYPE = UNSIGNED_INTEGER
 SAMPLE_BITS = 8
END_OBJECT = IMAGE
OBJECT = IMAGE_MAP_PROJECTION
 MAP_PROJECTION_TYPE = "SIMPLE CYLINDRICAL"
 POSITIVE_LONGITUDE_DIRECTION = {direction}
 MAP_RESOLUTION = 4.0 <pix/deg>
 MAXIMUM_LATITUDE = {north}
 MINIMUM_LATITUDE = -5 <deg>
 WESTERNMOST_LONGITUDE = {west}
 EASTERNMOST_LONGITUDE = {east}
 SAMPLE_FIRST_PIXEL = 1
 SAMPLE_LAST_PIXEL = 40
END_OBJECT = IMAGE_MAP_PROJECTION
END
"""


def bounds(direction: str, west: str, east: str, north: str = "5.0 <deg>") -> MapBounds | None:
    text = LABEL.format(direction=direction, west=west, east=east, north=north)
    label = label_from_text(text, "a.lbl")
    assert label is not None
    return bounds_of(label)


@pytest.mark.parametrize(
    ("direction", "west", "east", "found"),
    [
        ("EAST", "0.0", "10.0 <deg>", (0.0, 10.0)),
        ("EAST", "0.0", "360.0", (0.0, 360.0)),
        ("EAST", "355.0", "5.0", (355.0, 365.0)),
        ("WEST", "180.0", "120.0", (-180.0, -120.0)),
        ("WEST", "360.0", "0.0", (0.0, 360.0)),
    ],
)
def test_longitudes_count_east_and_rise(direction, west, east, found):
    told = bounds(direction, west, east)
    assert told is not None
    assert (told.west_e, told.east_e) == found
    assert (told.south, told.north, told.pixels_a_degree) == (-5.0, 5.0, 4.0)
    assert (told.columns, told.rows) == (40, 0)


def test_what_is_not_told_is_no_bound():
    assert bounds("EAST", '"N/A"', "10.0") is None
    assert bounds("EAST", "0.0", "10.0", north='"UNK"') is None
