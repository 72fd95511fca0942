"""Places as text, with longitudes as the user wants them for a body."""

from __future__ import annotations

import math
from typing import cast, get_args

from qgis.core import QgsSettings

from planetary_qgis.core.bodies import find_body
from planetary_qgis.core.longitudes import LongitudeStyle, in_style, usual_style

STYLES: tuple[LongitudeStyle, ...] = get_args(LongitudeStyle)
_GROUP = "planetary_qgis/longitudes"
_MOST_DECIMALS = 8


def style_of(body_name: str) -> LongitudeStyle:
    """How longitudes of a body are shown: as the user chose, else as its maps usually do."""
    chosen = QgsSettings().value(f"{_GROUP}/{body_name}", "", type=str)
    if chosen in STYLES:
        return cast(LongitudeStyle, chosen)
    known = find_body(body_name)
    return "east 360" if known is None else usual_style(known.naif_id)


def remember_style(body_name: str, style: LongitudeStyle) -> None:
    QgsSettings().setValue(f"{_GROUP}/{body_name}", style)


def place_text(lon_e: float, lat: float, style: LongitudeStyle, decimals: int) -> str:
    """A place as 137.40° E  4.59° S."""
    shown = round(float(in_style(lon_e, style)), decimals)
    if shown == 360.0:
        shown = 0.0
    letter = "W" if style == "west 360" or shown < 0.0 else "E"
    side = "S" if round(lat, decimals) < 0.0 else "N"
    return f"{abs(shown):.{decimals}f}° {letter}  {abs(lat):.{decimals}f}° {side}"


def decimals_for(degrees_a_pixel: float) -> int:
    """How many decimals of a degree tell pixels of a map apart."""
    if not degrees_a_pixel > 0.0:
        return 2
    return min(max(math.ceil(-math.log10(degrees_a_pixel)), 0), _MOST_DECIMALS)
