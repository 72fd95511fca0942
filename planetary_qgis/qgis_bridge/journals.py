"""How GDAL opens the journals of GeoPackages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from osgeo import gdal


@contextmanager
def journal_as_it_is() -> Iterator[None]:
    """Within it, this thread opens GeoPackages without switching them to write-ahead logs.

    QGIS 3.22 switches for as long as it has a file open for writing. Where a layer of that file is
    open elsewhere it leaves the switch behind, and the next layer cannot read its style.
    """
    option = "OGR_SQLITE_JOURNAL"
    before = gdal.GetThreadLocalConfigOption(option)
    gdal.SetThreadLocalConfigOption(option, "DELETE")
    try:
        yield
    finally:
        gdal.SetThreadLocalConfigOption(option, before)
