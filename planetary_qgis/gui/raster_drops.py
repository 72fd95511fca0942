"""Planetary rasters that are dropped on QGIS's window."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsMimeDataUtils
from qgis.gui import QgisInterface, QgsCustomDropHandler

from planetary_qgis.gui.toolbox import Toolbox

_LOOKED_AT = 4096
_ENDINGS = (
    *(".lbl", ".xml", ".cub", ".qub", ".img", ".imq", ".ibg", ".vic", ".vicar", ".raw", ".dat"),
    *(".fit", ".fits", ".fts"),
)
_WORDS = (b"PDS_VERSION_ID", b"CCSD3ZF", b"NJPL1I00PDS", b"IsisCube", b"LBLSIZE=", b"Product_Obs")
_FITS = b"SIMPLE  ="
_ARRAYS = (b"Array_2D", b"Array_3D")


class RasterDrops:
    """A fitting that opens dropped products with their labels; other files stay QGIS's."""

    def __init__(self) -> None:
        self._iface: QgisInterface | None = None
        self._handler: _Handler | None = None

    def install(self, iface: QgisInterface, toolbox: Toolbox) -> None:
        self._iface, self._handler = iface, _Handler(toolbox)
        iface.registerCustomDropHandler(self._handler)

    def remove(self) -> None:
        self._iface.unregisterCustomDropHandler(self._handler)
        self._handler.deleteLater()
        self._iface = self._handler = None


class _Handler(QgsCustomDropHandler):
    def __init__(self, toolbox: Toolbox) -> None:
        super().__init__()
        self._toolbox = toolbox

    def customUriProviderKey(self) -> str:
        return "planetary_qgis"

    def handleCustomUriDrop(self, _uri: QgsMimeDataUtils.Uri) -> None:
        return

    def handleFileDrop(self, file: str) -> bool:
        """Whether the file is a product that the plugin opens; it does so in the background."""
        if not is_product(Path(file)):
            return False
        from planetary_qgis.gui.raster_opener import open_in_task

        open_in_task(self._toolbox, [file])
        return True


def is_product(path: Path) -> bool:
    """Whether a file is an archive's image or its label, by name and first bytes."""
    if path.suffix.lower() not in _ENDINGS or not path.is_file():
        return False
    beginning = _beginning(path)
    if path.suffix.lower() == ".xml":
        return b"pds" in beginning.lower() and _has_arrays(path)
    if any(word in beginning for word in _WORDS) or beginning.startswith(_FITS):
        return True
    label = _label_beside(path)
    return label is not None and any(word in _beginning(label) for word in _WORDS)


def _label_beside(path: Path) -> Path | None:
    endings = (".lbl", ".LBL", ".xml", ".XML")
    candidates = (path.with_suffix(ending) for ending in endings)
    return next((each for each in candidates if each != path and each.is_file()), None)


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LOOKED_AT)
    except OSError:
        return b""


def _has_arrays(path: Path) -> bool:
    """Whether a PDS4 label describes an image; tables and documents have labels, too."""
    with path.open("rb") as file:
        content = file.read(1_000_000)
    return any(word in content for word in _ARRAYS)
