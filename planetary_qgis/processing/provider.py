"""The provider that puts the algorithms into Processing's toolbox."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from planetary_qgis.processing.aspect import Aspect
from planetary_qgis.processing.basemap import LoadBasemap
from planetary_qgis.processing.bestprojection import BestProjection
from planetary_qgis.processing.boresighttrack import BoresightTrack
from planetary_qgis.processing.buildunits import BuildUnits
from planetary_qgis.processing.checkcrs import CheckCrs
from planetary_qgis.processing.checkmap import CheckMap
from planetary_qgis.processing.colourrelief import ColourRelief
from planetary_qgis.processing.contours import Contours
from planetary_qgis.processing.curvature import Curvature
from planetary_qgis.processing.downloadindex import DownloadIndex
from planetary_qgis.processing.downloadkernels import DownloadKernels
from planetary_qgis.processing.exportmappackage import ExportMapPackage
from planetary_qgis.processing.findopportunities import FindOpportunities
from planetary_qgis.processing.groundtrack import GroundTrack
from planetary_qgis.processing.hillshade import Hillshade
from planetary_qgis.processing.importmap import ImportMap
from planetary_qgis.processing.importpdsindex import ImportPdsIndex
from planetary_qgis.processing.kernelcoverage import KernelCoverage
from planetary_qgis.processing.limbandterminator import LimbAndTerminator
from planetary_qgis.processing.mapsheet import MapSheet
from planetary_qgis.processing.mapsymbols import MapSymbols
from planetary_qgis.processing.mosaicindex import MosaicIndex
from planetary_qgis.processing.newmapproject import NewMapProject
from planetary_qgis.processing.openraster import OpenPlanetaryRaster
from planetary_qgis.processing.projectimage import ProjectImage
from planetary_qgis.processing.rasterfootprint import RasterFootprint
from planetary_qgis.processing.rasterprofile import RasterProfile
from planetary_qgis.processing.roughness import Roughness
from planetary_qgis.processing.searcharchive import SearchArchive
from planetary_qgis.processing.searchindex import SearchIndex
from planetary_qgis.processing.setprojectbody import SetProjectBody
from planetary_qgis.processing.shadedterrain import ShadedTerrain
from planetary_qgis.processing.slope import Slope
from planetary_qgis.processing.spicefootprints import SpiceFootprints
from planetary_qgis.processing.unitstatistics import UnitStatisticsAlgorithm
from planetary_qgis.processing.validatemappackage import ValidateMapPackage
from planetary_qgis.processing.zonalstatistics import ZonalStatistics

ICON = Path(__file__).resolve().parents[1] / "resources" / "icons" / "planetary_qgis.svg"


class PlanetaryProvider(QgsProcessingProvider):
    """Planetary indexes, footprints and tracks."""

    def id(self) -> str:
        return "planetary"

    def name(self) -> str:
        return self.tr("Planetary")

    def icon(self) -> QIcon:
        return QIcon(str(ICON))

    def svgIconPath(self) -> str:
        return str(ICON)

    def loadAlgorithms(self) -> None:
        for algorithm in (
            SearchArchive,
            DownloadIndex,
            ImportPdsIndex,
            SearchIndex,
            SpiceFootprints,
            GroundTrack,
            BoresightTrack,
            LimbAndTerminator,
            FindOpportunities,
            KernelCoverage,
            DownloadKernels,
            BestProjection,
            SetProjectBody,
            OpenPlanetaryRaster,
            CheckCrs,
            ProjectImage,
            LoadBasemap,
            RasterProfile,
            ZonalStatistics,
            ShadedTerrain,
            Hillshade,
            Slope,
            Aspect,
            Curvature,
            Roughness,
            ColourRelief,
            Contours,
            RasterFootprint,
            MosaicIndex,
            NewMapProject,
            MapSheet,
            MapSymbols,
            UnitStatisticsAlgorithm,
            ImportMap,
            CheckMap,
            BuildUnits,
            ExportMapPackage,
            ValidateMapPackage,
        ):
            self.addAlgorithm(algorithm())

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """The format that keeps all: others lose the CRS, times, or rows without geometry."""
        return ["gpkg"]

    def defaultVectorFileExtension(self, _hasGeometry: bool = True) -> str:
        return "gpkg"

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """The format that rasters are written in."""
        return ["tif"]
