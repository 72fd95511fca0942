"""A planetary raster as a VRT that says all that is right of it."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.raster_algorithm import RasterAlgorithm
from planetary_qgis.processing.raster_outputs import as_vrt, dress_when_loaded

INPUT, ADDRESS, LABEL, IMAGE, BAND = "INPUT", "ADDRESS", "LABEL", "IMAGE", "BAND"
BODY, IMAGES = "BODY", "IMAGES"
_INTEGER = QgsProcessingParameterNumber.Type.Integer


class OpenPlanetaryRaster(RasterAlgorithm):
    """planetary:openraster"""

    def name(self) -> str:
        return "openraster"

    def displayName(self) -> str:
        return self.tr("Open planetary raster")

    def tags(self) -> list[str]:
        return ["pds", "pds3", "pds4", "isis", "cube", "vicar", "fits", "label", "image", "dem"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a virtual raster (VRT) of a PDS3 or PDS4 product, an ISIS cube, or a VICAR, "
            "FITS, JPEG 2000 or GeoTIFF file, with the CRS of its body, no-data, scaling, units "
            "and band names as its label says them, and the label's facts as metadata. The file "
            "itself is not changed, and no pixel is copied.\n\n"
            "File: the image or its label. Images whose label GDAL refuses are read all the same "
            "where the label says how.\n\n"
            "Address: instead of a file, an address on the web or one of GDAL's own names "
            "(/vsizip/…).\n\n"
            "Label's address: where the label is, if it does not lie beside the image under its "
            "name.\n\n"
            "Image: which one, where a file holds several; the log lists them.\n\n"
            "Band: the only one to take; 0 for all."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        for parameter in (
            QgsProcessingParameterFile(INPUT, self.tr("File"), optional=True),
            QgsProcessingParameterString(ADDRESS, self.tr("Address"), optional=True),
            QgsProcessingParameterString(LABEL, self.tr("Label's address"), optional=True),
            QgsProcessingParameterNumber(
                IMAGE, self.tr("Image"), _INTEGER, defaultValue=1, minValue=1
            ),
            QgsProcessingParameterNumber(
                BAND, self.tr("Band (0: all)"), _INTEGER, defaultValue=0, minValue=0
            ),
            QgsProcessingParameterRasterDestination(OUTPUT, self.tr("Virtual raster")),
        ):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputString(BODY, self.tr("Body")))
        self.addOutput(QgsProcessingOutputNumber(IMAGES, self.tr("Number of images")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.opening import open_raster

        raster = open_raster(
            self._address(parameters, context),
            feedback,
            label_address=self.parameterAsString(parameters, LABEL, context).strip(),
            image=self.parameterAsInt(parameters, IMAGE, context) - 1,
        )
        band = self.parameterAsInt(parameters, BAND, context)
        if band > len(raster.bands):
            raise PlanetaryError(
                f"{raster.title} has no band {band}, but {len(raster.bands)}.",
                hint="Choose one of those, or 0 for all.",
            )
        for note in raster.notes:
            feedback.pushWarning(note)
        for name, value in raster.facts.items():
            feedback.pushInfo(f"{name}: {value}")
        written = as_vrt(self.parameterAsOutputLayer(parameters, OUTPUT, context), context)
        raster.write_vrt(written, bands=[band] if band else [])
        dress_when_loaded(str(written), raster, context)
        return {OUTPUT: str(written), BODY: raster.body, IMAGES: max(1, len(raster.images))}

    def _address(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        file = self.parameterAsFile(parameters, INPUT, context).strip()
        address = self.parameterAsString(parameters, ADDRESS, context).strip()
        if bool(file) == bool(address):
            raise PlanetaryError(
                "Just one of file and address is to be given.", hint="Leave the other one empty."
            )
        return file or address
