"""A map before it is made: which body, which part of it, in which projection."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle

from planetary_qgis.core.best_projections import Purpose
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_settings import MapSettings, check_settings, usual_scale
from planetary_qgis.core.safe_names import safe_name
from planetary_qgis.qgis_bridge.crs import same_body
from planetary_qgis.qgis_bridge.iau_list import ListedBody
from planetary_qgis.qgis_bridge.mapping.new_maps.map_boxes import boundary_of_box, longer_side_m
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import NewMap, new_map_project
from planetary_qgis.qgis_bridge.projections import BestProjection, best_projection
from planetary_qgis.qgis_bridge.spheres import sphere_of
from planetary_qgis.qgis_bridge.views import Extent

_WHOLE_BODY: Extent = (-180.0, -90.0, 180.0, 90.0)
_TRIED_AT = (10.0, 45.0)


@dataclass(frozen=True)
class MapPlan:
    """A map to be made.

    Attributes:
        box: West, south, east, north in east-positive degrees and planetocentric latitudes, west >
            east over 180°; None where the mapper draws the boundary later.
    """

    settings: MapSettings
    body: ListedBody
    crs: QgsCoordinateReferenceSystem
    box: Extent | None

    def make(self, folder: Path, name: str) -> NewMap:
        """Make NAME.gpkg and NAME.qgz in a folder, both or none.

        Raises:
            PlanetaryError: The plan fits no map, or the files cannot be made there.
        """
        check_settings(self.settings)
        if not name or safe_name(name) != name:
            raise PlanetaryError(
                f"“{name}” is no name for files on every system.",
                hint="Use plain letters, digits, - and _.",
            )
        _check_crs(self.crs, self.body)
        area = None
        if self.box is not None:
            area = boundary_of_box(self.box, self.crs, self.settings.scale)
        return new_map_project(folder, name, self.settings, self.crs, area)


def naif_name(body: ListedBody) -> str:
    """What settings call a body; PROJ's name in capitals where no other is known."""
    return body.known.name if body.known is not None else body.title.upper()


def suiting_projection(body: ListedBody, box: Extent | None, purpose: Purpose) -> BestProjection:
    """The projection that suits a part of a body, or all of it.

    Raises:
        PlanetaryError: The box is empty.
    """
    west, south, east, north = box or _WHOLE_BODY
    sphere = body.crs()
    # From west to east through 180° where west is the larger: a rectangle would swap its sides.
    extent = QgsRectangle(west, south, east if east > west else east + 360.0, north)
    return best_projection(extent, sphere, purpose)


def suiting_scale(body: ListedBody, box: Extent | None) -> float:
    """The denominator at which such a part of a body is usually mapped."""
    return usual_scale(longer_side_m(box or _WHOLE_BODY, sphere_of(body.crs()).radius_m))


def _check_crs(crs: QgsCoordinateReferenceSystem, body: ListedBody) -> None:
    if not crs.isValid():
        raise PlanetaryError(
            "The map has no coordinate reference system.",
            hint="Choose a projection that suits the area.",
        )
    if not same_body(crs, body.crs()):
        raise PlanetaryError(
            f"“{crs.description()}” does not lie on {body.title}.",
            hint="Choose the body that it lies on, or a projection of this one.",
        )
    sphere = sphere_of(crs)
    if sphere.is_in_degrees:
        lon, _lat = sphere.lon_lat([_TRIED_AT[0]], [_TRIED_AT[1]])
        if abs(float(lon[0]) - _TRIED_AT[0]) > 1.0:
            raise PlanetaryError(
                f"QGIS takes longitudes of “{crs.description()}” for latitudes, or turns them west "
                "for east.",
                hint="Choose longitude and latitude on the sphere, or a projection.",
            )
