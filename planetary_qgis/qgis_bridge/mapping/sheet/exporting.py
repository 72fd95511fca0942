"""A sheet as PDF, PNG or SVG: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsLayoutExporter, QgsPrintLayout
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.gdal_words import quiet_gdal

_PDF_ENDS = b"%%EOF"
_TAIL = 2048
_DPI = 300.0
_PNG_DPI = 200.0


def export_pdf(layout: QgsPrintLayout, path: Path) -> None:
    """Write a PDF, vectors where the map has vectors, georeferenced where GDAL can.

    Raises:
        PlanetaryError: It cannot be written; what stood there before stays.
    """

    def write(part: Path) -> object:
        settings = QgsLayoutExporter.PdfExportSettings()
        settings.dpi = _DPI
        settings.appendGeoreference = True
        settings.exportMetadata = True
        return QgsLayoutExporter(layout).exportToPdf(str(part), settings)

    _whole_or_not(Path(path), ".pdf", write)


def export_image(layout: QgsPrintLayout, path: Path, dpi: float = _PNG_DPI) -> list[Path]:
    """Write PNG or SVG files by the path's ending; further pages become files _2, _3, …

    Raises:
        PlanetaryError: They cannot be written.
    """
    path = Path(path)

    def write(part: Path) -> object:
        exporter = QgsLayoutExporter(layout)
        if path.suffix.lower() == ".svg":
            vectors = QgsLayoutExporter.SvgExportSettings()
            vectors.dpi = _DPI
            return exporter.exportToSvg(str(part), vectors)
        pixels = QgsLayoutExporter.ImageExportSettings()
        pixels.dpi = dpi
        return exporter.exportToImage(str(part), pixels)

    return _whole_or_not(path, path.suffix.lower() or ".png", write)


def _whole_or_not(path: Path, suffix: str, write: Callable[[Path], object]) -> list[Path]:
    """Have files written in a folder beside their place, then put them there."""
    try:
        with tempfile.TemporaryDirectory(prefix=".sheet-", dir=path.parent) as folder:
            part = Path(folder) / f"{path.stem}{suffix}"
            # GDAL complains of pictures that it cannot place on the body; PDFs it can.
            with quiet_gdal():
                result = write(part)
            if result != QgsLayoutExporter.ExportResult.Success:
                raise _failed(path, _words_for(result))
            written = sorted(each for each in Path(folder).iterdir() if each.suffix == suffix)
            if not written or not all(map(_is_whole, written)):
                raise _failed(path, _tr("The file was cut short: the disk may be full."))
            for each in written:
                os.replace(each, path.parent / each.name)
            return [path.parent / each.name for each in written]
    except OSError as error:
        raise _failed(path, str(error)) from error


def _is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    return size > 0 and (path.suffix != ".pdf" or _PDF_ENDS in tail)


def _words_for(result: object) -> str:
    results = QgsLayoutExporter.ExportResult
    known = {
        results.MemoryError: _tr("There was not enough memory."),
        results.FileError: _tr("The file could not be written."),
        results.PrintError: _tr("The page could not be printed."),
        results.Canceled: _tr("It was cancelled."),
    }
    return known.get(result, str(result))


def _failed(path: Path, why: str) -> PlanetaryError:
    return PlanetaryError(
        _tr("The map sheet {path} cannot be written.").format(path=path),
        details=why,
        hint=_tr("Check that its folder exists, is writable and has room, then try again."),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapSheet", text)
