"""Items of a layout: pictures from drawings, labels, maps."""

from __future__ import annotations

import base64

from qgis.core import (
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemPage,
    QgsLayoutItemPicture,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsPrintLayout,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import Qt

from planetary_qgis.core.mapping.sheet.drawing import Drawing
from planetary_qgis.core.mapping.sheet.plan import Box
from planetary_qgis.qgis_bridge.mapping.sheet.fonts import write_in_sheet_font

_MM = QgsUnitTypes.LayoutUnit.LayoutMillimeters


def add_page(layout: QgsPrintLayout, size: tuple[float, float]) -> None:
    page = QgsLayoutItemPage(layout)
    page.setPageSize(QgsLayoutSize(size[0], size[1], _MM))
    layout.pageCollection().addPage(page)


def put(item: QgsLayoutItem, name: str, box: Box, page: int = 0) -> None:
    """Name an item and move it to its place."""
    item.setId(name)
    item.attemptResize(QgsLayoutSize(box.width, box.height, _MM))
    item.attemptMove(QgsLayoutPoint(box.left, box.top, _MM), True, False, page)


def add_picture(layout: QgsPrintLayout, name: str, drawing: Drawing, box: Box, page: int) -> None:
    """A drawing as a picture that the project itself holds: no file can get lost."""
    text = base64.b64encode(drawing.svg().encode("utf-8", "replace")).decode("ascii")
    picture = QgsLayoutItemPicture(layout)
    layout.addLayoutItem(picture)
    picture.setMode(QgsLayoutItemPicture.Format.FormatSVG)
    picture.setPicturePath(f"base64:{text}", QgsLayoutItemPicture.Format.FormatSVG)
    picture.setResizeMode(QgsLayoutItemPicture.ResizeMode.Zoom)
    put(picture, name, box, page)


def add_label(
    layout: QgsPrintLayout,
    name: str,
    lines: list[str],
    box: Box,
    points: float,
    *,
    bold: bool = False,
) -> None:
    """Lines of text that the mapper may go on editing."""
    label = QgsLayoutItemLabel(layout)
    layout.addLayoutItem(label)
    # QGIS would evaluate what a title holds between [% and %].
    label.setText("\n".join(lines).replace("[%", "[\u200b%"))
    write_in_sheet_font(label, points, bold=bold)
    label.setMarginX(0.0)
    label.setMarginY(0.0)
    label.setHAlign(Qt.AlignmentFlag.AlignLeft)
    label.setVAlign(Qt.AlignmentFlag.AlignTop)
    put(label, name, box)
