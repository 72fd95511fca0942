"""What the WKT of a coordinate reference system says, version 1 or 2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from planetary_qgis.core.bodies import Body, find_body

_TOKEN = re.compile(r'"(?:[^"]|"")*"|[A-Za-z_]\w*|[-+]?[0-9.]+(?:[eE][-+]?\d+)?|[\[\](),]')
_BODY_IN_NAME = re.compile(r"(?:GCS_|D_)?([A-Za-z0-9/]+)")
_LIKE_EARTH_M = (6_350_000.0, 6_400_000.0)


@dataclass
class WktNode:
    """A keyword with its values and the keywords inside it."""

    keyword: str
    values: list[str] = field(default_factory=list)
    children: list[WktNode] = field(default_factory=list)

    def all(self, *keywords: str) -> Iterator[WktNode]:
        """The nodes of these keywords, this one and all below."""
        if self.keyword in keywords:
            yield self
        for child in self.children:
            yield from child.all(*keywords)

    def first(self, *keywords: str) -> WktNode | None:
        return next(self.all(*keywords), None)


@dataclass(frozen=True)
class CrsFacts:
    """What there is to say of a CRS in words.

    Attributes:
        code: As IAU_2015:49900; "" where it has none.
        inverse_flattening: 0 for a sphere.
        projection: Its method, as WKT spells it; "" for longitudes and latitudes.
        parameters: Of the projection, by lower-case names with underscores.
    """

    name: str
    code: str
    datum: str
    ellipsoid: str
    semi_major_m: float
    inverse_flattening: float
    projection: str
    parameters: dict[str, float]
    wkt: str

    @property
    def is_geographic(self) -> bool:
        return not self.projection

    @property
    def body(self) -> Body | None:
        """The body that datum or ellipsoid are named after."""
        for text in (self.datum, self.ellipsoid):
            for name in (text, _first_word(text)):
                found = find_body(name)
                if found is not None:
                    return found
        return None

    @property
    def is_on_earth(self) -> bool:
        """Whether the ellipsoid is as large as the Earth's and no other body is named."""
        low, high = _LIKE_EARTH_M
        body = self.body
        return low < self.semi_major_m < high and (body is None or body.name == "EARTH")


def crs_facts(wkt: str) -> CrsFacts | None:
    """The facts of a WKT; None where it is none of a place on a body."""
    root = parsed_wkt(wkt)
    if root is None:
        return None
    ellipsoid = root.first("SPHEROID", "ELLIPSOID")
    if ellipsoid is None or len(ellipsoid.values) < 2:
        return None
    datum = root.first("DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE")
    method = root.first("PROJECTION", "METHOD")
    return CrsFacts(
        name=_text(root),
        code=_code(root),
        datum=_text(datum),
        ellipsoid=_text(ellipsoid),
        semi_major_m=_number(ellipsoid, 1),
        inverse_flattening=_number(ellipsoid, 2),
        projection=_text(method),
        parameters={
            _text(each).lower().replace(" ", "_"): _number(each, 1)
            for each in root.all("PARAMETER")
            if len(each.values) > 1
        },
        wkt=wkt,
    )


def parsed_wkt(wkt: str) -> WktNode | None:
    """The tree of a WKT; None where it is none."""
    open_nodes: list[WktNode] = []
    root: WktNode | None = None
    waiting = ""
    for word in _TOKEN.findall(wkt):
        if word in "[(":
            node = WktNode(waiting.upper())
            if open_nodes:
                open_nodes[-1].children.append(node)
            root = root or node
            open_nodes.append(node)
            waiting = ""
        elif word in "]),":
            if waiting and open_nodes:
                open_nodes[-1].values.append(waiting)
            waiting = ""
            if word != "," and open_nodes:
                open_nodes.pop()
        else:
            waiting = word
    return root if root is not None and not open_nodes else None


def _text(node: WktNode | None) -> str:
    if node is None or not node.values:
        return ""
    return node.values[0].strip('"').replace('""', '"')


def _number(node: WktNode, position: int) -> float:
    try:
        return float(node.values[position])
    except (IndexError, ValueError):
        return 0.0


def _code(root: WktNode) -> str:
    """The authority and code of the CRS itself, not of its parts."""
    for child in root.children:
        if child.keyword in ("AUTHORITY", "ID") and len(child.values) > 1:
            return ":".join(value.strip('"') for value in child.values[:2])
    return ""


def _first_word(text: str) -> str:
    found = _BODY_IN_NAME.match(text)
    return found[1] if found else ""
