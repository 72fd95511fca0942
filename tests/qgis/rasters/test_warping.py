"""The inverse of where images look, and GDAL's warp by it; truth: closed formulas of a camera."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_kit import Camera, middles
from osgeo import gdal

from planetary_qgis.qgis_bridge.rasters.projecting.inverting import ImageNodes, MapGrid, inverse_of
from planetary_qgis.qgis_bridge.rasters.projecting.warping import blocks_of, warp


def nodes_of(x_of, y_of, samples: int, lines: int, every: int = 10) -> ImageNodes:
    pixel = np.arange(0.0, samples + every, every)
    line = np.arange(0.0, lines + every, every)
    columns, rows = np.meshgrid(pixel, line)
    return ImageNodes(pixel, line, x_of(columns, rows), y_of(columns, rows))


@settings(max_examples=25)
@given(
    turn=st.floats(0.0, 2.0 * np.pi),
    shear=st.floats(-0.6, 0.6),
    scale=st.floats(0.2, 5.0),
    mirrored=st.booleans(),
)
def test_the_inverse_of_a_linear_map_is_exact_even_beyond_the_edges(turn, shear, scale, mirrored):
    cosine, sine = scale * np.cos(turn), scale * np.sin(turn)
    across = np.array([cosine, sine]) * (-1.0 if mirrored else 1.0)
    along = np.array([-sine, cosine]) + shear * across
    nodes = nodes_of(
        lambda c, r: c * across[0] + r * along[0], lambda c, r: c * across[1] + r * along[1], 90, 60
    )
    grid = MapGrid(-300.0 * scale, 300.0 * scale, 6.0 * scale, 100, 100)
    inverse = inverse_of(nodes, grid)
    x = grid.left + grid.resolution * inverse.step * np.arange(inverse.pixel.shape[1])
    y = grid.top - grid.resolution * inverse.step * np.arange(inverse.pixel.shape[0])
    expected = np.linalg.solve(
        np.stack([across, along], axis=1), np.stack([a.ravel() for a in np.meshgrid(x, y)])
    )
    assert inverse.known.all()
    assert np.allclose(inverse.pixel.ravel(), expected[0], atol=1e-3)
    assert np.allclose(inverse.line.ravel(), expected[1], atol=1e-3)


def test_nodes_lie_as_densely_as_the_inverse_bends():
    samples, lines = 400, 300

    def x_of(columns, rows):
        return columns + 12.0 * np.sin(rows / 40.0)

    def y_of(_columns, rows):
        return -1.0 * rows

    straight = nodes_of(lambda columns, _rows: 1.0 * columns, y_of, samples, lines)
    bent = nodes_of(x_of, y_of, samples, lines, every=2)
    grid = MapGrid(-20.0, 0.0, 1.0, 440, 300)
    assert inverse_of(straight, grid).step > inverse_of(bent, grid).step
    inverse = inverse_of(bent, grid)
    columns, rows = middles(440, 300)
    pixel, line, known = inverse.between(columns.ravel(), rows.ravel())
    assert known.all()
    away = np.hypot(x_of(pixel, line) + 20.0 - columns.ravel(), line - rows.ravel())
    assert away.max() < 0.1


def test_unknown_places_are_never_shown():
    """A node that misses leaves out the cells about it, and nothing of the image lands there."""
    camera = Camera(0.0, 0.0, 2.0, 0.55)
    geolocation = camera.geolocation(10)
    nodes = ImageNodes(geolocation.pixel, geolocation.line, geolocation.lon_e, geolocation.lat)
    grid = MapGrid(-90.0, 90.0, 1.0, 180, 180)
    inverse = inverse_of(nodes, grid)
    pixel, line = inverse.pixel[inverse.known], inverse.line[inverse.known]
    points = camera.points(pixel, line)
    seen = (pixel > 0) & (pixel < camera.samples) & (line > 0) & (line < camera.lines)
    assert seen.any()
    assert np.isfinite(points[seen]).all()
    assert inverse.hidden_cells(camera.samples, camera.lines).any()


def test_numbers_that_are_their_own_places_come_back_at_their_places():
    samples, lines = 220, 160
    image = gdal.GetDriverByName("MEM").Create("", samples, lines, 2, gdal.GDT_Float64)
    for number, values in enumerate(middles(samples, lines), 1):
        image.GetRasterBand(number).WriteArray(values)

    def x_of(columns, rows):
        return 0.9 * columns - 0.5 * rows + 4e-4 * columns * rows

    def y_of(columns, rows):
        return -0.5 * columns - 0.8 * rows + 5e-4 * columns**2

    grid = MapGrid(-90.0, 20.0, 1.0, 320, 260)
    made = gdal.GetDriverByName("MEM").Create("", grid.columns, grid.rows, 2, gdal.GDT_Float64)
    made.SetGeoTransform(grid.geotransform)
    for number in (1, 2):
        made.GetRasterBand(number).SetNoDataValue(-1.0)
        made.GetRasterBand(number).Fill(-1.0)
    warp(image, made, inverse_of(nodes_of(x_of, y_of, samples, lines, 5), grid), "bilinear")
    pixel, line = made.ReadAsArray()
    inner = (pixel > 1) & (pixel < samples - 1) & (line > 1) & (line < lines - 1)
    columns, rows = middles(grid.columns, grid.rows)
    away = np.hypot(
        x_of(pixel, line) - (grid.left + columns), y_of(pixel, line) - (grid.top - rows)
    )
    assert inner.sum() > 0.9 * samples * lines * 0.97  # the map's cells are about as large
    assert away[inner].max() < 0.2
    assert np.median(away[inner]) < 0.06


@pytest.mark.parametrize("step", [1, 7])
def test_blocks_cover_each_set_cell_once(step):
    cells = np.random.default_rng(3).random((90, 70)) < 0.02
    covered = np.zeros_like(cells, dtype=int)
    for rows, columns in blocks_of(cells, step, side=80):
        covered[rows, columns] += 1
    assert (covered[cells] == 1).all()
    assert covered.max() == 1
