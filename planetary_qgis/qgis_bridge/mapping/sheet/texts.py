"""What a map sheet says in words: title, projection, conventions, credits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qgis.core import Qgis, QgsCoordinateReferenceSystem
from qgis.PyQt.QtCore import QCoreApplication, QDate, Qt

from planetary_qgis.about import about
from planetary_qgis.core.longitudes import LongitudeStyle
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.sheet.graticule import longitude_text
from planetary_qgis.core.mapping.sheet.options import Look
from planetary_qgis.core.mapping.sheet.scale import latitude_text
from planetary_qgis.core.mapping.sheet.text import LINE, wrapped
from planetary_qgis.qgis_bridge.mapping.sheet.map_view import MapView

TITLE, BELOW_TITLE = 2.4, 1.25
"""Heights of the words above the map, in heights of the text."""
_PARAMETER = re.compile(r"\+(\w+)=(-?[\d.]+(?:e-?\d+)?)")


@dataclass(frozen=True)
class TitleLines:
    """The words above the map, broken into lines."""

    title: list[str]
    below: list[str]
    look: Look

    @property
    def title_height(self) -> float:
        return TITLE * self.look.size * LINE * len(self.title)

    @property
    def below_height(self) -> float:
        return BELOW_TITLE * self.look.size * LINE * len(self.below)

    @property
    def height(self) -> float:
        """Of both, with room below."""
        return self.title_height + self.below_height + self.look.size


def title_lines(settings: MapSettings, scale: float, width: float, look: Look) -> TitleLines:
    """Title and subtitle on a page that is so wide."""
    text = _tr("Geologic map of {body}") if settings.body else _tr("Geologic map")
    lines = [f"{text.format(body=_body_in_words(settings.body))}, 1:{scale:,.0f}"]
    if settings.authors:
        year = QDate.currentDate().year()
        lines.append(_tr("By {authors}, {year}").format(authors=settings.authors, year=year))
    sizes = look.sizes
    return TitleLines(
        wrapped(settings.title or _tr("Untitled"), width, TITLE * look.size, sizes, bold=True),
        wrapped("\n".join(lines), width, BELOW_TITLE * look.size, sizes),
        look,
    )


def notes(view: MapView, style: LongitudeStyle) -> list[str]:
    """Paragraphs of the small print: projection, conventions, made with what, when."""
    made = _tr("Made with {name} {version} in QGIS {qgis},").format(
        name=about().name, version=about().version, qgis=Qgis.version().split("-")[0]
    )
    day = QDate.currentDate().toString(Qt.DateFormat.ISODate)
    return [each for each in (_projection(view, style), f"{made} {day}.") if each]


def _projection(view: MapView, style: LongitudeStyle) -> str:
    if view.sphere is None:
        return _tr("Drawn in a plane: the map's coordinates are on no body.")
    where = view.title or _parameters(view.crs, style)
    sphere = _tr("sphere of {radius} m").format(radius=f"{view.sphere.radius_m:,.0f}")
    return _tr("{projection}; {sphere}; planetocentric latitude, {longitude} longitude.").format(
        projection=where,
        sphere=sphere,
        longitude=_tr("west-positive") if style == "west 360" else _tr("east-positive"),
    )


def _parameters(crs: QgsCoordinateReferenceSystem, style: LongitudeStyle) -> str:
    """A projection's name with what it is centred on, and where it is true."""
    found = {name: float(value) for name, value in _PARAMETER.findall(crs.toProj())}
    parts = [crs.operation().description() or crs.description()]
    if "lon_0" in found:
        lon = longitude_text(round(found["lon_0"], 6), style, _decimals(found["lon_0"]))
        parts.append(_tr("central meridian {lon}").format(lon=lon))
    if found.get("lat_0"):
        parts.append(_tr("centre latitude {lat}").format(lat=latitude_text(found["lat_0"])))
    true = [found[name] for name in ("lat_ts", "lat_1", "lat_2") if name in found]
    if true:
        latitudes = ", ".join(latitude_text(each) for each in dict.fromkeys(true))
        parts.append(_tr("true at {lats}").format(lats=latitudes))
    factor = found.get("k", found.get("k_0", 1.0))
    if factor != 1.0:
        parts.append(_tr("scale factor {factor}").format(factor=f"{factor:g}"))
    return ", ".join(parts)


def _body_in_words(name: str) -> str:
    return _tr("the Moon") if name.upper() == "MOON" else name.title()


def _decimals(value: float) -> int:
    text = f"{value:.6f}".rstrip("0")
    return len(text.split(".")[1])


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapSheet", text)
