"""Files that styles and projects refer to: pictures of markers and fills."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from planetary_qgis.core.mapping.packages.package_xml import XmlElement

_PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff")
_LARGEST_EMBEDDED = 4 * 1024 * 1024
_ATTRIBUTE = re.compile(r'(?<=[\s])(v|value|file|k)="([^"<>]*\.(?:svg|png|jpe?g|gif|bmp))"', re.I)
_ENTITIES = {"&amp;": "&", "&quot;": '"', "&apos;": "'", "&lt;": "<", "&gt;": ">"}


def missing_files(root: XmlElement, folder: Path) -> list[str]:
    """The files that a style refers to by place, and that are not there for everybody.

    A bare name, as gpsicons/plane.svg, is of QGIS's own library of pictures.
    """
    return sorted({name for name in _file_names(root) if _is_lost(name, folder)})


def with_pictures(text: str, folder: Path) -> str:
    """A style's or project's XML with the pictures that it refers to by place inside it.

    Args:
        folder: From where relative places count.
    """
    return _ATTRIBUTE.sub(lambda found: _embedded(found, folder), text)


def is_absolute(name: str) -> bool:
    """Whether a name is a place on one computer, of whatever system."""
    return PurePosixPath(name).is_absolute() or PureWindowsPath(name).is_absolute()


def _file_names(root: XmlElement) -> Iterator[str]:
    for element in root.all("Option", "prop", "LayoutItem", "ComposerPicture"):
        for key in ("value", "v", "file"):
            name = element.attributes.get(key, "")
            if name.lower().endswith(_PICTURES) and "\n" not in name:
                yield name


def _is_lost(name: str, folder: Path) -> bool:
    if name.startswith(("base64:", "http://", "https://", ":/")):
        return False
    if is_absolute(name):
        return True
    if name.startswith((".", "..")):
        return not (folder / name).is_file()
    return False


def _embedded(found: re.Match[str], folder: Path) -> str:
    name = found[2]
    for entity, sign in _ENTITIES.items():
        name = name.replace(entity, sign)
    if not (is_absolute(name) or name.startswith(".")):
        return found[0]
    path = Path(name) if is_absolute(name) else folder / name
    try:
        if path.stat().st_size > _LARGEST_EMBEDDED:
            return found[0]
        content = path.read_bytes()
    except OSError:
        return found[0]
    return f'{found[1]}="base64:{base64.b64encode(content).decode("ascii")}"'
