"""Fields of view that touch the limb so narrowly that rounding decides."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy
from scenarios import EPOCH, Motion, kernels_of, lasting, observation
from test_spots import SPOT

from planetary_qgis.core.spice.areas.outlines import frame_footprints
from planetary_qgis.core.spice.jobs import job_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import views_of

LARGEST_DEG2 = 1000.0
"""The field of view is one degree wide, 400 km up: at the limb it covers far less."""


@pytest.mark.parametrize(("along", "inclination"), [(12.0, 40.0), (200.0, 85.0), (310.0, 160.0)])
def test_what_hardly_touches_the_limb_is_small_or_nothing(
    sample_kernels, tmp_path, along, inclination
):
    motion = Motion(pitch=(60.0, 0.6), inclination=inclination, along=along, yaw=(along,))
    kernels = kernels_of(motion, SPOT, tmp_path, sample_kernels)
    files = expand(kernels)
    with furnished(files):
        job = job_of(observation(kernels), lasting(20.0), files)
        touching = away = float(spiceypy.str2et(str(EPOCH)))
        away += 40.0
        areas = []
        for _ in range(45):
            middle = (touching + away) / 2.0
            views = views_of(job.scene, np.array([middle]), Gaps())
            shape = frame_footprints(views, job.instrument.outline()).shapes[0]
            areas.append(0.0 if shape is None else shape.area)
            touching, away = (touching, middle) if shape is None else (middle, away)
    assert 0.0 in areas
    assert max(areas) < LARGEST_DEG2
