"""Edges that a raster layer shows, as lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.drawing.edge_paths import path_along_edge
from planetary_qgis.qgis_bridge.crs import transform_between

_MARGIN = 0.25
"""Of the distance between two clicks: how far an edge may swing out."""
_MOST_PIXELS = 700


def edge_between(
    layer: QgsRasterLayer,
    start: QgsPointXY,
    end: QgsPointXY,
    crs: QgsCoordinateReferenceSystem,
    pixel_size: float,
) -> QgsGeometry:
    """A line from one place to another along an edge in the layer's first band.

    Args:
        start, end: In `crs`, as the line is.
        pixel_size: Of the screen, in map units of the layer: no finer pixels are looked at.

    Raises:
        PlanetaryError: The places are not on the raster, it cannot be read, or scikit-image is
            missing.
    """
    to_raster = transform_between(crs, layer.crs())
    try:
        first, last = to_raster.transform(start), to_raster.transform(end)
    except QgsCsException as error:
        raise _not_there(layer) from error
    window = _window(layer, first, last)
    coarsest = max(window.width(), window.height()) / _MOST_PIXELS
    size = max(pixel_size, layer.rasterUnitsPerPixelX(), coarsest)
    columns = max(2, round(window.width() / size))
    rows = max(2, round(window.height() / size))
    values = _values(layer, window, columns, rows)
    cell = np.array([window.height() / rows, window.width() / columns])
    pixels = [_pixel(window, cell, point, values.shape) for point in (first, last)]
    path = path_along_edge(values, *pixels)[1:-1]
    inner = [
        QgsPointXY(
            window.xMinimum() + (column + 0.5) * cell[1], window.yMaximum() - (row + 0.5) * cell[0]
        )
        for row, column in path
    ]
    line = QgsGeometry.fromPolylineXY([first, *inner, last])
    line.transform(transform_between(layer.crs(), crs))
    whole = line.asPolyline()
    return QgsGeometry.fromPolylineXY([start, *whole[1:-1], end])


def _window(layer: QgsRasterLayer, first: QgsPointXY, last: QgsPointXY) -> QgsRectangle:
    """The part of the raster around both places."""
    if not (layer.extent().contains(first) and layer.extent().contains(last)):
        raise _not_there(layer)
    window = QgsRectangle(first, last)
    window.grow(max(_MARGIN * first.distance(last), 3 * layer.rasterUnitsPerPixelX()))
    return window.intersect(layer.extent())


def _values(
    layer: QgsRasterLayer, window: QgsRectangle, columns: int, rows: int
) -> NDArray[np.float64]:
    block = layer.dataProvider().block(1, window, columns, rows)
    if not block.isValid():
        raise PlanetaryError(
            _tr("“{name}” cannot be read.").format(name=layer.name()),
            hint=_tr("Check that its file is still there."),
        )
    missing = block.noDataValue() if block.hasNoDataValue() else np.nan
    if not block.convert(Qgis.DataType.Float64):
        raise PlanetaryError(
            _tr("“{name}” holds no plain numbers.").format(name=layer.name()),
            hint=_tr("Choose a raster of one value a pixel; pictures of colours have none."),
        )
    values = np.frombuffer(bytes(block.data())).reshape(rows, columns).copy()
    values[values == missing] = np.nan
    return values


def _pixel(
    window: QgsRectangle,
    cell: NDArray[np.float64],
    point: QgsPointXY,
    shape: tuple[int, ...],
) -> tuple[int, int]:
    row = int((window.yMaximum() - point.y()) / cell[0])
    column = int((point.x() - window.xMinimum()) / cell[1])
    return min(max(row, 0), shape[0] - 1), min(max(column, 0), shape[1] - 1)


def _not_there(layer: QgsRasterLayer) -> PlanetaryError:
    return PlanetaryError(
        _tr("“{name}” does not reach there.").format(name=layer.name()),
        hint=_tr("Click on the raster whose edge is to be followed."),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("EdgePaths", text)
