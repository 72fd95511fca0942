"""How terrain is drawn: colour ramps over heights, shades over colours, contours over both."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from qgis.core import (
    QgsBilinearRasterResampler,
    QgsColorRamp,
    QgsColorRampShader,
    QgsContrastEnhancement,
    QgsGradientColorRamp,
    QgsHillshadeRenderer,
    QgsLineSymbol,
    QgsPalLayerSettings,
    QgsRasterLayer,
    QgsRasterShader,
    QgsRuleBasedLabeling,
    QgsRuleBasedRenderer,
    QgsSingleBandGrayRenderer,
    QgsSingleBandPseudoColorRenderer,
    QgsSymbolLayerUtils,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor, QPainter
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters.relief.contours import HEIGHT
from planetary_qgis.qgis_bridge.rasters.relief.derived import Light

_FILE = Path(__file__).resolve().parents[3] / "resources" / "styles" / "terrain_ramps.xml"
HEIGHT_RAMPS = ("Mars", "Moon", "Blue to yellow", "Ochre", "Grey")
"""For heights; they suit every body. “Blue to yellow” is even in lightness, and told apart by
colour-blind readers."""
_STEEPEST_SHOWN_DEG = 35.0
_SLOPE_OPACITY = 0.65
_DARK, _BRIGHT = 20.0, 205.0
"""Shades that multiply as black and as white: level ground keeps most of its colour."""
_EVERY_FIFTH = 5
_BROWN = "90,60,40"


def height_ramp(name: str) -> QgsColorRamp:
    """A ramp of the plugin's by its name.

    Raises:
        PlanetaryError: There is none of that name.
    """
    found = _ramps().get(name)
    if found is None:
        raise PlanetaryError(
            f"There is no colour ramp “{name}”.", hint=f"Choose one of {', '.join(HEIGHT_RAMPS)}."
        )
    return found.clone()


def colour_heights(
    layer: QgsRasterLayer, ramp: QgsColorRamp, low: float, high: float, band: int = 1
) -> None:
    """Colour a DEM from its low to its high values, both as the layer counts them."""
    shader = QgsColorRampShader(low, high, ramp.clone(), QgsColorRampShader.Type.Interpolated)
    shader.setClassificationMode(QgsColorRampShader.ClassificationMode.Continuous)
    shader.classifyColorRamp(band=band, input=layer.dataProvider())
    of_raster = QgsRasterShader(low, high)
    of_raster.setRasterShaderFunction(shader)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), band, of_raster)
    renderer.setClassificationMin(low)
    renderer.setClassificationMax(high)
    layer.setRenderer(renderer)
    _smooth(layer)


def colour_slopes(layer: QgsRasterLayer) -> None:
    """Colour slopes in degrees, steep ones dark, for a map that shines through."""
    colour_heights(layer, height_ramp("Slope"), 0.0, _STEEPEST_SHOWN_DEG)
    layer.renderer().setOpacity(_SLOPE_OPACITY)


def colour_aspects(layer: QgsRasterLayer) -> None:
    """Colour directions in degrees, north at both ends."""
    colour_heights(layer, height_ramp("Aspect"), 0.0, 360.0)


def shade_with_file(layer: QgsRasterLayer) -> None:
    """Let a hillshade darken what lies below it."""
    renderer = QgsSingleBandGrayRenderer(layer.dataProvider(), 1)
    stretch = QgsContrastEnhancement(layer.dataProvider().dataType(1))
    stretch.setMinimumValue(_DARK)
    stretch.setMaximumValue(_BRIGHT)
    stretch.setContrastEnhancementAlgorithm(
        QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
    )
    renderer.setContrastEnhancement(stretch)
    layer.setRenderer(renderer)
    _multiply(layer)


def shade_while_drawing(
    layer: QgsRasterLayer, light: Light, metres_a_unit: float, band: int = 1
) -> None:
    """Let QGIS shade a DEM whose map is true to scale in metres, whenever it draws."""
    renderer = QgsHillshadeRenderer(layer.dataProvider(), band, light.azimuth, light.altitude)
    renderer.setZFactor(light.exaggeration * metres_a_unit)
    renderer.setMultiDirectional(light.many_sides)
    layer.setRenderer(renderer)
    layer.brightnessFilter().setBrightness(35)
    layer.brightnessFilter().setContrast(15)
    _multiply(layer)


def draw_contours(layer: QgsVectorLayer, interval: float) -> None:
    """Thin contours; every fifth is thicker, and says its height."""
    is_index = f'round("{HEIGHT}" / {interval!r}) % {_EVERY_FIFTH} = 0'
    root = QgsRuleBasedRenderer.Rule(None)
    for title, rule, width, alpha in (
        ("Index contours", is_index, "0.3", 220),
        ("Contours", "ELSE", "0.12", 150),
    ):
        symbol = QgsLineSymbol.createSimple(
            {"line_color": f"{_BROWN},{alpha}", "line_width": width, "joinstyle": "round"}
        )
        root.appendChild(QgsRuleBasedRenderer.Rule(symbol, 0, 0, rule, title))
    layer.setRenderer(QgsRuleBasedRenderer(root))
    labels = QgsRuleBasedLabeling.Rule(None)
    labels.appendChild(QgsRuleBasedLabeling.Rule(_height_labels(), 0, 0, is_index, "Index"))
    layer.setLabeling(QgsRuleBasedLabeling(labels))
    layer.setLabelsEnabled(True)


def _height_labels() -> QgsPalLayerSettings:
    buffer = QgsTextBufferSettings()
    buffer.setEnabled(True)
    buffer.setSize(0.6)
    buffer.setColor(QColor(255, 255, 255, 190))
    form = QgsTextFormat()
    form.setSize(7.0)
    form.setColor(QColor(*(int(part) for part in _BROWN.split(","))))
    form.setBuffer(buffer)
    settings = QgsPalLayerSettings()
    settings.fieldName = f'format_number("{HEIGHT}", 0)'
    settings.isExpression = True
    settings.placement = QgsPalLayerSettings.Placement.Line
    settings.setFormat(form)
    return settings


def _multiply(layer: QgsRasterLayer) -> None:
    layer.setBlendMode(QPainter.CompositionMode.CompositionMode_Multiply)
    _smooth(layer)


def _smooth(layer: QgsRasterLayer) -> None:
    """Let pixels neither show as squares nor flicker when they are left out."""
    layer.resampleFilter().setZoomedInResampler(QgsBilinearRasterResampler())
    layer.resampleFilter().setZoomedOutResampler(QgsBilinearRasterResampler())
    layer.resampleFilter().setMaxOversampling(2.0)


@lru_cache(maxsize=1)
def _ramps() -> dict[str, QgsGradientColorRamp]:
    """By name, of a file that QGIS's style manager imports, too."""
    document = QDomDocument()
    document.setContent(_FILE.read_text(encoding="utf-8"))
    nodes = document.elementsByTagName("colorramp")
    elements = [nodes.at(number).toElement() for number in range(nodes.count())]
    return {each.attribute("name"): QgsSymbolLayerUtils.loadColorRamp(each) for each in elements}
