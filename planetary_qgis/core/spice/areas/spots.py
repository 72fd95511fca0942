"""Fields of view that move while they are exposed: spots, or any other kept open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import Shapes
from planetary_qgis.core.spice.areas.outlines import frame_footprints
from planetary_qgis.core.spice.areas.sampling import Samples, Sights, epochs_needed, sampled
from planetary_qgis.core.spice.areas.sweeps import swept_outlines
from planetary_qgis.core.spice.areas.swept import Swept, batches, gathered, joined, united_by_owner
from planetary_qgis.core.spice.instruments.instrument import Instrument
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import look_along, views_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

FEWEST_EPOCHS = 5
EPOCHS_AT_ONCE = 5_000
TOLERANCE_SHARE = 1.0 / 500.0
"""What the outline's true track may depart from the great circle between samples, in widths."""


def spots(
    scene: Scene, instrument: Instrument, start: FloatArray, stop: FloatArray, gaps: Gaps
) -> Swept:
    """What the field of view passes over from start to stop, cut at the limb.

    Args:
        start, stop: (n,) epochs, TDB.
    """
    counts = epochs_needed(scene, start, stop, FEWEST_EPOCHS)
    field = _Field(scene, instrument)
    return joined(
        [
            _swept(field, start[rows], stop[rows], counts[rows], gaps)
            for rows in batches(counts, EPOCHS_AT_ONCE)
        ]
    )


def _swept(
    field: _Field, start: FloatArray, stop: FloatArray, counts: IntArray, gaps: Gaps
) -> Swept:
    samples = sampled(field.look, start, stop, counts, slice(None, None), TOLERANCE_SHARE, gaps)
    rows, runs = samples.runs()
    convex = field.instrument.is_convex
    of_runs = swept_outlines(samples.points[rows], runs, convex=convex)
    owners = samples.owners_of_runs()
    over, cut = field.cut_at_limb(samples)
    order = np.argsort(np.concatenate([owners, over]), kind="stable")
    shapes = united_by_owner(
        np.concatenate([of_runs, cut])[order], np.concatenate([owners, over])[order], len(start)
    )
    return gathered(samples, shapes)


@dataclass(frozen=True)
class _Field:
    """A field of view, as it meets the target at many epochs."""

    scene: Scene
    instrument: Instrument

    def look(self, et: FloatArray, gaps: Gaps) -> Sights:
        """The field's outline; what misses the target is put on the limb beside it."""
        views = views_of(self.scene, et, gaps)
        directions = views.directions(self.instrument.outline())
        looks = look_along(views, directions)
        over_limb = views.known & ~looks.hit.all(axis=1)
        meets = looks.hit.all(axis=1)
        partly = np.flatnonzero(over_limb)
        points = looks.points
        if len(partly):
            frames = frame_footprints(views[partly], self.instrument.outline())
            meets[partly] = ~shapely.is_missing(frames.shapes)
            limb = ellipsoid.limb_point_beside(
                looks.origins[partly], looks.directions[partly], views.radii
            )
            points[partly] = np.where(looks.hit[partly][..., None], points[partly], limb)
        return Sights(views.known, meets, over_limb & meets, points)

    def cut_at_limb(self, samples: Samples) -> tuple[IntArray, Shapes]:
        """Owners and footprints of the samples that run over the limb."""
        rows = np.flatnonzero(samples.over_limb & samples.meets)
        if not len(rows):
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=object)
        views = views_of(self.scene, samples.et[rows], Gaps())
        return samples.owner[rows], frame_footprints(views, self.instrument.outline()).shapes
