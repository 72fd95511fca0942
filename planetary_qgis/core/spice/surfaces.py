"""What lines of sight meet: the shape of a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice import ellipsoid

FloatArray = NDArray[np.float64]


class Surface(Protocol):
    """A target's shape in its body-fixed frame, in kilometres.

    Instances travel to other processes: they are picklable, and what they need of CSPICE is asked
    for inside `session.furnished`.
    """

    @property
    def title(self) -> str:
        """What it is, for metadata and the column geometry_source."""

    def intercept(self, origins: FloatArray, rays: FloatArray) -> FloatArray:
        """(…, 3) nearest points where rays meet the surface; NaN where a ray misses.

        Args:
            origins: (…, 3) outside the surface.
            rays: (…, 3) directions of any length; broadcast against the origins.
        """

    def outward_normals(self, points: FloatArray) -> FloatArray:
        """(…, 3) unit vectors at points of the surface."""


@dataclass(frozen=True)
class Ellipsoid:
    """The reference ellipsoid.

    Attributes:
        radii: (3,) km.
    """

    radii: FloatArray

    @property
    def title(self) -> str:
        return "ellipsoid of {} x {} x {} km".format(*self.radii)

    def intercept(self, origins: FloatArray, rays: FloatArray) -> FloatArray:
        return ellipsoid.intercept(origins, rays, self.radii)

    def outward_normals(self, points: FloatArray) -> FloatArray:
        return ellipsoid.outward_normals(points, self.radii)
