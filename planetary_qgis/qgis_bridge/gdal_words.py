"""GDAL's complaints as errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from osgeo import gdal, ogr, osr

from planetary_qgis.core.errors import PlanetaryError


@contextmanager
def gdal_told(sentence: str, hint: str) -> Iterator[None]:
    """GDAL's complaints as an error with its own words; nothing on the terminal.

    Inside, raise RuntimeError(gdal.GetLastErrorMsg()) where GDAL hands back nothing; GDAL before
    3.7 does so itself where another plugin switched its exceptions on.

    Raises:
        PlanetaryError: With the sentence, GDAL's words as details, and the hint.
    """
    with quiet_gdal():
        try:
            yield
        except RuntimeError as error:
            words = str(error) or gdal.GetLastErrorMsg()
            raise PlanetaryError(sentence, details=words, hint=hint) from error


@contextmanager
def quiet_gdal() -> Iterator[None]:
    """Keep GDAL from writing on the terminal; inside, gdal.GetLastErrorMsg() tells what it said."""
    with _no_exceptions():
        gdal.ErrorReset()
        gdal.PushErrorHandler("CPLQuietErrorHandler")
        try:
            yield
        finally:
            gdal.PopErrorHandler()


def _no_exceptions() -> ExitStack:
    """Keep GDAL from raising in this thread, as far as it knows how: since 3.7.

    Processing of newer QGIS switches GDAL's exceptions on for everybody. Some of what is raised
    then has failed only in part: one point outside of a map's domain, a CRS without an old WKT.
    """
    stack = ExitStack()
    for module in (gdal, ogr, osr):
        if hasattr(module, "ExceptionMgr"):
            stack.enter_context(module.ExceptionMgr(useExceptions=False))
    return stack
