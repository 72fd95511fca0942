"""What the window that projects an image has done in tasks: plain data in, plain data out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsFeedback
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.times import utc_text
from planetary_qgis.gui.work import Written, written_into
from planetary_qgis.qgis_bridge.rasters.opened import OpenRaster
from planetary_qgis.qgis_bridge.rasters.opening import open_raster
from planetary_qgis.qgis_bridge.rasters.projecting.image_maps import MapWish, isis_map_of, map_of
from planetary_qgis.qgis_bridge.rasters.projecting.projecting import Projected
from planetary_qgis.qgis_bridge.rasters.projecting.unprojected import (
    Given,
    Sight,
    Unprojected,
    footprint_of,
    read_unprojected,
)

_OUTLINE = "outline"


@dataclass(frozen=True)
class Order:
    """A map that is wanted.

    Attributes:
        outline: The GeoPackage that the footprint goes to; None where it is not wanted.
    """

    image: Unprojected
    given: Given
    sight: Sight
    wish: MapWish
    destination: Path
    outline: Path | None = None
    by_isis: bool = False


@dataclass(frozen=True)
class Made:
    """A map that was made, ready to be shown."""

    title: str
    map: Projected
    opened: OpenRaster
    outline: Written | None = None


def read_image(path: Path) -> Unprojected:
    return read_unprojected(path)


def make_map(order: Order, feedback: QgsFeedback) -> Made:
    """Project the image, and compute its footprint where that is wanted."""
    work = isis_map_of if order.by_isis else map_of
    made = work(order.image, order.given, order.sight, order.wish, order.destination, feedback)
    outline = None
    if order.outline is not None and order.sight.kernels:
        outline = _outline(order, order.outline, feedback)
    title = order.image.path.stem
    return Made(title, made, open_raster(str(made.path)), outline)


def sentence_of(image: Unprojected) -> str:
    """What is known of the image, for people."""
    words = words_of(image)
    parts = [
        _taken_by(image),
        f"{image.samples} × {image.lines}",
        words["target"],
        words["start"],
    ]
    if image.planes is not None:
        parts.append(
            QCoreApplication.translate(
                "ProjectImageWork", "with planes of longitude and latitude: needs no kernels"
            )
        )
    return ", ".join(part for part in parts if part)


def words_of(image: Unprojected) -> dict[str, str]:
    """What the label says, by the name of the field that stands before it."""
    known = image.recognised
    words = dict.fromkeys(("observer", "instrument", "start"), "")
    words["target"] = image.target
    if known is None:
        return words
    taken = known.image
    numbers = {
        "exposure_s": taken.exposure_s,
        "line_s": taken.line_s,
        "first_sample": taken.first_sample,
        "first_line": taken.first_line,
        "sample_summing": taken.sample_summing,
        "line_summing": taken.line_summing,
        "interframe_s": taken.interframe_s,
    }
    units = {name: " s" if name.endswith("_s") else "" for name in numbers}
    words.update(
        {name: f"{value:g}{units[name]}" for name, value in numbers.items() if value is not None}
    )
    words.update(
        target=known.target,
        observer=known.observer,
        instrument=known.instrument,
        start=utc_text(taken.start),
    )
    return words


def _taken_by(image: Unprojected) -> str:
    known = image.recognised
    if known is None:
        return ""
    return known.title or f"{known.observer} {known.instrument}"


def _outline(order: Order, path: Path, feedback: QgsFeedback) -> Written:
    """The image's footprint in a table of its own."""
    answer = footprint_of(order.image, order.given, order.sight, feedback)
    title = QCoreApplication.translate("ProjectImageWork", "Footprint of {image}")
    title = title.format(image=order.image.path.stem)
    return written_into(path, _OUTLINE, answer, feedback, title=title)
