"""The rigorous way onto the map, where ISIS is installed: spiceinit and cam2map."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback

from planetary_qgis.core.dependencies import Feature, require
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.isis_maps import map_file
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.projecting.map_grids import reference_system
from planetary_qgis.qgis_bridge.rasters.projecting.projecting import put_in_place
from planetary_qgis.qgis_bridge.store import RunCancelledError
from planetary_qgis.qgis_bridge.tasks import tell

_INGESTERS = {
    "-74021": "mroctx2isis",
    "-74699": "hi2isis",
    "-85600": "lronac2isis",
    "-85610": "lronac2isis",
    "-53031": "thm2isis",
    "-53032": "thm2isis",
    "-94031": "moc2isis",
    "-94032": "moc2isis",
    "-94033": "moc2isis",
    "-236800": "mdis2isis",
    "-236810": "mdis2isis",
    "-236820": "mdis2isis",
    "-82360": "ciss2isis",
    "-82361": "ciss2isis",
    "-143421": "tgocassis2isis",
    "-143422": "tgocassis2isis",
    "-143423": "tgocassis2isis",
    "-143424": "tgocassis2isis",
    "-203110": "dawnfc2isis",
    "-203120": "dawnfc2isis",
    "-27001": "vik2isis",
    "-27002": "vik2isis",
    "-30001": "vik2isis",
    "-30002": "vik2isis",
}
"""Programs that read archives' images, by NAIF id of the instrument; others by isisimport."""
_RESAMPLING = {"nearest": "nearestneighbor", "bilinear": "bilinear", "cubic": "cubicconvolution"}
_LAST_WORDS = 2000


def isis_is_there() -> bool:
    """Whether ISIS is installed and its environment set, so that kalasiris can run it."""
    root = os.environ.get("ISISROOT", "")
    has_data = "ISISDATA" in os.environ or "ISIS3DATA" in os.environ
    return bool(root) and has_data and os.access(Path(root) / "bin" / "cam2map", os.X_OK)


def project_by_isis(
    image: Path,
    instrument: str,
    crs: QgsCoordinateReferenceSystem,
    destination: Path,
    feedback: QgsFeedback,
    *,
    resolution_m: float | None = None,
    resampling: str = "bilinear",
    web: bool = False,
) -> Path:
    """A GeoTIFF of the image as ISIS projects it, in place of an older one.

    Args:
        image: A label or file of an archive, or a cube.
        instrument: Its NAIF id, by which the program is chosen that reads it.
        web: Whether spiceinit asks USGS's server for kernels.

    Raises:
        PlanetaryError: ISIS is not there, has no such map, or one of its programs failed.
        RunCancelledError: The feedback was cancelled.
    """
    programs = _programs()
    text = map_file_of(crs, resolution_m)
    with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
        cube = Path(folder) / "image.cub"
        if image.suffix.lower() == ".cub":
            shutil.copyfile(image, cube)  # spiceinit writes into it
        else:
            ingester = _INGESTERS.get(instrument, "isisimport")
            _run(programs, ingester, feedback, from_=image, to=cube)
        _run(programs, "spiceinit", feedback, from_=cube, web="yes" if web else "no")
        template, projected = Path(folder) / "project.map", Path(folder) / "map.cub"
        template.write_text(text, encoding="ascii", errors="replace")
        _run(
            programs,
            "cam2map",
            feedback,
            from_=cube,
            to=projected,
            map=template,
            pixres="camera" if resolution_m is None else "map",
            defaultrange="minimize",
            interp=_RESAMPLING.get(resampling, "bilinear"),
        )
        _as_geotiff(projected, destination, crs)
    return destination


def map_file_of(crs: QgsCoordinateReferenceSystem, resolution_m: float | None = None) -> str:
    """The map file of a CRS.

    Raises:
        PlanetaryError: ISIS has no such map.
    """
    system = reference_system(crs)
    words = (word.lstrip("+").partition("=") for word in system.ExportToProj4().split())
    return map_file(
        {name: value for name, _, value in words},
        target=crs.celestialBodyName(),
        equatorial_m=system.GetSemiMajor(),
        polar_m=system.GetSemiMinor(),
        resolution_m=resolution_m,
    )


def _programs() -> ModuleType:
    """The library, which looks for ISIS's programs when it is imported."""
    require(Feature.ISIS)
    if not isis_is_there():
        raise PlanetaryError(
            "ISIS is not to be found.",
            hint="Set ISISROOT and ISISDATA, as ISIS's installation says, then start QGIS again.",
        )
    with _environment_told():
        import kalasiris
    return kalasiris


@contextmanager
def _environment_told() -> Iterator[None]:
    try:
        yield
    except (KeyError, OSError) as error:
        raise PlanetaryError(
            "The installation of ISIS is not whole.",
            details=repr(error),
            hint="Check that ISISROOT holds bin/xml and bin, and that ISISDATA is set.",
        ) from error


def _run(programs: ModuleType, name: str, feedback: QgsFeedback, **arguments: Any) -> None:
    """Run a program of ISIS to its end."""
    if feedback.isCanceled():
        raise RunCancelledError
    program = getattr(programs, name, None)
    if program is None:
        raise PlanetaryError(
            f"This ISIS has no program {name}.", hint="Update ISIS, or convert the image to a cube."
        )
    tell(feedback, f"ISIS: {name}")
    words = {key: str(value) for key, value in arguments.items()}
    done = program(**words, _check=False)
    if done.returncode:
        raise PlanetaryError(
            f"ISIS's {name} failed.",
            details=(done.stderr or done.stdout or "")[-_LAST_WORDS:],
            hint="The details are its own words; kernels may be missing in ISISDATA.",
        )


def _as_geotiff(cube: Path, destination: Path, crs: QgsCoordinateReferenceSystem) -> None:
    part = destination.with_name(f"{destination.stem}.part.tif")
    try:
        with gdal_told(
            f"GDAL cannot read what cam2map made of {destination.stem}.", "See the log."
        ):
            made = gdal.Translate(
                str(part),
                str(cube),
                outputSRS=reference_system(crs).ExportToWkt(),
                creationOptions=["TILED=YES", "COMPRESS=LZW", "BIGTIFF=IF_SAFER"],
            )
            if made is None:
                raise RuntimeError(gdal.GetLastErrorMsg())
            del made
        put_in_place(part, destination)
    finally:
        part.unlink(missing_ok=True)
