"""The demo's project as a picture: title, map of the whole body, legend."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QPoint, QRect, QSize, Qt
from qgis.PyQt.QtGui import QFont, QImage, QPainter

MAP_SIZE = QSize(1600, 800)
MARGIN, TITLE_HEIGHT, LEGEND_HEIGHT = 20, 44, 64
SYMBOL_SIZE = QSize(34, 18)
FOOTNOTE = (
    "Longitudes east-positive, latitudes planetocentric, on a sphere of 3396.19 km. "
    "No spacecraft took these images."
)


def export_map(project: QgsProject, path: Path, title: str) -> None:
    """Write the whole body with the project's layers as a PNG."""
    page = QImage(
        MAP_SIZE.width() + 2 * MARGIN,
        MAP_SIZE.height() + TITLE_HEIGHT + LEGEND_HEIGHT + 2 * MARGIN,
        QImage.Format.Format_RGB32,
    )
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    painter.setFont(sized(15, bold=True))
    painter.drawText(QPoint(MARGIN, MARGIN + 20), title)
    painter.drawImage(QPoint(MARGIN, MARGIN + TITLE_HEIGHT), rendered(project))
    draw_legend(painter, project, top=MARGIN + TITLE_HEIGHT + MAP_SIZE.height() + 12)
    painter.end()
    if not page.save(str(path)):
        raise SystemExit(f"The map {path} cannot be written.")


def rendered(project: QgsProject) -> QImage:
    settings = QgsMapSettings()
    settings.setLayers(project.layerTreeRoot().layerOrder())
    settings.setDestinationCrs(project.crs())
    settings.setExtent(QgsRectangle(-180.0, -90.0, 180.0, 90.0))
    settings.setOutputSize(MAP_SIZE)
    settings.setFlag(QgsMapSettings.Flag.Antialiasing, True)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    if job.errors():
        raise SystemExit(f"The map cannot be drawn: {job.errors()[0].message}")
    return job.renderedImage()


def draw_legend(painter: QPainter, project: QgsProject, *, top: int) -> None:
    painter.setFont(sized(9))
    layers = project.layerTreeRoot().layerOrder()
    vectors = [layer for layer in layers if isinstance(layer, QgsVectorLayer)]
    width = MAP_SIZE.width() // len(vectors)
    for column, layer in enumerate(vectors):
        left = MARGIN + column * width
        symbol = layer.renderer().symbol().asImage(SYMBOL_SIZE)
        painter.drawImage(QPoint(left, top), symbol)
        text = QRect(left + SYMBOL_SIZE.width() + 8, top, width, SYMBOL_SIZE.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, layer.name())
    painter.drawText(QPoint(MARGIN, top + 44), FOOTNOTE)


def sized(points: int, *, bold: bool = False) -> QFont:
    return QFont("DejaVu Sans", points, QFont.Weight.Bold if bold else QFont.Weight.Normal)
