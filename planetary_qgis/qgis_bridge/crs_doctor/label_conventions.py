"""What a raster's label says of its map: whose latitudes, which longitudes, which ellipsoid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planetary_qgis.core.bodies import Body
from planetary_qgis.qgis_bridge.crs_doctor.body_names import body_named

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.raster_labels import RasterLabel

_GROUPS = ("MAPPING", "IMAGE_MAP_PROJECTION")
_METRES = {"KM": 1000.0, "KILOMETERS": 1000.0, "KILOMETER": 1000.0, "M": 1.0, "METERS": 1.0}
_KILOMETRES_BELOW = 1e5
"""A radius of a body in metres is hardly smaller, in kilometres never larger."""
_PDS4_NAMES = {
    "PROJECTION": ("map_projection_name",),
    "LATITUDES": ("latitude_type",),
    "LONGITUDES": ("longitude_direction",),
    "EQUATORIAL": ("a_axis_radius", "semi_major_radius"),
    "POLAR": ("c_axis_radius", "polar_radius"),
    "CENTER_LON": ("longitude_of_central_meridian", "straight_vertical_longitude_from_pole"),
    "CENTER_LAT": ("latitude_of_projection_origin",),
}
_PVL_NAMES = {
    "PROJECTION": ("PROJECTIONNAME", "MAP_PROJECTION_TYPE"),
    "LATITUDES": ("LATITUDETYPE", "PROJECTION_LATITUDE_TYPE", "COORDINATE_SYSTEM_NAME"),
    "LONGITUDES": ("LONGITUDEDIRECTION", "POSITIVE_LONGITUDE_DIRECTION"),
    "EQUATORIAL": ("EQUATORIALRADIUS", "A_AXIS_RADIUS"),
    "POLAR": ("POLARRADIUS", "C_AXIS_RADIUS"),
    "CENTER_LON": ("CENTERLONGITUDE", "CENTER_LONGITUDE"),
    "CENTER_LAT": ("CENTERLATITUDE", "CENTER_LATITUDE"),
    "PARALLEL_1": ("FIRSTSTANDARDPARALLEL",),
    "PARALLEL_2": ("SECONDSTANDARDPARALLEL",),
    "SCALE": ("SCALEFACTOR",),
    "TARGET": ("TARGETNAME",),
}


@dataclass(frozen=True)
class MapConventions:
    """What a label says of its map; None and empty where it does not.

    Attributes:
        projection: Upper case, letters only: POLARSTEREOGRAPHIC.
        is_isis: Of an ISIS cube, whose projections are ellipsoidal in its own way.
        latitudes: "ocentric" or "ographic".
        numbers: Central longitude and latitude, standard parallels and scale factor, as the label
            counts them, by the names CENTER_LON, CENTER_LAT, PARALLEL_1, PARALLEL_2, SCALE.
    """

    body: Body | None = None
    projection: str = ""
    is_isis: bool = False
    latitudes: str = ""
    is_west: bool = False
    equatorial_m: float | None = None
    polar_m: float | None = None
    numbers: Mapping[str, float] = ()  # type: ignore[assignment]

    @property
    def is_flattened(self) -> bool:
        """Whether planetographic latitudes differ from planetocentric ones."""
        return bool(self.equatorial_m and self.polar_m and self.equatorial_m != self.polar_m)


def conventions_of(label: RasterLabel | None) -> MapConventions:
    """What a label says of its map and target."""
    if label is None:
        return MapConventions(numbers={})
    said = _pds4(label.root) if label.kind == "PDS4" else _pvl(label.root)
    body = body_named(label.target, str(said.get("TARGET", "")))
    equatorial, polar = _metres(said.get("EQUATORIAL")), _metres(said.get("POLAR"))
    if equatorial and equatorial == polar and body is not None:
        equatorial, polar = _spheroid_of(body, equatorial)
    numbers = {name: _number(said.get(name)) for name in ("CENTER_LON", "CENTER_LAT", "SCALE")}
    numbers |= {name: _number(said.get(name)) for name in ("PARALLEL_1", "PARALLEL_2")}
    return MapConventions(
        body=body,
        projection="".join(filter(str.isalpha, str(said.get("PROJECTION", "")).upper())),
        is_isis=label.kind.startswith("ISIS"),
        latitudes=_latitudes(str(said.get("LATITUDES", ""))),
        is_west="WEST" in str(said.get("LONGITUDES", "")).upper(),
        equatorial_m=equatorial,
        polar_m=polar,
        numbers={name: value for name, value in numbers.items() if value is not None},
    )


def _spheroid_of(body: Body, radius: float) -> tuple[float, float]:
    """A spheroid's radii where a label names but the sphere that its formulas use."""
    a, b, c = body.radii_km
    return (a * 1000.0, c * 1000.0) if a == b else (radius, radius)


def _pvl(root: Any) -> dict[str, Any]:
    """The values of the first mapping group, by our names."""
    for group in _groups(root):
        values = {str(key).upper().replace("^", ""): value for key, value in group.items()}
        return {
            ours: next(values[each] for each in theirs if each in values)
            for ours, theirs in _PVL_NAMES.items()
            if any(each in values for each in theirs)
        }
    return {}


def _groups(block: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(block, Mapping):
        return
    for key, value in block.items():
        if str(key).upper() in _GROUPS and isinstance(value, Mapping):
            yield value
        else:
            yield from _groups(value)


def _pds4(root: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for ours, theirs in _PDS4_NAMES.items():
        elements = [each for each in root.all(*theirs) if each.text]
        if elements:
            found[ours] = (elements[0].text, elements[0].unit)
    return found


def _latitudes(said: str) -> str:
    said = said.upper()
    if "GRAPHIC" in said:
        return "ographic"
    return "ocentric" if "CENTRIC" in said else ""


def _number(value: Any) -> float | None:
    try:
        return float(_bare(value)[0])
    except (TypeError, ValueError):
        return None


def _metres(value: Any) -> float | None:
    """A radius in metres; without a unit its size tells which one is meant."""
    number, unit = _number(value), _bare(value)[1].upper()
    if number is None or not number > 0:
        return None
    return number * _METRES.get(unit, 1000.0 if number < _KILOMETRES_BELOW else 1.0)


def _bare(value: Any) -> tuple[Any, str]:
    """A value and its unit, of pvl's quantities and of pairs."""
    if isinstance(value, tuple) and len(value) == 2:
        return value[0], str(value[1] or "")
    return getattr(value, "value", value), str(getattr(value, "units", "") or "")
