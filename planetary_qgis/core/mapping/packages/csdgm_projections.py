"""Map projections as CSDGM spells them."""

from __future__ import annotations

from collections.abc import Callable

from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.mapping.packages.csdgm_nodes import Node, node
from planetary_qgis.core.mapping.packages.wkt_facts import CrsFacts

_LON = ("central_meridian", "longitude_of_center", "longitude_of_natural_origin",
        "longitude_of_false_origin", "longitude_of_origin")  # fmt: skip
_LAT = ("latitude_of_origin", "latitude_of_center", "latitude_of_natural_origin",
        "latitude_of_false_origin")  # fmt: skip
_FIRST = ("standard_parallel_1", "latitude_of_1st_standard_parallel",
          "latitude_of_standard_parallel")  # fmt: skip
_SECOND = ("standard_parallel_2", "latitude_of_2nd_standard_parallel")
_SCALE = ("scale_factor", "scale_factor_at_natural_origin")
_EAST = ("false_easting", "easting_at_false_origin")
_NORTH = ("false_northing", "northing_at_false_origin")

_METHODS = (
    ("polar", "stereographic", "Polar Stereographic", "polarst"),
    ("stereographic", "", "Stereographic", "stereo"),
    ("transverse", "mercator", "Transverse Mercator", "transmer"),
    ("mercator", "", "Mercator", "mercator"),
    ("equirectangular", "", "Equirectangular", "equirect"),
    ("equidistant", "cylindrical", "Equirectangular", "equirect"),
    ("plate", "carr", "Equirectangular", "equirect"),
    ("sinusoidal", "", "Sinusoidal", "sinusoid"),
    ("lambert", "conformal", "Lambert Conformal Conic", "lambertc"),
    ("lambert", "azimuthal", "Lambert Azimuthal Equal Area", "lamberta"),
    ("albers", "", "Albers Conical Equal Area", "albers"),
    ("orthographic", "", "Orthographic", "orthogr"),
    ("robinson", "", "Robinson", "robinson"),
)


def projection_node(crs: CrsFacts) -> Node:
    """The projection of a CRS; those that the standard has no name for by their parameters."""
    method = crs.projection.lower().replace("_", " ")
    for first, second, name, tag in _METHODS:
        if first in method and second in method:
            return node("mapproj", node("mapprojn", name), node(tag, _PARTS[tag](_Of(crs))))
    told = ", ".join(f"{key} = {value:g}" for key, value in crs.parameters.items())
    other = node("otherprj", f"{crs.projection}: {told or 'no parameters'}")
    return node("mapproj", node("mapprojn", crs.projection), node("mapprojp", other))


class _Of:
    """The parameters of a CRS as elements."""

    def __init__(self, crs: CrsFacts) -> None:
        self._parameters = crs.parameters

    def value(self, names: tuple[str, ...], unknown: float = 0.0) -> float:
        return next((self._parameters[name] for name in names if name in self._parameters), unknown)

    def one(self, tag: str, names: tuple[str, ...], unknown: float = 0.0) -> Node:
        return node(tag, f"{self.value(names, unknown):.10g}")

    def false(self) -> list[Node]:
        return [self.one("feast", _EAST), self.one("fnorth", _NORTH)]

    def lon(self, tag: str = "longcm") -> Node:
        """A longitude in [-180, 180), as the standard has them."""
        return node(tag, f"{float(wrap_180(self.value(_LON))):.10g}")

    def parallels(self) -> list[Node]:
        found = [self.one("stdparll", _FIRST, self.value(_LAT))]
        return found + ([self.one("stdparll", _SECOND)] if self.has(_SECOND) else [])

    def has(self, names: tuple[str, ...]) -> bool:
        return any(name in self._parameters for name in names)


def _center(of: _Of) -> list[Node]:
    return [of.lon("longpc"), of.one("latprjc", _LAT), *of.false()]


def _conic(of: _Of) -> list[Node]:
    return [*of.parallels(), of.lon(), of.one("latprjo", _LAT), *of.false()]


def _polar(of: _Of) -> list[Node]:
    # WKT 1 gives the parallel of true scale as latitude of origin where that is not the pole.
    lat = of.value(_FIRST, of.value(_LAT, 90.0))
    scale = of.one("sfprjorg", _SCALE, 1.0)
    is_scaled = abs(lat) == 90.0 or of.value(_SCALE, 1.0) != 1.0
    true_at = scale if is_scaled else node("stdparll", f"{lat:.10g}")
    return [of.lon("svlong"), true_at, *of.false()]


def _mercator(of: _Of) -> list[Node]:
    by_parallel = of.has(_FIRST) and not of.has(_SCALE)
    first = of.one("stdparll", _FIRST) if by_parallel else of.one("sfequat", _SCALE, 1.0)
    return [first, of.lon(), *of.false()]


def _transverse(of: _Of) -> list[Node]:
    return [of.one("sfctrmer", _SCALE, 1.0), of.lon(), of.one("latprjo", _LAT), *of.false()]


_PARTS: dict[str, Callable[[_Of], list[Node]]] = {
    "polarst": _polar,
    "stereo": _center,
    "transmer": _transverse,
    "mercator": _mercator,
    "equirect": lambda of: [of.one("stdparll", _FIRST), of.lon(), *of.false()],
    "sinusoid": lambda of: [of.lon(), *of.false()],
    "lambertc": _conic,
    "albers": _conic,
    "lamberta": _center,
    "orthogr": _center,
    "robinson": lambda of: [of.lon("longpc"), *of.false()],
}
