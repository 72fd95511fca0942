"""shapely, with the GEOS that it was made for: import it from here, nowhere from itself.

QGIS on Linux has its own GEOS in the process's global scope. A shapely from pip carries a newer
one, but the loader would hand it QGIS's: with GEOS 3.13's shapely on Debian 12's 3.11, to_wkb()
raises and has_m() answers nonsense. RTLD_DEEPBIND makes a library look into its own dependencies
first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from planetary_qgis.core.errors import MissingLibraryError


@contextmanager
def _own_libraries_first() -> Iterator[None]:
    """Within it, extension modules load with their own libraries before the process's."""
    if not hasattr(os, "RTLD_DEEPBIND"):  # only Linux knows it, and only Linux needs it
        yield
        return
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | os.RTLD_DEEPBIND)
    try:
        yield
    finally:
        sys.setdlopenflags(flags)


def _check_geos() -> None:
    """Raise where another plugin has loaded shapely before, with a GEOS that does not fit it."""
    try:
        shapely.to_wkb(shapely.Point(0.0, 0.0))
    except shapely.GEOSException as error:
        raise MissingLibraryError(
            "The library shapely was loaded with a GEOS that it was not made for, probably by"
            " another plugin.",
            details=f"shapely {shapely.__version__}: {error}",
            hint="Switch off other plugins that use shapely, or update them, and restart QGIS.",
        ) from error


with _own_libraries_first():
    import shapely
    import shapely.geometry

_check_geos()

__all__ = ["shapely"]
