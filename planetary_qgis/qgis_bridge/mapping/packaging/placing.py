"""A package at its place: whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.packages.manifest import MANIFEST, files_below, listed

_CHUNK = 1 << 22
_ROOM_FOR_THE_REST = 64 * 1024 * 1024


def check_destination(destination: Path, overwrite: bool) -> None:
    """Refuse a place where no package can be put.

    Raises:
        PlanetaryError: Its folder is not there or cannot be written to; something is there already
            and is not to be replaced, or is no package.
    """
    folder = destination.parent
    if not folder.is_dir():
        raise PlanetaryError(
            _tr("There is no folder {folder}.").format(folder=folder),
            hint=_tr("Make it first, or choose another one."),
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PlanetaryError(
            _tr("The folder {folder} cannot be written to.").format(folder=folder),
            hint=_tr("Choose another folder, or ask for the right to write there."),
        )
    if not os.path.lexists(destination):
        return
    if not overwrite:
        raise PlanetaryError(
            _tr("There is something at {place} already.").format(place=destination),
            hint=_tr("Choose another name, or allow a package to be replaced."),
        )
    strange = _not_of_a_package(destination)
    if strange:
        raise PlanetaryError(
            _tr("{place} holds what is not of a package, so it is not replaced: {names}.").format(
                place=destination, names=", ".join(strange[:3])
            ),
            hint=_tr("Choose another name, or move these away."),
        )


@contextmanager
def building_place(destination: Path) -> Iterator[Path]:
    """A folder beside the destination, where a package is built; it goes afterwards.

    Raises:
        PlanetaryError: It cannot be made, or the disk is full while it is used.
    """
    try:
        place = Path(
            tempfile.mkdtemp(prefix=f".{destination.name}.", suffix=".part", dir=destination.parent)
        )
    except OSError as error:
        raise failed(destination, error) from error
    try:
        yield place
    except OSError as error:
        raise failed(destination, error) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def check_room(place: Path, needed: int) -> None:
    """Refuse where the disk has not the room for so many bytes.

    Raises:
        PlanetaryError: It has not.
    """
    free = shutil.disk_usage(place).free
    if needed + _ROOM_FOR_THE_REST > free:
        raise PlanetaryError(
            _tr("The package needs {needed} MB, and the disk has {free} MB left.").format(
                needed=needed // 1024**2, free=free // 1024**2
            ),
            hint=_tr("Make room, choose another disk, or leave the rasters out."),
        )


def put_in_place(built: Path, destination: Path) -> None:
    """Give a whole folder or file its final name; what it replaces goes only after that.

    Raises:
        OSError: The system does not let it; what was there is there again.
    """
    if not os.path.lexists(destination):
        os.rename(built, destination)
        return
    if destination.is_file():
        os.replace(built, destination)
        return
    before = _free_name(destination)
    os.rename(destination, before)
    try:
        os.rename(built, destination)
    except OSError:
        os.rename(before, destination)
        raise
    shutil.rmtree(before, ignore_errors=True)


def zipped(folder: Path, target: Path, told: Callable[[str], None]) -> None:
    """Pack a folder, by its name, into a zip file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in files_below(folder):
            name = path.relative_to(folder.parent).as_posix()
            told(name)
            packed.write(path, name)


def copy_file(source: Path, target: Path, told: Callable[[str], None]) -> None:
    """Copy a file's content and time piece by piece, so that it can be cancelled."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("wb") as written:
        while chunk := read.read(_CHUNK):
            told(source.name)
            written.write(chunk)
    os.utime(target, (source.stat().st_atime, source.stat().st_mtime))


def failed(destination: Path, error: OSError) -> PlanetaryError:
    """That a package could not be written, and why."""
    why = {
        errno.ENOSPC: _tr("The disk is full."),
        errno.EDQUOT: _tr("Your share of the disk is full."),
        errno.EACCES: _tr("The folder or a file may not be written or read."),
        errno.EROFS: _tr("The disk is read-only."),
    }.get(error.errno or 0, str(error))
    return PlanetaryError(
        _tr("The package {place} cannot be written. {why}").format(place=destination, why=why),
        details=str(error),
        hint=_tr("Nothing was left behind. Choose another place, or make room, then try again."),
    )


def _not_of_a_package(destination: Path) -> list[str]:
    """Names of what a package would not hold; nothing where one is there, or an empty folder."""
    if destination.is_symlink():
        return [destination.name]
    if destination.is_file():
        return [] if _is_zipped_package(destination) else [destination.name]
    known = set(listed(destination))
    return [
        name
        for path in sorted(destination.rglob("*"))
        if (path.is_symlink() or not path.is_dir())
        and (name := path.relative_to(destination).as_posix()) not in known
        and name != MANIFEST
        and not name.endswith((".gpkg-wal", ".gpkg-shm"))
    ]


def _is_zipped_package(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return any(Path(name).name == MANIFEST for name in packed.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def _free_name(destination: Path) -> Path:
    number = 1
    while os.path.lexists(destination.with_name(f"{destination.name}.replaced-{number}")):
        number += 1
    return destination.with_name(f"{destination.name}.replaced-{number}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapPackage", text)
