"""A DEM as a group of layers: colours, shades, slopes and contours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from osgeo import osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeedback,
    QgsLayerDefinition,
    QgsLayerMetadata,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from planetary_qgis.about import about
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.dem_files import metres_a_unit
from planetary_qgis.qgis_bridge.measuring import ellipsoid_for
from planetary_qgis.qgis_bridge.rasters.new_rasters import stop_if_cancelled
from planetary_qgis.qgis_bridge.rasters.relief import terrain_styles
from planetary_qgis.qgis_bridge.rasters.relief.contours import (
    TABLE,
    HeightRange,
    height_range,
    write_contours,
)
from planetary_qgis.qgis_bridge.rasters.relief.derived import (
    SLOPES,
    Light,
    derive,
    derived_patch,
    hillshade,
)
from planetary_qgis.qgis_bridge.rasters.relief.heights import Heights, open_heights
from planetary_qgis.qgis_bridge.rasters.relief.lies import Patch, lie_of
from planetary_qgis.qgis_bridge.terrain import DemSource

DEFINITION = "shaded_terrain.qlr"
_SAMPLES = 4
_SAMPLE_SIZE = 256
_STEEP = 90.0
"""The per cent of pixels that are less steep…"""
_STEEP_LOOKS_LIKE = 0.45
"""…than what looks steep: a slope of 24°."""
_MOST_EXAGGERATION = 50.0
_TRUE_TO_SCALE = 0.02


@dataclass(frozen=True)
class Recipe:
    """What to make of a DEM.

    Attributes:
        ramp: One of terrain_styles.HEIGHT_RAMPS.
        light: Exaggeration 0 lets the steeper tenth look steep.
        interval: Of contours in metres; 0 for one that suits.
    """

    ramp: str = "Mars"
    light: Light = field(default_factory=lambda: Light(exaggeration=0.0))
    slope: bool = True
    contours: bool = True
    interval: float = 0.0


@dataclass(frozen=True)
class TerrainFiles:
    """What was made of a DEM, for layers.

    Attributes:
        range: What the DEM's colours go from and to, in the layer's own values.
        light: With the exaggeration that was found.
        unit: Metres that the layer's values count in.
        hillshade: None where QGIS shades rightly while it draws.
    """

    dem: DemSource
    band: int
    range: HeightRange
    light: Light
    unit: float
    interval: float
    hillshade: Path | None = None
    slope: Path | None = None
    contours: Path | None = None


def make_files(
    dem: DemSource, folder: Path, recipe: Recipe, feedback: QgsFeedback, band: int = 1
) -> TerrainFiles:
    """Write what the layers need into a folder; for a task.

    Raises:
        PlanetaryError: The DEM cannot be read, or the files not be written.
        RunCancelledError: The feedback was cancelled.
    """
    heights = open_heights(dem, band)
    metres, unit = height_range(heights), metres_a_unit(heights.band)
    light = recipe.light
    if not light.exaggeration > 0.0:
        light = replace(light, exaggeration=fitting_exaggeration(heights))
    _make_folder(folder)
    files = TerrainFiles(dem, band, _in_units(metres, heights.zero, unit), light, unit, 0.0)
    if light.from_north or not is_true_to_scale(heights):
        feedback.setProgress(0.0)
        path = folder / "hillshade.tif"
        derive(dem, hillshade(light), path, feedback, band)
        files = replace(files, hillshade=path)
    if recipe.slope:
        path = folder / "slope.tif"
        derive(dem, SLOPES["degrees"], path, feedback, band)
        files = replace(files, slope=path)
    stop_if_cancelled(feedback)
    if recipe.contours and (recipe.interval > 0.0 or metres.interval > 0.0):
        path = folder / "contours.gpkg"
        interval = write_contours(dem, path, feedback, interval=recipe.interval, band=band)
        files = replace(files, contours=path, interval=interval)
    return files


def terrain_layers(files: TerrainFiles, recipe: Recipe) -> list[tuple[QgsMapLayer, bool]]:
    """Layers from the top, and whether they show at first; for the main thread."""
    crs = QgsCoordinateReferenceSystem.fromWkt(files.dem.crs)
    layers: list[tuple[QgsMapLayer, bool]] = []
    if files.contours is not None:
        contours = QgsVectorLayer(f"{files.contours}|layername={TABLE}", "Contours", "ogr")
        terrain_styles.draw_contours(contours, files.interval)
        layers.append((contours, False))
    if files.slope is not None:
        slope = QgsRasterLayer(str(files.slope), "Slope")
        terrain_styles.colour_slopes(slope)
        layers.append((slope, False))
    shades = QgsRasterLayer(str(files.hillshade or files.dem.source), "Hillshade")
    if files.hillshade is None:
        terrain_styles.shade_while_drawing(shades, files.light, files.unit, files.band)
    else:
        terrain_styles.shade_with_file(shades)
    colours = QgsRasterLayer(files.dem.source, "Heights")
    ramp = terrain_styles.height_ramp(recipe.ramp)
    terrain_styles.colour_heights(colours, ramp, files.range.low, files.range.high, files.band)
    layers += [(shades, True), (colours, True)]
    for layer, _shown in layers:
        layer.setCrs(crs)
        _tell_origin(layer, files)
    return layers


def add_group(
    project: QgsProject, title: str, layers: list[tuple[QgsMapLayer, bool]]
) -> QgsLayerTreeGroup:
    """Put layers into a new group on top; a project follows its first ones to their body."""
    first = not project.mapLayers()
    project.addMapLayers([layer for layer, _shown in layers], False)
    group = project.layerTreeRoot().insertGroup(0, title)
    _fill(group, layers)
    if first:
        crs = layers[-1][0].crs()
        project.setCrs(crs)
        project.setEllipsoid(ellipsoid_for(crs))
    return group


def write_definition(path: Path, title: str, layers: list[tuple[QgsMapLayer, bool]]) -> None:
    """Write a group as a layer definition, which opens with a double click in QGIS's browser.

    Raises:
        PlanetaryError: It cannot be written.
    """
    root = QgsLayerTreeGroup()
    group = root.addGroup(title)
    _fill(group, layers)
    written, problem = QgsLayerDefinition.exportLayerDefinition(str(path), [group])
    if not written:
        raise PlanetaryError(
            f"{path} cannot be written.",
            details=problem,
            hint="Check that its folder is writable and has room.",
        )


def fitting_exaggeration(heights: Heights) -> float:
    """Times by which heights must grow so that the steeper tenth of the ground looks steep."""
    samples = [derived_patch(heights, SLOPES["percent"], patch) for patch in _samples(heights)]
    values = np.concatenate([sample.ravel() for sample in samples])
    known = values[np.isfinite(values)]
    steep = np.percentile(known, _STEEP) / 100.0 if len(known) else 0.0
    if not steep > 0.0:
        return 1.0
    return float(np.clip(np.round(_STEEP_LOOKS_LIKE / steep, 1), 1.0, _MOST_EXAGGERATION))


def is_true_to_scale(heights: Heights) -> bool:
    """Whether a map's metres are those on the ground, as QGIS's own shading takes them."""
    srs = osr.SpatialReference()
    srs.ImportFromWkt(heights.projection)
    if not srs.IsProjected() or srs.GetLinearUnits() != 1.0:
        return False
    _, x_column, x_row, _, y_column, y_row = heights.ground.transform
    if x_row or y_column or y_row > 0.0:
        return False
    for patch in _samples(heights):
        steps = lie_of(heights.ground, patch).steps
        across = np.hypot(steps.east_c, steps.north_c) / abs(x_column)
        along = np.hypot(steps.east_r, steps.north_r) / abs(y_row)
        # Not near where the map has no ground.
        if not all((np.abs(ratio - 1.0) < _TRUE_TO_SCALE).all() for ratio in (across, along)):
            return False
    return True


def _samples(heights: Heights) -> list[Patch]:
    """Patches at the full resolution, spread evenly, with the corners of the raster."""
    width, height = min(heights.width, _SAMPLE_SIZE), min(heights.height, _SAMPLE_SIZE)
    lefts = np.unique(np.linspace(0, heights.width - width, _SAMPLES).astype(int))
    tops = np.unique(np.linspace(0, heights.height - height, _SAMPLES).astype(int))
    return [Patch(int(left), int(top), width, height) for top in tops for left in lefts]


def _in_units(metres: HeightRange, zero: float, unit: float) -> HeightRange:
    """The range as the layer's values count: radii where they are, kilometres where they are."""
    return HeightRange((metres.low + zero) / unit, (metres.high + zero) / unit)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlanetaryError(
            f"The folder {folder} cannot be made.",
            details=str(error),
            hint="Choose another one, in which you may write.",
        ) from error


def _fill(group: QgsLayerTreeGroup, layers: list[tuple[QgsMapLayer, bool]]) -> None:
    for layer, shown in layers:
        node = group.addLayer(layer)
        node.setItemVisibilityChecked(shown)
        node.setExpanded(False)


def _tell_origin(layer: QgsMapLayer, files: TerrainFiles) -> None:
    metadata = QgsLayerMetadata()
    metadata.setTitle(f"{layer.name()} of {files.dem.name}")
    metadata.setType("dataset")
    metadata.setCrs(layer.crs())
    light = files.light
    metadata.setAbstract(f"Made by {about().name} {about().version} of {files.dem.source}.")
    metadata.setHistory(
        [
            f"DEM: {files.dem.source}, band {files.band}",
            f"Light: azimuth {light.azimuth:g}°, altitude {light.altitude:g}°, "
            f"heights {light.exaggeration:g} times",
        ]
    )
    layer.setMetadata(metadata)
