"""What observations that last cover: the common answer of scans, framelets and spots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import Shapes
from planetary_qgis.core.spice.areas.sampling import Samples

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Swept:
    """What each of some observations covered.

    Attributes:
        shapes: (n,) None where nothing met the target.
        covered: (n,) the share of the observation's time that the kernels tell of.
        over_limb: (n,) whether the field of view ran over the limb at some time.
        moments: (n,) an epoch halfway through what met the target; NaN where nothing did.
        middles: (n, 3) km, the middle of what was seen then.
    """

    shapes: Shapes
    covered: FloatArray
    over_limb: NDArray[np.bool_]
    moments: FloatArray
    middles: FloatArray


def gathered(samples: Samples, shapes: Shapes) -> Swept:
    """The answer for observations with these shapes."""
    count = len(shapes)
    rows = np.array([_halfway(samples, number) for number in range(count)])
    seen = rows >= 0
    over_limb = np.zeros(count, dtype=bool)
    over_limb[samples.owner[samples.over_limb]] = True
    middle_column = samples.points.shape[1] // 2
    return Swept(
        shapes=shapes,
        covered=_covered(samples, count),
        over_limb=over_limb,
        moments=np.where(seen, samples.et[rows], np.nan),
        middles=np.where(seen[:, None], samples.points[rows, middle_column], np.nan),
    )


def united_by_owner(shapes: Shapes, owners: NDArray[np.intp], count: int) -> Shapes:
    """(count,) one shape an owner, None where it has none; in one call for all of them.

    Args:
        owners: Sorted.
    """
    begins = np.searchsorted(owners, np.arange(count))
    place = np.arange(len(owners)) - begins[owners]
    table = np.full((count, int(place.max(initial=0)) + 1), None, dtype=object)
    table[owners, place] = shapes
    united = table[:, 0].copy()
    several = np.flatnonzero((~shapely.is_missing(table)).sum(axis=1) > 1)
    if len(several):
        united[several] = shapely.union_all(table[several], axis=1)
    lonely = np.flatnonzero(shapely.is_missing(united))
    for owner in lonely:
        united[owner] = next((shape for shape in table[owner] if shape is not None), None)
    return united


def batches(counts: NDArray[np.intp], most: int) -> list[slice]:
    """Observations in their order, as many together as have `most` epochs, at least one."""
    found, begin, total = [], 0, 0
    for number, count in enumerate(counts.tolist()):
        if number > begin and total + count > most:
            found.append(slice(begin, number))
            begin, total = number, 0
        total += count
    return [*found, slice(begin, len(counts))]


def joined(parts: Sequence[Swept]) -> Swept:
    """The answers of several batches as one."""
    return Swept(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Swept))
    )


def _halfway(samples: Samples, number: int) -> int:
    """The row nearest to the middle of the time that met the target; -1 where none did."""
    begin, end = np.searchsorted(samples.owner, [number, number + 1])
    meeting = begin + np.flatnonzero(samples.meets[begin:end])
    if not len(meeting):
        return -1
    epochs = samples.et[meeting]
    return int(meeting[np.abs(epochs - (epochs[0] + epochs[-1]) / 2.0).argmin()])


def _covered(samples: Samples, count: int) -> FloatArray:
    """(n,) shares of the time between epochs that the kernels tell of on both sides."""
    same = samples.owner[1:] == samples.owner[:-1]
    lasting = np.diff(samples.et)[same]
    known = (samples.known[1:] & samples.known[:-1])[same]
    owner = samples.owner[1:][same]
    total = np.bincount(owner, weights=lasting, minlength=count)
    told = np.bincount(owner, weights=lasting * known, minlength=count)
    return np.asarray(told / np.where(total > 0.0, total, 1.0))
