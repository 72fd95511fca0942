"""Repairs kept beside or in files, for other programs and other projects; only when told to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from osgeo import gdal, osr
from qgis.core import QgsCoordinateReferenceSystem

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import repair_geopackage
from planetary_qgis.qgis_bridge.crs_doctor.definitions import spatial_reference
from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import LayerFacts
from planetary_qgis.qgis_bridge.crs_doctor.wkt_tree import Node, parsed
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.vrt_files import say_crs

_WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
_ALIKE = ["CRITERION=EQUIVALENT", "IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES"]
_BEFORE = ".before"
_HINT = "Check that its folder is writable, or keep the repair in the project alone."


def keep_beside(facts: LayerFacts, crs: QgsCoordinateReferenceSystem) -> tuple[Path, ...]:
    """The files that now say the CRS, for GDAL and QGIS; the data themselves stay as they are.

    Rasters get what GDAL keeps beside files (.aux.xml), or a VRT where their driver does not look
    there; shapefiles a .prj, whose older self is kept as .prj.before. In GeoPackages IAU's codes
    are mended.

    Raises:
        PlanetaryError: Nothing can be written there, or the format has no such file.
    """
    if facts.path is None or not facts.path.is_file():
        raise PlanetaryError(
            f"“{facts.name}” is no file on this computer.",
            hint="The project keeps the repair; save the project.",
        )
    if facts.is_raster:
        return _beside_raster(facts.path, crs)
    by_suffix: dict[str, Callable[[], tuple[Path, ...]]] = {
        ".shp": lambda: _beside_shapefile(facts.path, crs),
        ".gpkg": lambda: _in_geopackage(facts.path),
    }
    keep = by_suffix.get(facts.path.suffix.lower())
    if keep is None:
        raise PlanetaryError(
            f"Beside {facts.path.name} no file can say its system.",
            hint="Export the layer to a GeoPackage, or keep the repair in the project.",
        )
    return keep()


def _beside_raster(path: Path, crs: QgsCoordinateReferenceSystem) -> tuple[Path, ...]:
    # IAU's codes are what QGIS before 3.44 does not read back from GDAL's WKT 1.
    reference = spatial_reference(str(_without_codes(parsed(crs.toWkt(_WKT2)))))
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    beside = path.with_name(path.name + ".aux.xml")
    before = beside.read_bytes() if beside.is_file() else None
    with gdal_told(f"The file {beside} cannot be written.", _HINT):
        _tell_gdal(path, reference)
    if _is_read_back(path, reference):
        return (beside,)
    # Some drivers, that of PDS3 for one, believe the label and nothing else.
    if before is None:
        beside.unlink(missing_ok=True)
    else:
        beside.write_bytes(before)
    return (_vrt_beside(path, reference),)


def _without_codes(tree: Node) -> Node:
    kept = (i for i in tree.items if isinstance(i, str) or i.keyword != "ID" or _is_epsg(i))
    return Node(tree.keyword, tuple(i if isinstance(i, str) else _without_codes(i) for i in kept))


def _is_epsg(code: Node) -> bool:
    return code.name == "EPSG"


def _tell_gdal(path: Path, reference: osr.SpatialReference) -> None:
    # Opened for reading, GDAL writes into no file but the one beside it.
    dataset = gdal.Open(str(path))
    if dataset is None or dataset.SetSpatialRef(reference) != 0:
        raise RuntimeError(gdal.GetLastErrorMsg())


def _is_read_back(path: Path, reference: osr.SpatialReference) -> bool:
    with gdal_told(f"The file {path} cannot be read again.", _HINT):
        dataset = gdal.Open(str(path))
        found = dataset.GetSpatialRef() if dataset is not None else None
    if found is None:
        return False
    told = [each.ExportToWkt(["FORMAT=WKT2_2019"]) for each in (found, reference)]
    return told[0] == told[1] or found.IsSame(reference, _ALIKE) == 1


def _vrt_beside(path: Path, reference: osr.SpatialReference) -> Path:
    """A new VRT that says the same of the file, with the right system."""
    vrt = path.with_name(path.name + ".vrt")
    if vrt.exists():
        raise PlanetaryError(
            f"{vrt.name} is there already, and {path.name}'s own format takes no other system.",
            hint="Remove it, or keep the repair in the project alone.",
        )
    with gdal_told(f"The file {vrt} cannot be written.", _HINT):
        copied = gdal.GetDriverByName("VRT").CreateCopy(str(vrt), gdal.Open(str(path)))
        if copied is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        del copied
    say_crs(vrt, reference.ExportToWkt(["FORMAT=WKT2_2019"]))
    return vrt


def _beside_shapefile(path: Path, crs: QgsCoordinateReferenceSystem) -> tuple[Path, ...]:
    esri = crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT1_ESRI)
    if not esri:
        raise PlanetaryError(
            f"A .prj file cannot say what “{crs.description()}” says.",
            hint="Export the layer to a GeoPackage in degrees, or keep the repair in the project.",
        )
    prj = path.with_suffix(".prj")
    try:
        before = prj.with_name(prj.name + _BEFORE)
        if prj.is_file() and not before.exists():
            shutil.copyfile(prj, before)
        prj.write_text(esri, encoding="utf-8")
    except OSError as error:
        raise PlanetaryError(
            f"The file {prj} cannot be written.", details=str(error), hint=_HINT
        ) from error
    return (prj,)


def _in_geopackage(path: Path) -> tuple[Path, ...]:
    if not repair_geopackage(path):
        raise PlanetaryError(
            f"In {path.name} there is nothing that can be mended in place.",
            hint="Export the layer with its new system, or keep the repair in the project.",
        )
    return (path,)
