"""Rasters that are read together, and the shapes along or within which they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters.values.bands import RasterSource, raster_source
from planetary_qgis.qgis_bridge.rasters.values.on_body import Placing, placing, title_of
from planetary_qgis.qgis_bridge.spheres import Sphere, sphere_of


@dataclass(frozen=True)
class Rasters:
    """Rasters of one body, as a task may read them where shapes of a layer lie.

    Attributes:
        body: Its name.
        placings: How each raster's CRS lies on the sphere.
        shapes: How that of the shapes does.
    """

    body: str
    sphere: Sphere
    sources: tuple[RasterSource, ...]
    placings: tuple[Placing, ...]
    shapes: Placing


def chosen_rasters(
    layers: Sequence[QgsRasterLayer],
    shapes_crs: QgsCoordinateReferenceSystem,
    shapes_name: str,
    band: int | None = None,
) -> Rasters:
    """What reading these rasters needs; for the main thread.

    Args:
        shapes_crs: Of the lines or polygons.
        shapes_name: What errors call these.
        band: Of each raster; None for the one that is shown.

    Raises:
        PlanetaryError: There are none, one cannot be read, or they lie on different bodies.
    """
    if not layers:
        raise PlanetaryError(
            "No raster is chosen, so there is nothing to read.",
            hint="Choose at least one, such as a DEM.",
        )
    sources = tuple(raster_source(layer, band) for layer in layers)
    with _named(sources[0].name):
        sphere = sphere_of(sources[0].crs)
    placings = []
    for source in sources:
        with _named(source.name):
            placings.append(placing(source.crs, sphere))
    with _named(shapes_name):
        shapes = placing(shapes_crs, sphere)
    return Rasters(title_of(sources[0].crs), sphere, sources, tuple(placings), shapes)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Errors about CRSs say which layer is meant."""
    try:
        yield
    except PlanetaryError as error:
        raise PlanetaryError(
            f"{name}: {error.message}", details=error.details, hint=error.hint
        ) from error
