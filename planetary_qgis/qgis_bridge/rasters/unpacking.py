"""Files packed with gzip, unpacked into the cache: GDAL would unpack them anew at every turn."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

from qgis.core import QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import settings
from planetary_qgis.qgis_bridge.rasters.addresses import unpacked_name
from planetary_qgis.qgis_bridge.store import RunCancelledError
from planetary_qgis.qgis_bridge.tasks import tell

MOST_UNPACKED = 8_000_000_000
_FOLDER = "rasters"
_CHUNK = 4_000_000


def unpacked(path: Path, feedback: QgsFeedback) -> Path:
    """The file in the cache that a packed one holds.

    Raises:
        PlanetaryError: It breaks off, or would fill the disk.
        RunCancelledError: The feedback was cancelled; nothing is left.
    """
    there = path.stat()
    number = zlib.crc32(f"{path.resolve()} {there.st_size} {there.st_mtime_ns}".encode())
    to = settings.load().cache_path / _FOLDER / f"{number:08x}" / unpacked_name(path.name)
    if to.is_file():
        return to
    tell(feedback, f"Unpacking {path.name}")
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f"{to.name}.part")
    try:
        _unpack(path, part, feedback)
        os.replace(part, to)
    except (OSError, EOFError, zlib.error) as error:
        raise PlanetaryError(
            f"{path} cannot be unpacked.",
            details=str(error),
            hint="Download it again; check that there is room on the disk.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return to


def _unpack(path: Path, part: Path, feedback: QgsFeedback) -> None:
    count = 0
    with gzip.open(path, "rb") as packed, part.open("wb") as file:
        while chunk := packed.read(_CHUNK):
            count += file.write(chunk)
            if feedback.isCanceled():
                raise RunCancelledError
            if count > MOST_UNPACKED:
                raise PlanetaryError(
                    f"{path.name} holds more than {MOST_UNPACKED // 1_000_000_000} GB.",
                    hint="Unpack it to a disk with room, and open what came out of it.",
                )
