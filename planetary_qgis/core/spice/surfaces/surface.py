"""What lines of sight meet: the shape of a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.surfaces import ellipsoid

FloatArray = NDArray[np.float64]


class Surface(Protocol):
    """A target's shape in its body-fixed frame, in kilometres.

    Instances travel to other processes: they are picklable, and what they need of CSPICE is asked
    for inside `session.furnished`.
    """

    @property
    def title(self) -> str:
        """What it is, for metadata."""

    @property
    def short_title(self) -> str:
        """What it is, in the few words of the column geometry_source."""

    def intercept(
        self, origins: FloatArray, rays: FloatArray, epochs: FloatArray | None = None
    ) -> FloatArray:
        """(…, 3) nearest points where rays meet the surface; NaN where a ray misses.

        Args:
            origins: (…, 3) outside the surface.
            rays: (…, 3) directions of any length; broadcast against the origins.
            epochs: (n,) TDB along the first axis, for shapes that change or that are given in
                another frame; without them, as at the middle of the time they are known for.
        """

    def outward_normals(self, points: FloatArray, epochs: FloatArray | None = None) -> FloatArray:
        """(…, 3) unit vectors at points of the surface."""

    @property
    def bounding_radius(self) -> float:
        """Of a sphere around the target's centre that holds all of it, km."""


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

    @property
    def short_title(self) -> str:
        return "ellipsoid"

    @property
    def bounding_radius(self) -> float:
        return float(np.max(self.radii))

    def intercept(
        self,
        origins: FloatArray,
        rays: FloatArray,
        epochs: FloatArray | None = None,  # noqa: ARG002 - it is the same at all times
    ) -> FloatArray:
        return ellipsoid.intercept(origins, rays, self.radii)

    def outward_normals(
        self,
        points: FloatArray,
        epochs: FloatArray | None = None,  # noqa: ARG002
    ) -> FloatArray:
        return ellipsoid.outward_normals(points, self.radii)
