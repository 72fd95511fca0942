"""Map files of ISIS; truth: GDAL's reader of ISIS cubes makes the same CRS of them again."""

from __future__ import annotations

import pytest

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.isis_maps import Bounds, map_file

MARS = {"target": "MARS", "equatorial_m": 3396190.0, "polar_m": 3396190.0}


def terms_of(proj: str) -> dict[str, str]:
    words = (word.lstrip("+").partition("=") for word in proj.split())
    return {name: value for name, _, value in words}


def keywords(text: str) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == "Group = Mapping"
    assert lines[-2:] == ["End_Group", "End"]
    pairs = (line.partition("=") for line in lines[1:-2])
    return {name.strip(): value.strip() for name, _, value in pairs}


@pytest.mark.parametrize(
    ("proj", "expected"),
    [
        (
            "+proj=eqc +lat_ts=20 +lat_0=0 +lon_0=-93 +x_0=0 +y_0=0 +R=3396190",
            {
                "ProjectionName": "Equirectangular",
                "CenterLatitude": "20.0",
                "CenterLongitude": "-93.0",
            },
        ),
        (
            "+proj=stere +lat_0=-90 +lon_0=45 +k=1 +x_0=0 +y_0=0 +R=3396190",
            {
                "ProjectionName": "PolarStereographic",
                "CenterLatitude": "-90.0",
                "CenterLongitude": "45.0",
            },
        ),
        (
            "+proj=sinu +lon_0=10 +x_0=0 +y_0=0 +R=3396190",
            {"ProjectionName": "Sinusoidal", "CenterLongitude": "10.0"},
        ),
        (
            "+proj=lcc +lat_1=30 +lat_2=50 +lat_0=40 +lon_0=100 +R=3396190",
            {
                "ProjectionName": "LambertConformal",
                "CenterLatitude": "40.0",
                "FirstStandardParallel": "30.0",
                "SecondStandardParallel": "50.0",
            },
        ),
        (
            "+proj=tmerc +lat_0=0 +lon_0=5 +k=0.9996 +R=3396190",
            {"ProjectionName": "TransverseMercator", "ScaleFactor": "0.9996"},
        ),
        (
            "+proj=laea +lat_0=15 +lon_0=5 +R=3396190",
            {"ProjectionName": "LambertAzimuthalEqualArea", "CenterLatitude": "15.0"},
        ),
    ],
)
def test_keywords_are_those_that_isis_documents(proj, expected):
    found = keywords(map_file(terms_of(proj), **MARS))
    assert expected.items() <= found.items()
    assert found["TargetName"] == "Mars"
    assert found["EquatorialRadius"] == "3396190.0 <meters>"
    assert found["LatitudeType"] == "Planetocentric"
    assert found["LongitudeDirection"] == "PositiveEast"
    assert found["LongitudeDomain"] == "180"
    assert "PixelResolution" not in found


def test_resolution_and_bounds_are_told():
    eqc = terms_of("+proj=eqc +lon_0=-170 +R=3396190")
    found = keywords(
        map_file(eqc, **MARS, resolution_m=6.5, bounds=Bounds(170.0, 190.0, -5.0, 5.0))
    )
    assert found["PixelResolution"] == "6.5 <meters/pixel>"
    assert (found["MinimumLongitude"], found["MaximumLongitude"]) == ("170.0", "190.0")
    assert (found["LongitudeDomain"], found["CenterLongitude"]) == ("360", "190.0")


@pytest.mark.parametrize(
    "proj",
    [
        "+proj=longlat +R=3396190",
        "+proj=eqc +lon_0=0 +x_0=1000 +R=3396190",
        "+proj=eqc +lat_0=10 +R=3396190",
        "+proj=stere +lat_0=40 +lon_0=0 +R=3396190",
        "+proj=stere +lat_0=90 +k=0.994 +R=3396190",
        "+proj=aea +lat_1=10 +lat_2=20 +R=3396190",
    ],
)
def test_what_isis_has_not_is_refused(proj):
    with pytest.raises(PlanetaryError, match="ISIS has no map") as caught:
        map_file(terms_of(proj), **MARS)
    assert "metres" in caught.value.hint
