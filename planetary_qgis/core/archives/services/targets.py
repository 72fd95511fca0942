"""Which body a service's row is about, among all that it names."""

from __future__ import annotations

from collections.abc import Iterable

from planetary_qgis.core.bodies import naif_name


def target_among(names: Iterable[str], body: str) -> str | None:
    """The asked body's name where it is named, else the first that is; None where none is.

    Args:
        names: As archives spell them: Mars, 4 Vesta, SATELLITE.
        body: NAIF name of the body that the data set is asked about.
    """
    known = [naif_name(name) for name in names if name.strip()]
    return body if body in known else next(iter(known), None)


def is_elsewhere(target: str | None, body: str) -> bool:
    """Whether a row's coordinates lie on another body."""
    return target is not None and target != body
