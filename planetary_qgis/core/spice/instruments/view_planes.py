"""Fields of view on the plane that touches the unit sphere at their middle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def in_order(corners: FloatArray) -> FloatArray:
    """Unit vectors in the order that has the footprint on the left, seen from above the ground.

    The camera looks down along its axis, so that is clockwise about the axis.
    """
    area_vector = np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)
    return corners[::-1] if area_vector @ corners.mean(axis=0) > 0.0 else corners


def principal_axes(flat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coordinates of plane points along and across their longest direction."""
    turned = flat @ axes_of(flat).T
    return turned[:, 0], turned[:, 1]


def axes_of(flat: FloatArray) -> FloatArray:
    """(2, 2) unit rows: the longest direction of plane points, and the one across it."""
    return np.asarray(np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)[2])


def tangent_plane(corners: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Corners in the plane that touches the unit sphere at their middle; its basis; that middle.

    The boresight does not serve: it may lie outside the field of view.
    """
    axis = units(corners.mean(axis=0))
    first = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    first /= np.linalg.norm(first)
    basis = np.stack([first, np.cross(axis, first)])
    return (corners / (corners @ axis)[:, None]) @ basis.T, basis, axis


def units(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
