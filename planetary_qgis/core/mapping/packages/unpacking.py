"""Packages as folders to look into: a folder itself, or a zip file unpacked with care."""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from planetary_qgis.core.errors import PlanetaryError

PackageKind = Literal["folder", "zip", "geopackage"]

_MOST_FILES = 20_000
_MOST_BYTES = 64 * 1024**3
_HARMLESS_BYTES = 256 * 1024**2
_MOST_RATIO = 200
"""Times that a file may grow by unpacking; deflate cannot do more than about 1030."""
_ENCRYPTED = 0x1
_CHUNK = 1 << 20


@dataclass(frozen=True)
class OpenPackage:
    """A package that can be read as files.

    Attributes:
        root: The folder that holds what was packed.
        geopackage: The one file that was given, where that was all.
        skipped: Names inside a zip file that would have led out of the folder; not unpacked.
    """

    kind: PackageKind
    root: Path
    geopackage: Path | None = None
    skipped: tuple[str, ...] = ()


@contextmanager
def opened_package(path: Path) -> Iterator[OpenPackage]:
    """The package as files; a zip file is unpacked into a folder that goes afterwards.

    Raises:
        PlanetaryError: It is not there, no package, damaged, encrypted, or a zip bomb.
    """
    if path.is_dir():
        yield OpenPackage("folder", path)
    elif not path.is_file():
        raise PlanetaryError(
            f"There is no package {path}.", hint="Choose a folder, a .zip or a .gpkg file."
        )
    elif path.suffix.lower() == ".gpkg":
        yield OpenPackage("geopackage", path.parent, path)
    elif zipfile.is_zipfile(path):
        with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
            skipped = _unpack(path, Path(folder))
            yield OpenPackage("zip", _inner(Path(folder)), skipped=skipped)
    else:
        raise _no_package(path)


def _no_package(path: Path) -> PlanetaryError:
    if path.suffix.lower() == ".zip":
        return PlanetaryError(
            f"{path} is no zip file, or was cut off.",
            hint="Copy or download it again.",
        )
    return PlanetaryError(
        f"{path} is no map package.", hint="Choose a folder, a .zip or a .gpkg file."
    )


def _unpack(path: Path, folder: Path) -> tuple[str, ...]:
    """Unpack a zip file; gives the names that were left out as they lead elsewhere."""
    skipped = []
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
            _refuse_dangers(path, folder, members)
            for member in members:
                target = _target(folder, member)
                if target is None:
                    skipped.append(member.filename)
                elif not member.is_dir():
                    _unpack_one(packed, member, target)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise PlanetaryError(
            f"The zip file {path} is damaged.",
            details=str(error),
            hint="Copy or download it again.",
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise PlanetaryError(
            f"The zip file {path} is packed in a way that cannot be read here.",
            details=str(error),
            hint="Unpack it with the program that made it, then choose the folder.",
        ) from error
    except OSError as error:
        raise PlanetaryError(
            f"The zip file {path} cannot be unpacked.",
            details=str(error),
            hint="Check that there is room for temporary files, or unpack it yourself.",
        ) from error
    return tuple(skipped)


def _refuse_dangers(path: Path, folder: Path, members: list[zipfile.ZipInfo]) -> None:
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise PlanetaryError(
            f"The zip file {path} is encrypted.",
            hint="Unpack it with its password, then choose the folder.",
        )
    whole = sum(member.file_size for member in members)
    grows = any(
        member.file_size > max(_HARMLESS_BYTES, _MOST_RATIO * member.compress_size)
        for member in members
    )
    room = shutil.disk_usage(folder).free
    if len(members) > _MOST_FILES or whole > _MOST_BYTES or grows or whole > room:
        raise PlanetaryError(
            f"The zip file {path} says that it holds {len(members):,} files with "
            f"{whole / 1024**2:,.0f} MB unpacked: it was not opened.",
            hint="If you trust it, unpack it yourself, then choose the folder.",
        )


def _target(folder: Path, member: zipfile.ZipInfo) -> Path | None:
    """Where a member goes; None where that is out of the folder, or it is a link."""
    name = member.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    mode = member.external_attr >> 16
    if stat.S_ISLNK(mode) or not parts or name.startswith("/") or "\0" in name:
        return None
    if any(part in ("..", "/") or ":" in part for part in parts):
        return None
    return folder.joinpath(*parts)


def _unpack_one(packed: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one file; one that holds more than it says ends all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with packed.open(member) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise zipfile.BadZipFile(f"{member.filename} is longer than it says")
            file.write(chunk)


def _inner(folder: Path) -> Path:
    """The one folder that all was packed in, where that is so."""
    inside = [each for each in folder.iterdir() if each.name != "__MACOSX"]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
