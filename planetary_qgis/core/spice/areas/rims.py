"""Round fields of view: their rims, with as many rays as a view of a disc needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.views import Views

FloatArray = NDArray[np.float64]

RAYS = 100
"""Around a rim that the target fills: the polygon stays within 0.03 % of the diameter."""
RAYS_BESIDE_DISC = 160
_FEWEST_RAYS = 12


@dataclass(frozen=True)
class Rim:
    """An ellipse in a camera's tangent plane.

    Attributes:
        axis: (3,) unit vector to its middle.
        semi: (2, 3) semi-diameters a quarter of a turn apart, at distance 1 in front of the camera.
    """

    axis: FloatArray
    semi: FloatArray

    @staticmethod
    def of(outline: FloatArray) -> Rim | None:
        """The rim through these (k, 3) rays, None where they do not lie on one in equal steps."""
        count = len(outline)
        if count < _FEWEST_RAYS or count % 4:
            return None
        axis = outline[0] + outline[count // 2]
        axis = axis / np.linalg.norm(axis)
        heights = outline @ axis
        if (heights <= 0.0).any():
            return None
        tips = outline / heights[:, None] - axis
        rim = Rim(axis, tips[[0, count // 4]])
        away = rim.rays(np.arange(count) * (2.0 * np.pi / count)) - outline
        return rim if np.abs(away).max() < 1e-9 * np.abs(tips).max() else None

    def rays(self, angles: FloatArray) -> FloatArray:
        """(…, 3) unit vectors to the rim."""
        across = np.stack([np.cos(angles), np.sin(angles)], axis=-1) @ self.semi
        vectors = self.axis + across
        return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))

    def outline(self) -> FloatArray:
        """(100, 3) unit vectors, equally spread."""
        return self.rays(np.arange(RAYS) * (2.0 * np.pi / RAYS))

    def angles_beside(self, views: Views) -> FloatArray:
        """(n, 160) angles once around the rim, dense where it passes the target's disc."""
        distance = np.linalg.norm(views.origins, axis=1)
        # Apparent directions: see Views.directions.
        apparent = -views.origins / distance[:, None] + views.aberration
        toward = np.einsum("nij,ni->nj", views.turns, apparent)
        height = toward @ self.axis
        disc = np.arcsin(np.minimum(views.radii.max() / distance, 1.0))
        beside = np.where(height > 0.0, toward.T / np.where(height > 0.0, height, 1.0), np.nan)
        places = np.linalg.pinv(self.semi.T) @ (beside - self.axis[:, None])
        middle = np.where(height > 0.0, np.arctan2(places[1], places[0]), 0.0)
        smallest = np.linalg.svd(self.semi, compute_uv=False)[-1]
        spread = 4.0 * np.tan(np.minimum(disc, 1.5)) / smallest / np.maximum(height, 0.05) ** 2
        width = np.where(height > 0.0, np.clip(spread, 1e-9, np.pi), np.pi)[:, None]
        steps = np.arange(RAYS_BESIDE_DISC) * (2.0 / RAYS_BESIDE_DISC) - 1.0
        return np.asarray(middle[:, None] + width * np.sinh(steps * np.arcsinh(np.pi / width)))
