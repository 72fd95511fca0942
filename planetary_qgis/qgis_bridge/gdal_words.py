"""GDAL's complaints as errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from osgeo import gdal

from planetary_qgis.core.errors import PlanetaryError


@contextmanager
def gdal_told(sentence: str, hint: str) -> Iterator[None]:
    """GDAL's complaints as an error with its own words; nothing on the terminal.

    Inside, raise RuntimeError(gdal.GetLastErrorMsg()) where GDAL hands back nothing; GDAL does so
    itself where another plugin switched its exceptions on.

    Raises:
        PlanetaryError: With the sentence, GDAL's words as details, and the hint.
    """
    gdal.ErrorReset()
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        yield
    except RuntimeError as error:
        words = str(error) or gdal.GetLastErrorMsg()
        raise PlanetaryError(sentence, details=words, hint=hint) from error
    finally:
        gdal.PopErrorHandler()


@contextmanager
def quiet_gdal() -> Iterator[None]:
    """Keep GDAL from writing on the terminal; inside, gdal.GetLastErrorMsg() tells what it said."""
    gdal.ErrorReset()
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        yield
    finally:
        gdal.PopErrorHandler()
