"""Areas on the unit sphere, in closed form."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def areas_of_rows(lat_edges: FloatArray, width_deg: float) -> FloatArray:
    """(n,) steradians of pixels between parallels.

    Args:
        lat_edges: (n + 1,) degrees.
        width_deg: Of a pixel, in longitude.
    """
    phi = np.radians(np.clip(lat_edges, -90.0, 90.0))
    step, middle = np.diff(phi), (phi[1:] + phi[:-1]) / 2.0
    # The difference of two sines, without losing digits where rows are thin.
    return np.asarray(np.abs(2.0 * np.cos(middle) * np.sin(step / 2.0)) * np.radians(width_deg))
