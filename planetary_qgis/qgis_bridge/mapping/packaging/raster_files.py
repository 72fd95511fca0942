"""Rasters of a project as files of a package: with their sidecars and the sources of VRTs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path

from osgeo import gdal

from planetary_qgis.core.safe_names import safe_name
from planetary_qgis.qgis_bridge.gdal_words import quiet_gdal
from planetary_qgis.qgis_bridge.mapping.packaging.placing import copy_file

_SOURCE = re.compile(r"<(Source(?:Filename|Dataset))\b([^>]*)>([^<]+)</\1>")
_SIDECARS = (".xml", ".ovr", ".msk", ".aux", ".tfw", ".wld", ".lbl", ".prj", ".txt", ".rrd")
_RELATIVE = re.compile(r"\s*relativeToVRT\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)


@dataclass
class RasterCopies:
    """Copies rasters into a folder of a package, each with all its files.

    Attributes:
        root: Of the package.
        told: Gets names while files are copied; what it raises ends the work.
    """

    root: Path
    told: Callable[[str], None]
    _taken: set[str] = field(default_factory=set)

    def copy(self, raster: Path) -> str | None:
        """The place of the copy within the package; None where GDAL cannot open the raster."""
        files = files_of(raster)
        if not files:
            return None
        folder = self.root / "raster" / self._free_name(raster.stem)
        names = _names_of(raster, files)
        for file, name in names.items():
            copy_file(file, folder / name, self.told)
        for file, name in names.items():
            if file.suffix.lower() == ".vrt":
                _rewrite(folder / name, file, names)
        return (folder / names[raster.resolve()]).relative_to(self.root).as_posix()

    def _free_name(self, stem: str) -> str:
        wanted = safe_name(stem)
        name, number = wanted, 2
        while name.lower() in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name.lower())
        return name


def files_of(raster: Path) -> list[Path]:
    """The files that a raster consists of, the raster first; none where GDAL cannot open it.

    GDAL lists a VRT's sources without the sidecars of these: each is asked for its own.
    """
    found: list[Path] = []
    waiting = [raster.resolve()]
    while waiting:
        path = waiting.pop(0)
        listed = _listed(path)
        if not listed and not found:
            return []
        for each in (path, *listed):
            if each not in found and each.is_file():
                found.append(each)
                if each != path and each.suffix.lower() not in _SIDECARS:
                    waiting.append(each)
    return found


def _listed(path: Path) -> list[Path]:
    """What GDAL says belongs to a raster."""
    with quiet_gdal():
        data = gdal.Open(str(path))
        names = (data.GetFileList() or []) if data is not None else []
        data = None
    return [Path(name).resolve() for name in names if not name.startswith("/vsi")]


def _names_of(raster: Path, files: list[Path]) -> dict[Path, str]:
    """Names in the copy's folder; files from other folders than the raster's get folders there."""
    home = raster.resolve().parent
    folders: dict[Path, str] = {home: ""}
    names = {}
    for file in files:
        if file.parent not in folders:
            folders[file.parent] = f"sources_{len(folders)}/"
        names[file] = f"{folders[file.parent]}{file.name}"
    return names


def _rewrite(copy: Path, vrt: Path, names: dict[Path, str]) -> None:
    """Let a copied VRT find its sources where they were copied to."""
    here = Path(names[vrt]).parent

    def placed(found: re.Match[str]) -> str:
        tag, attributes, text = found[1], found[2], unescape(found[3]).strip()
        source = (vrt.parent / text).resolve()
        if source not in names:
            return found[0]
        up = "../" * len(here.parts)
        rest = _RELATIVE.sub("", attributes)
        return f'<{tag} relativeToVRT="1"{rest}>{escape(up + names[source])}</{tag}>'

    text = copy.read_text(encoding="utf-8", errors="surrogateescape")
    copy.write_text(_SOURCE.sub(placed, text), encoding="utf-8", errors="surrogateescape")
