"""Names and ids as the loaded kernels know them, and what they say of each.

Everything here asks the kernel pool: call it inside `session.furnished`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.bodies import Body, find_body
from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.session import short_message
from planetary_qgis.core.spice.surfaces.surface import Ellipsoid, Surface

T = TypeVar("T")


@dataclass(frozen=True)
class Scene:
    """Observer and target with what the kernels say of them.

    Attributes:
        radii: (3,) km, the target's.
        surface: What lines of sight meet; the ellipsoid of these radii unless told otherwise.
        body_fixed_frame: The frame in which longitudes count.
        instrument_frame: Empty where only the observer's place matters.
    """

    target_id: int
    target_name: str
    observer_id: int
    observer_name: str
    radii: NDArray[np.float64]
    surface: Surface
    body_fixed_frame: str
    abcorr: str
    instrument_frame: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """Who looked at what and how that was computed, for a layer's metadata."""
        return {
            "Target": f"{self.target_name} ({self.target_id}) in {self.body_fixed_frame}",
            "Observer": f"{self.observer_name} ({self.observer_id})",
            "Surface": self.surface.title,
            "Aberration correction": self.abcorr,
        }

    @property
    def geometry_source(self) -> str:
        """What the column of that name says of what is computed here."""
        return f"SPICE, {self.surface.short_title}"

    @property
    def body(self) -> Body:
        """The target as the project knows it; for others, as the kernels describe it."""
        a, b, c = (float(radius) for radius in self.radii)
        return find_body(self.target_id) or Body(self.target_id, self.target_name, (a, b, c))


def scene_of(target: str, observer: str, abcorr: str, body_fixed_frame: str = "") -> Scene:
    """Target and observer resolved.

    Raises:
        KernelError: A name is unknown, or the target's radii or frame are missing.
    """
    target_id, observer_id = naif_id(target, "target"), naif_id(observer, "observer")
    radii = radii_of(target_id)
    return Scene(
        target_id=target_id,
        target_name=name_of(target_id),
        observer_id=observer_id,
        observer_name=name_of(observer_id),
        radii=radii,
        surface=Ellipsoid(radii),
        body_fixed_frame=_checked_frame(target_id, body_fixed_frame.strip()),
        abcorr=abcorr,
    )


def naif_id(name_or_id: str, role: str) -> int:
    """The NAIF id of a name or a number in text.

    Args:
        role: What it was given as: "target", "observer" or "instrument"; for the message.

    Raises:
        KernelError: The kernels do not know it.
    """
    text = str(name_or_id).strip()
    if not text:
        raise KernelError(f"No {role} is given.", hint="Give its name or its NAIF id.")
    try:
        return int(spiceypy.bods2c(text))
    except SpiceyError as error:
        raise KernelError(
            f"The {role} “{text}” is not known to the loaded kernels.",
            details=short_message(error),
            hint="Load the frames kernel (.tf) that names it, or give its NAIF id.",
        ) from error


def name_of(naif_id: int) -> str:
    """NAIF's or the kernels' name of an id; the id itself where it has none."""
    try:
        return str(spiceypy.bodc2n(naif_id))
    except SpiceyError:
        return str(naif_id)


def radii_of(target_id: int) -> NDArray[np.float64]:
    """(3,) km.

    Raises:
        KernelError: No loaded kernel has them.
    """
    try:
        return np.asarray(spiceypy.bodvcd(target_id, "RADII", 3)[1], dtype=float)
    except SpiceyError as error:
        raise KernelError(
            f"The loaded kernels lack the radii of {name_of(target_id)} (BODY{target_id}_RADII).",
            details=short_message(error),
            hint="Add a text PCK such as pck00011.tpc.",
        ) from error


def default_frame(target_id: int) -> str:
    """The body-fixed frame that SPICE associates with a body.

    Raises:
        KernelError: There is none.
    """
    try:
        return str(spiceypy.cidfrm(target_id)[1])
    except SpiceyError as error:
        raise KernelError(
            f"No body-fixed frame is associated with {name_of(target_id)}.",
            details=short_message(error),
            hint="Name the frame, or load the frames kernel (.tf) that defines it.",
        ) from error


def pool_numbers(name: str) -> list[float]:
    """The numbers of a kernel variable; none where it is missing or text."""
    return _pool_values(name, "N", lambda room: [float(v) for v in spiceypy.gdpool(name, 0, room)])


def pool_texts(name: str) -> list[str]:
    """The strings of a kernel variable; none where it is missing or numeric."""
    return _pool_values(name, "C", lambda room: [str(v) for v in spiceypy.gcpool(name, 0, room)])


def pool_names(pattern: str) -> list[str]:
    """The names of the loaded kernel variables that match; `*` and `%` are wild."""
    names: list[str] = []
    while True:
        try:
            batch = [str(name) for name in spiceypy.gnpool(pattern, len(names), 1000)]
        except SpiceyError:  # nothing (more) matches
            return names
        names += batch
        if len(batch) < 1000:
            return names


def _pool_values(name: str, kind: str, read: Callable[[int], list[T]]) -> list[T]:
    try:
        count, found_kind = spiceypy.dtpool(name)
    except SpiceyError:  # the variable is not there
        return []
    return read(count) if found_kind == kind else []


def _checked_frame(target_id: int, frame: str) -> str:
    if not frame:
        return default_frame(target_id)
    frame_id = int(spiceypy.namfrm(frame))
    if frame_id == 0:
        raise KernelError(
            f"The frame “{frame}” is not known to the loaded kernels.",
            hint="Load the frames kernel (.tf) that defines it, or leave the frame empty.",
        )
    centre = int(spiceypy.frinfo(frame_id)[0])
    if centre != target_id:
        raise KernelError(
            f"The frame “{frame}” is centred on {name_of(centre)}, not on {name_of(target_id)}.",
            hint="Name a frame that is fixed to the target, or leave the frame empty.",
        )
    return frame
