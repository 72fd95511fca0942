"""Basemaps of the planets: a catalogue, and each entry as GDAL reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape  # nosec B406 - writes XML, reads none

from planetary_qgis.core.bodies import Body, body
from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.errors import PlanetaryError

_FILE = Path(__file__).with_name("basemaps.toml")
_TILE = 256
_WMS_BLOCK = 512
_USER_AGENT = "Planetary QGIS"
_TIMEOUT_S = 20
_MERCATOR_WKT = (
    'PROJCRS["{title} - Sphere / Mercator",'
    'BASEGEOGCRS["{title} - Sphere / Ocentric",'
    'DATUM["{title}",ELLIPSOID["{title}",{radius!r},0,LENGTHUNIT["metre",1]]],'
    'PRIMEM["Reference Meridian",0,ANGLEUNIT["degree",0.0174532925199433]]],'
    'CONVERSION["Mercator",METHOD["Mercator (variant A)",ID["EPSG",9804]],'
    'PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433]],'
    'PARAMETER["Longitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433]],'
    'PARAMETER["Scale factor at natural origin",1,SCALEUNIT["unity",1]],'
    'PARAMETER["False easting",0,LENGTHUNIT["metre",1]],'
    'PARAMETER["False northing",0,LENGTHUNIT["metre",1]]],'
    'CS[Cartesian,2],AXIS["(E)",east,ORDER[1],LENGTHUNIT["metre",1]],'
    'AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",1]]]'
)


@dataclass(frozen=True)
class Basemap:
    """A map of a whole body that a service holds.

    Attributes:
        kind: "tiles", "wms" or "file".
        url: With {z}, {x} and {y} for tiles.
        credit: Whom the map's users have to name.
        page: Where the provider tells more.
        grid: "geographic" or "web mercator"; tiles only.
        origin: Where row 0 of the tiles lies: "top" or "bottom".
        levels: The deepest level of the tiles.
        layer: Of the WMS.
        resolution: Metres a pixel of the WMS's map.
        blank_codes: With which answers of HTTP a picture stays blank instead of being an error.
    """

    id: str
    title: str
    body: str
    provider: str
    kind: str
    url: str
    credit: str
    page: str
    grid: str = "geographic"
    origin: str = "top"
    levels: int = 0
    layer: str = ""
    resolution: float = 0.0
    blank_codes: str = "204,404"

    @property
    def name(self) -> str:
        """As its layer is called."""
        return f"{body(self.body).title}: {self.title} ({self.provider})"

    @property
    def source(self) -> str:
        """What GDAL opens."""
        if self.kind == "tiles":
            return _tiles(self)
        return _wms(self) if self.kind == "wms" else f"/vsicurl/{self.url}"


@lru_cache(maxsize=1)
def basemaps() -> tuple[Basemap, ...]:
    """All that are known, by body from the Sun outwards."""
    return tuple(Basemap(**entry) for entry in read_toml(_FILE)["basemap"])


def basemap(basemap_id: str) -> Basemap:
    """The basemap of that id.

    Raises:
        PlanetaryError: There is none.
    """
    for each in basemaps():
        if each.id == basemap_id:
            return each
    raise PlanetaryError(
        f"There is no basemap “{basemap_id}”.",
        hint=f"Choose one of {', '.join(each.id for each in basemaps())}.",
    )


def mercator_wkt(on: Body) -> str:
    """The spherical Mercator projection of a body; web map tiles are cut from it."""
    return _MERCATOR_WKT.format(title=on.title.replace('"', "'"), radius=on.sphere_radius_m)


def _tiles(each: Basemap) -> str:
    url = each.url.replace("{z}", "${z}").replace("{x}", "${x}").replace("{y}", "${y}")
    on = body(each.body)
    if each.grid == "geographic":
        window, first, projection = (180.0, 90.0), (2, 1), on.sphere_wkt
    else:
        half = math.pi * on.sphere_radius_m
        window, first, projection = (half, half), (1, 1), mercator_wkt(on)
    return _description(
        f'<Service name="TMS"><ServerUrl>{escape(url)}</ServerUrl></Service>',
        window,
        f"<TileLevel>{each.levels}</TileLevel>"
        f"<TileCountX>{first[0]}</TileCountX><TileCountY>{first[1]}</TileCountY>"
        f"<YOrigin>{each.origin}</YOrigin>",
        projection,
        _TILE,
        each.blank_codes,
    )


def _wms(each: Basemap) -> str:
    on = body(each.body)
    columns = math.ceil(2.0 * math.pi * on.sphere_radius_m / each.resolution / _WMS_BLOCK)
    width = _WMS_BLOCK * 2 ** math.ceil(math.log2(columns))
    return _description(
        '<Service name="WMS"><Version>1.1.1</Version>'
        f"<ServerUrl>{escape(each.url)}&amp;</ServerUrl>"
        f"<SRS>EPSG:4326</SRS><ImageFormat>image/jpeg</ImageFormat>"
        f"<Layers>{escape(each.layer)}</Layers><Styles></Styles></Service>",
        (180.0, 90.0),
        f"<SizeX>{width}</SizeX><SizeY>{width // 2}</SizeY>",
        on.sphere_wkt,
        _WMS_BLOCK,
        each.blank_codes,
        overviews=int(math.log2(width // _WMS_BLOCK)),
    )


def _description(
    service: str,
    half_window: tuple[float, float],
    cut: str,
    projection: str,
    block: int,
    blank_codes: str,
    overviews: int | None = None,
) -> str:
    """The description of a service as GDAL's driver WMS reads it."""
    x, y = half_window
    return (
        f"<GDAL_WMS>{service}<DataWindow>"
        f"<UpperLeftX>{-x!r}</UpperLeftX><UpperLeftY>{y!r}</UpperLeftY>"
        f"<LowerRightX>{x!r}</LowerRightX><LowerRightY>{-y!r}</LowerRightY>{cut}</DataWindow>"
        f"<Projection>{escape(projection)}</Projection>"
        f"<BlockSizeX>{block}</BlockSizeX><BlockSizeY>{block}</BlockSizeY>"
        + (f"<OverviewCount>{overviews}</OverviewCount>" if overviews is not None else "")
        + f"<BandsCount>3</BandsCount><Timeout>{_TIMEOUT_S}</Timeout>"
        f"<ZeroBlockHttpCodes>{blank_codes}</ZeroBlockHttpCodes>"
        f"<UserAgent>{_USER_AGENT}</UserAgent></GDAL_WMS>"
    )
