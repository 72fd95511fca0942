"""A raster that was opened, and all there is to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer

from planetary_qgis.qgis_bridge.rasters.addresses import address_of, reading
from planetary_qgis.qgis_bridge.rasters.band_facts import BandFacts
from planetary_qgis.qgis_bridge.rasters.raster_layers import (
    RasterDress,
    crs_named,
    dress_layer,
    layer_of,
)
from planetary_qgis.qgis_bridge.rasters.stretch import Stretch
from planetary_qgis.qgis_bridge.rasters.virtual import write_virtual


@dataclass(frozen=True)
class OpenRaster:
    """A raster that GDAL can open, and what there is to know of it.

    Attributes:
        source: What GDAL calls it.
        notes: Sentences: what to know before trusting it, and what was repaired.
        crs: The code or the WKT of the CRS that it truly has; empty where it has none.
        body: Its name; empty where nobody knows.
        geotransform: None where its pixels lie nowhere.
        shown: Numbers of the bands shown as red, green and blue, or of the one shown in grey.
        stretches: By the band's number.
        facts: What its label says, in reading order.
        times: Start and stop, in milliseconds since 1970, where the label tells them.
        images: Names of all that the file holds; this is the one at `image`.
    """

    source: str
    title: str
    notes: tuple[str, ...] = ()
    address: str = ""
    crs: str = ""
    body: str = ""
    geotransform: tuple[float, ...] | None = None
    bands: tuple[BandFacts, ...] = ()
    shown: tuple[int, ...] = (1,)
    stretches: dict[int, Stretch] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    times: tuple[int, ...] = ()
    images: tuple[str, ...] = ()
    image: int = 0

    @property
    def warning(self) -> str:
        """The notes in a line."""
        return " ".join(self.notes)

    def layer(self) -> QgsRasterLayer:
        """A layer of it; for the main thread.

        Raises:
            PlanetaryError: QGIS cannot show it.
        """
        with reading(address_of(self.address or self.source)):
            return layer_of(self.source, self._dress)

    def dress(self, layer: QgsRasterLayer) -> None:
        """Give another layer of it the same stretch, no-data, CRS and metadata."""
        dress_layer(layer, self._dress)

    @property
    def _dress(self) -> RasterDress:
        return RasterDress(
            title=self.title,
            crs=self.crs,
            bands=self.bands,
            shown=self.shown,
            stretches=self.stretches,
            facts={**self.facts, "Address": self.address},
            notes=self.notes,
            times=self.times,
        )

    def write_vrt(self, path: Path, *, bands: Sequence[int] = ()) -> None:
        """Write a VRT that has the right CRS, place, no-data and scaling, and the label's facts.

        Raises:
            PlanetaryError: It cannot be written.
        """
        with reading(address_of(self.address or self.source)):
            write_virtual(
                self.source,
                path,
                bands=self.bands,
                crs=wkt_of(crs_named(self.crs)),
                geotransform=self.geotransform,
                facts={**self.facts, **_numbered(self.notes)},
                chosen=bands,
            )


def wkt_of(crs: QgsCoordinateReferenceSystem | None) -> str:
    """The CRS as GDAL reads it; empty for none."""
    if crs is None or not crs.isValid():
        return ""
    return crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED)


def _numbered(notes: Sequence[str]) -> dict[str, str]:
    return {f"Note {number}": note for number, note in enumerate(notes, 1)}
