"""What QGIS's expression builder says of the plugin's functions."""

from __future__ import annotations

from html import escape

from qgis.PyQt.QtCore import QCoreApplication


def of(name: str) -> str:
    """The help of a function, as HTML in the user's language."""
    usage, text = _texts()[name]
    crs = _tr(
        "Longitudes, latitudes and projections are those of crs; left out, those of the layer, or "
        "of the project. Left out, the geometry is the feature's."
    )
    return f"<h3>{name}</h3><p>{text}</p><p><code>{escape(usage)}</code></p><p>{crs}</p>"


def _texts() -> dict[str, tuple[str, str]]:
    """Usage and explanation by name."""
    return {
        "planetary_area": (
            "planetary_area([geometry], [edges := 'great circles'], [crs])",
            _tr(
                "Square metres of a polygon on the body's sphere. Vertices are joined by great "
                "circles, as $area does; with 'drawn' by lines that are straight in the layer's "
                "CRS, as boxes between parallels are. Right over the antimeridian and poles."
            ),
        ),
        "planetary_perimeter": (
            "planetary_perimeter([geometry], [crs])",
            _tr(
                "Metres around a polygon on the body's sphere, without what was cut at the "
                "antimeridian."
            ),
        ),
        "planetary_length": (
            "planetary_length([geometry], [crs])",
            _tr("Metres along a line on the body's sphere, vertices joined by great circles."),
        ),
        "planetary_distance": (
            "planetary_distance(a, b, [crs])",
            _tr("Metres between two points on the body's sphere."),
        ),
        "planetary_azimuth": (
            "planetary_azimuth(a, b, [crs])",
            _tr("Degrees clockwise from north at a, in which the great circle to b sets out."),
        ),
        "planetary_longitude": (
            "planetary_longitude([geometry], [style := 'east 180'], [crs])",
            _tr(
                "Longitude of a point, or of the middle of a geometry, in degrees: 'east 180' "
                "(−180 to 180), 'east 360' (0 to 360) or 'west 360' (0 to 360, counted west)."
            ),
        ),
        "planetary_latitude": (
            "planetary_latitude([geometry], [kind := 'ocentric'], [crs])",
            _tr(
                "Latitude of a point, or of the middle of a geometry, in degrees: 'ocentric' or, "
                "with the radii of the body, 'ographic'."
            ),
        ),
        "planetary_body": (
            "planetary_body([crs])",
            _tr("The name of the body that the layer, or the project, lies on."),
        ),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExpressionHelp", text)
