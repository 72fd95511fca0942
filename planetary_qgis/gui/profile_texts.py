"""What the Terrain Profile dock says of numbers."""

from __future__ import annotations

import numpy as np
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.rasters.profiles import Curve, Profile, slopes_deg

_KILOMETRES_FROM_M = 5000.0
_MANY = 10.0


def axis_label(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def exaggeration_text(times: float | None) -> str:
    if times is None:
        return ""
    number = f"{times:,.0f}" if times >= _MANY else f"{times:.2g}"
    return _tr("Vertical exaggeration {times}×").format(times=number)


def distance_text(metres: float) -> str:
    if metres >= _KILOMETRES_FROM_M:
        return f"{metres / 1000.0:,.2f} km"
    return f"{metres:,.1f} m"


def summary(profile: Profile) -> str:
    """How long the line is, and each raster's least, mean and largest value."""
    text = _tr("{length} on {body}, {count} places {spacing} apart, {edges}")
    head = text.format(
        length=distance_text(profile.length_m),
        body=profile.body,
        count=f"{len(profile.track.lat):,}",
        spacing=distance_text(profile.spacing_m),
        edges=edges_text(profile.edges),
    )
    return "\n".join([head, *map(_figures, profile.curves), *profile.notes])


def edges_text(edges: str) -> str:
    from planetary_qgis.qgis_bridge.rasters.values.profiles import GREAT_CIRCLES

    if edges == GREAT_CIRCLES:
        return _tr("along great circles")
    return _tr("straight on the map")


def reading(profile: Profile, place: int) -> str:
    """What is known of one place."""
    track = profile.track
    parts = [
        distance_text(float(track.distance_m[place])),
        f"{track.lon_e[place]:.4f}° E, {track.lat[place]:.4f}°",
    ]
    for curve in profile.curves:
        slope = float(slopes_deg(track, curve)[place])
        text = f"{curve.name}: {_value(curve, float(curve.values[place]))}"
        parts.append(text + (f" ({slope:+.1f}°)" if np.isfinite(slope) else ""))
    return " · ".join(parts)


def _figures(curve: Curve) -> str:
    known = curve.values[np.isfinite(curve.values)]
    if not len(known):
        return _tr("{name}: no values").format(name=curve.name)
    return _tr("{name}: {low} to {high}, mean {mean}").format(
        name=curve.name,
        low=_value(curve, float(known.min())),
        high=_value(curve, float(known.max())),
        mean=_value(curve, float(known.mean())),
    )


def _value(curve: Curve, value: float) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{value:,.6g} {curve.unit}".strip() if abs(value) < 1e6 else f"{value:.6g} {curve.unit}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ProfileTexts", text)
