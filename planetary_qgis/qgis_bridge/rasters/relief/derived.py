"""Slopes, aspects, shades, curvatures and roughness of DEMs, right on every body and map.

GDAL knows one scale of a raster, and only in metres: a degree of longitude that shrinks towards
the poles, or a north that turns around them, it takes as it stands. Here every pixel has its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from osgeo import gdal
from qgis.core import QgsFeedback

from planetary_qgis.about import about
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters import relief
from planetary_qgis.core.rasters.relief import Around, Bends, Gradient, Steps
from planetary_qgis.qgis_bridge.rasters.new_rasters import (
    RasterForm,
    new_geotiff,
    stop_if_cancelled,
)
from planetary_qgis.qgis_bridge.rasters.relief.heights import Heights, open_heights
from planetary_qgis.qgis_bridge.rasters.relief.lies import Lie, Patch, lie_of
from planetary_qgis.qgis_bridge.terrain import DemSource

_NO_DATA = -9999.0
_NO_SHADE = 0.0


@dataclass(frozen=True)
class View:
    """What can be derived from a patch: its heights, and, if asked for, how they lie."""

    near: Around
    heights: Heights
    patch: Patch
    bends: bool

    @cached_property
    def lie(self) -> Lie:
        """How the pixels lie at their heights: above the figure they are farther apart."""
        lie = lie_of(self.heights.ground, self.patch, bends=self.bends)
        centre = self.near.centre
        times = (centre if self.heights.radii else lie.radius + centre) / lie.radius
        bends = None if lie.bends is None else Bends(*(bend * times for bend in lie.bends))
        return Lie(lie.radius, Steps(*(step * times for step in lie.steps)), bends)

    @property
    def gradient(self) -> Gradient:
        """Up eastwards and northwards."""
        return relief.horn_gradient(self.near, self.lie.steps)

    def gradient_on_map(self) -> Gradient:
        """Up to the right and to the top of the map."""
        steps, (columns, rows) = self.lie.steps, self.heights.ground.right_of_the_map()
        east = steps.east_c * columns + steps.east_r * rows
        north = steps.north_c * columns + steps.north_r * rows
        length = np.hypot(east, north)
        east, north = east / length, north / length
        up = self.gradient
        return Gradient(up.east * east + up.north * north, up.north * east - up.east * north)


@dataclass(frozen=True)
class Derivation:
    """Something that is derived from heights.

    Attributes:
        title: Of the result's band.
        values: (rows, columns) of a view; NaN where unknown.
        unit: What they count in.
        shades: Whether values are 1 to 255, rather than real numbers.
        bends: Whether it needs second derivatives.
        averages: Whether values may be averaged, as directions may not.
    """

    title: str
    values: Callable[[View], np.ndarray]
    unit: str = ""
    shades: bool = False
    bends: bool = False
    averages: bool = True


@dataclass(frozen=True)
class Light:
    """Where light comes from.

    Attributes:
        azimuth: Degrees clockwise from the top of the map, or from north.
        altitude: Degrees above the horizon.
        exaggeration: Times that heights count.
        many_sides: Four lights instead of the azimuth.
    """

    azimuth: float = 315.0
    altitude: float = 45.0
    exaggeration: float = 1.0
    many_sides: bool = False
    from_north: bool = False


SLOPES = {
    "degrees": Derivation("Slope", lambda view: relief.slope_degrees(view.gradient), "degree"),
    "percent": Derivation("Slope", lambda view: relief.slope_percent(view.gradient), "%"),
}
ASPECT = Derivation(
    "Aspect", lambda view: relief.aspect_degrees(view.gradient), "degree", averages=False
)
CURVATURES = {
    kind: Derivation(
        f"{kind.capitalize()} curvature",
        lambda view, kind=kind: getattr(
            relief.curvatures(view.near, view.lie.steps, view.lie.bends), kind
        ),
        "1/m",
        bends=True,
    )
    for kind in ("profile", "tangential", "mean")
}
ROUGHNESS = {
    "ruggedness": Derivation(
        "Terrain ruggedness index", lambda view: relief.ruggedness(view.near), "metre"
    ),
    "difference": Derivation(
        "Mean difference to neighbours", lambda view: relief.mean_difference(view.near), "metre"
    ),
    "position": Derivation(
        "Topographic position index", lambda view: relief.position(view.near), "metre"
    ),
    "range": Derivation("Height range", lambda view: relief.height_range(view.near), "metre"),
}


def hillshade(light: Light) -> Derivation:
    """The shades under a light."""

    def shades(view: View) -> np.ndarray:
        gradient = view.gradient if light.from_north else view.gradient_on_map()
        if light.many_sides:
            return relief.shade_from_many_sides(gradient, light.altitude, light.exaggeration)
        return relief.shade(gradient, light.azimuth, light.altitude, light.exaggeration)

    return Derivation("Hillshade", shades, shades=True)


def derive(
    dem: DemSource, derivation: Derivation, path: Path, feedback: QgsFeedback, band: int = 1
) -> None:
    """Write what is derived from a DEM into a new GeoTIFF.

    Raises:
        PlanetaryError: The DEM cannot be read, or the file not be written.
        RunCancelledError: The feedback was cancelled; nothing is left.
    """
    heights = open_heights(dem, band)
    patches = list(heights.patches())
    found = False
    with new_geotiff(path, _form(heights, derivation), smooth=derivation.averages) as made:
        for number, patch in enumerate(patches):
            stop_if_cancelled(feedback)
            values = derived_patch(heights, derivation, patch)
            found = found or bool(np.isfinite(values).any())
            made.write(values, patch.left, patch.top)
            feedback.setProgress(100.0 * (number + 1) / len(patches))
        if not found:
            raise PlanetaryError(
                f"The DEM {dem.name} knows no height: every pixel is “no data”.",
                hint="Choose a DEM with heights, or the band that holds them.",
            )


def derived_patch(heights: Heights, derivation: Derivation, patch: Patch) -> np.ndarray:
    """(rows, columns) of what is derived in a patch; NaN where unknown.

    Raises:
        PlanetaryError: The DEM cannot be read.
    """
    near = relief.around(heights.with_rim(patch))
    if not np.isfinite(near.centre).any():
        return np.full((patch.height, patch.width), np.nan)
    view = View(near, heights, patch, derivation.bends)
    return np.where(np.isfinite(near.centre), derivation.values(view), np.nan)


def _form(heights: Heights, derivation: Derivation) -> RasterForm:
    return RasterForm(
        width=heights.width,
        height=heights.height,
        bands=1,
        gdal_type=gdal.GDT_Byte if derivation.shades else gdal.GDT_Float32,
        no_data=_NO_SHADE if derivation.shades else _NO_DATA,
        transform=heights.ground.transform,
        projection=heights.projection,
        titles=(derivation.title,),
        unit=derivation.unit,
        facts={"DERIVED_FROM": heights.name, "MADE_BY": f"{about().name} {about().version}"},
    )
