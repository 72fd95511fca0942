"""Which surface an observation's lines of sight meet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from planetary_qgis.core.errors import CoverageError, KernelError, PlanetaryError
from planetary_qgis.core.spice.observations import Observation, Times
from planetary_qgis.core.spice.scene import Scene, name_of
from planetary_qgis.core.spice.surfaces.dsk import DskShape, dsk_shape
from planetary_qgis.core.spice.surfaces.surface import Ellipsoid, Surface
from planetary_qgis.core.spice.surfaces.terrain import Terrain, TerrainSurface
from planetary_qgis.core.spice.vectorised import et_from_utc, utc_from_et
from planetary_qgis.core.times import utc_text


def surface_of(
    observation: Observation, scene: Scene, times: Times, files: Sequence[Path]
) -> Surface:
    """Terrain where it is given, else as the observation asks.

    "auto" takes DSKs where they describe all of the target at all of the times.

    Raises:
        KernelError: A DSK is asked for, and the kernels, which are furnished, have none.
        CoverageError: They have none for these times.
    """
    if observation.terrain is not None:
        return _placed(observation.terrain, scene)
    if observation.surface == "ellipsoid":
        return Ellipsoid(scene.radii)
    shape = dsk_shape(scene.target_id, scene.body_fixed_frame, files)
    if observation.surface == "DSK":
        return _checked(shape, scene, times)
    epochs = et_from_utc(np.concatenate([times.start, times.stop]))
    known = shape is not None and shape.is_whole_at(epochs)
    return shape if shape is not None and known else Ellipsoid(scene.radii)


def _placed(terrain: Terrain, scene: Scene) -> TerrainSurface:
    """The terrain on its target."""
    elsewhere = terrain.body_id not in (None, scene.target_id)
    if elsewhere or not 0.8 < np.mean(terrain.reference) / np.mean(scene.radii) < 1.25:
        where = name_of(terrain.body_id) if elsewhere and terrain.body_id else "another body"
        raise PlanetaryError(
            f"The DEM {terrain.name} lies on {where}, not on {scene.target_name}.",
            details=f"Its reference: {terrain.reference} km; the target's radii: {scene.radii} km",
            hint=f"Choose a DEM of {scene.target_name}.",
        )
    return TerrainSurface(terrain, scene.radii)


def _checked(shape: DskShape | None, scene: Scene, times: Times) -> DskShape:
    if shape is None:
        raise KernelError(
            f"The kernels hold no shape (DSK) of {scene.target_name}.",
            hint="Add a DSK of it (.bds), or choose another surface.",
        )
    epochs = et_from_utc(np.concatenate([times.start, times.stop]))
    if not shape.is_there_at(epochs):
        first, last = (utc_text(moment) for moment in utc_from_et(np.array(shape.span)))
        raise CoverageError(
            f"{shape.short_title} tells the shape of {scene.target_name} from {first} to {last}, "
            "not at all of the times asked for.",
            hint="Choose times between, another DSK, or the ellipsoid.",
        )
    return shape
