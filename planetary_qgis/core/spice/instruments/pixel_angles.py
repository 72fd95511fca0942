"""How large an angle a pixel subtends, as kernels tell it in one way or another.

Everything here asks the kernel pool: call it inside `session.furnished`.
"""

from __future__ import annotations

from planetary_qgis.core.spice.instruments.cameras import detector_size
from planetary_qgis.core.spice.instruments.focal_planes import focal_length_mm, pixel_mm
from planetary_qgis.core.spice.scene import pool_numbers, pool_texts

Pair = tuple[float, float]

_MOST_ELONGATED = 5.0
_MOST_MISFIT = 1.3
_RADIANS = ("", "RADIANS", "RADIANS/PIXEL")


def pixel_angles_of(naif_id: int, length: float, width: float) -> Pair | None:
    """Radians a pixel along samples and along lines, None where the kernels do not tell.

    Pitch over focal length where the field of view agrees with it: fields of view may leave out a
    detector's rim. Else the field of view over its pixels, else the IFOV.

    Args:
        length, width: Of the field of view, in radians.
    """
    by_view = _angles_by_view(naif_id, length, width)
    by_pitch = _angles_by_pitch(naif_id)
    if by_pitch and (
        by_view is None or 1.0 / _MOST_MISFIT < by_pitch[0] / by_view[0] < _MOST_MISFIT
    ):
        return by_pitch
    return by_view or _ifov(naif_id)


def _angles_by_view(naif_id: int, length: float, width: float) -> Pair | None:
    size = detector_size(naif_id)
    if size is None or max(size) <= 1.0 or min(size) < 1.0:
        return None
    sides = (length, width) if size[0] >= size[1] else (width, length)
    along = sides[0] / size[0], sides[1] / size[1]
    # Line scanners' kernels may count the lines of a detector that reads only one of them.
    longest = along[0] if size[0] >= size[1] else along[1]
    return along if max(along) < _MOST_ELONGATED * min(along) else (longest, longest)


def _angles_by_pitch(naif_id: int) -> Pair | None:
    size, pitch = detector_size(naif_id) or (1.0, 1.0), pixel_mm([naif_id])
    if pitch is None or not min(pitch) > 0.0:
        return None
    focal = focal_length_mm([naif_id], size, pitch)
    return (pitch[0] / focal, pitch[1] / focal) if focal and focal > 0.0 else None


def _ifov(naif_id: int) -> Pair | None:
    ifov = pool_numbers(f"INS{naif_id}_IFOV")
    units = "".join(pool_texts(f"INS{naif_id}_IFOV_UNITS")).upper()
    if not ifov or not 0.0 < min(ifov) <= max(ifov) < 0.1 or units not in _RADIANS:
        return None
    return ifov[0], ifov[-1]
