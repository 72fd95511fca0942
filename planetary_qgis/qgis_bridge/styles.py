"""Layers of products coloured by what is known of each: light, angles, resolution, time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    QgsGradientColorRamp,
    QgsGradientStop,
    QgsGraduatedSymbolRenderer,
    QgsProviderRegistry,
    QgsRendererRange,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.qgis_bridge.layers import plain_renderer, symbol_of, time_range

# matplotlib's (CC0): even in lightness, told apart by colour-blind readers. Twilight ends as it
# begins, for what goes round.
_VIRIDIS = "#440154 #472d7b #3b528b #2c728e #21918c #28ae80 #5ec962 #addc30 #fde725"
_PLASMA = "#0d0887 #4c02a1 #7e03a8 #aa2395 #cc4778 #e66c5c #f89540 #fdc527 #f0f921"
_TWILIGHT = "#301437 #592a8f #6276ba #95b5c7 #e2d9e2 #cca389 #b25652 #741e4f #2f1436"
_GREY = "150,150,150"
_FILL_ALPHA = 130

_UNKNOWN = -1e30
"""What unknown values count as: renderers leave out features without a value."""
_SORTABLE = "yyyyMMddHHmmss"
"""Times as numbers: whatever zone a version of QGIS thinks them in, these are the digits."""

Class = tuple[float, float, str]


@dataclass(frozen=True)
class Colouring:
    """A way of colouring products.

    Attributes:
        field: What it shows.
        unit: Stands behind the numbers of the legend.
        colours: From the lowest to the highest value.
        classes: Bounds and labels for a layer whose field has values.
    """

    field: str
    title: str
    unit: str
    colours: tuple[str, ...]
    classes: Callable[[QgsVectorLayer, Colouring], list[Class]]

    @property
    def expression(self) -> str:
        """What classes are of; unknown values count as well."""
        value = f'"{self.field}"'
        if self.classes is _time_classes:
            value = f"to_real(format_date({value}, '{_SORTABLE}'))"
        return f"coalesce({value}, {_UNKNOWN:.0e})"


def colour_by(layer: QgsVectorLayer, field: str) -> None:
    """Colour a layer's features by one of the shared columns that `COLOURINGS` lists.

    The layer keeps the style under its name among its styles; the map is not drawn again yet. What
    is unknown is grey.

    Raises:
        PlanetaryError: The layer lacks the field, or knows no value of it.
    """
    colouring = COLOURINGS[field]
    if layer.fields().lookupField(field) < 0:
        raise PlanetaryError(
            f"“{layer.name()}” has no field {field}.",
            hint="Choose a layer of footprints, tracks or products.",
        )
    layer.setRenderer(_graduated(layer, colouring))
    _keep_among_styles(layer, colouring.title)


def plain(layer: QgsVectorLayer) -> None:
    """Give a layer back the one colour that it came with."""
    layer.setRenderer(plain_renderer(layer, layer.metadata().title() or layer.name()))
    _keep_among_styles(layer, "Plain")


def ways_to_colour(layer: QgsVectorLayer) -> list[Colouring]:
    """Those whose field the layer has; whether it knows a value of it is not looked at."""
    fields = layer.fields()
    return [each for each in COLOURINGS.values() if fields.lookupField(each.field) >= 0]


def table_of_style(layer: QgsVectorLayer) -> tuple[Path, str] | None:
    """The GeoPackage table that a layer shows whole, and whose style it may therefore set."""
    if layer.providerType() != "ogr" or layer.subsetString():
        return None
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    path = Path(parts.get("path") or "")
    if path.suffix.lower() != ".gpkg":
        return None
    return path, parts.get("layerName") or path.stem


def style_text(layer: QgsVectorLayer) -> str:
    """The layer's style as QML."""
    document = QDomDocument()
    layer.exportNamedStyle(document)
    return document.toString()


def keep_in_file(path: Path, table: str, qml: str) -> None:
    """Make a style the one with which a GeoPackage's table opens; for a task."""
    geopackage.replace_default_style(path, table, qml)


def _keep_among_styles(layer: QgsVectorLayer, title: str) -> None:
    styles = layer.styleManager()
    if styles.currentStyle() != title:
        styles.removeStyle(title)  # one of that name would not be replaced
        styles.addStyleFromLayer(title)
    layer.emitStyleChanged()


def _graduated(layer: QgsVectorLayer, colouring: Colouring) -> QgsGraduatedSymbolRenderer:
    classes = colouring.classes(layer, colouring)
    ramp = _ramp(colouring.colours)
    ranges = [
        QgsRendererRange(low, high, _symbol(layer, ramp.color(_share(place, len(classes)))), label)
        for place, (low, high, label) in enumerate(classes)
    ]
    unknown = symbol_of(layer, _GREY, _FILL_ALPHA // 2)
    ranges.append(QgsRendererRange(2 * _UNKNOWN, _UNKNOWN / 2, unknown, "unknown"))
    renderer = QgsGraduatedSymbolRenderer(colouring.expression, ranges)
    renderer.setSourceColorRamp(ramp)
    renderer.setSourceSymbol(ranges[0].symbol().clone())
    return renderer


def _symbol(layer: QgsVectorLayer, colour: QColor) -> QgsSymbol:
    return symbol_of(layer, f"{colour.red()},{colour.green()},{colour.blue()}", _FILL_ALPHA)


def _share(place: int, count: int) -> float:
    """Of the ramp, in the middle of a class: cyclic ramps end where they begin."""
    return (place + 0.5) / count


def _ramp(colours: tuple[str, ...]) -> QgsGradientColorRamp:
    first, *between, last = (QColor(colour) for colour in colours)
    stops = [
        QgsGradientStop((place + 1) / (len(between) + 1), colour)
        for place, colour in enumerate(between)
    ]
    return QgsGradientColorRamp(first, last, False, stops)


def _even_classes(layer: QgsVectorLayer, colouring: Colouring) -> list[Class]:
    from planetary_qgis.core.class_breaks import even_breaks

    return _between(even_breaks(*_extremes(layer, colouring)), colouring.unit)


def _growing_classes(layer: QgsVectorLayer, colouring: Colouring) -> list[Class]:
    from planetary_qgis.core.class_breaks import growing_breaks

    return _between(growing_breaks(*_extremes(layer, colouring)), colouring.unit)


def _hours(layer: QgsVectorLayer, colouring: Colouring) -> list[Class]:
    _extremes(layer, colouring)
    return _between([2.0 * hour for hour in range(13)], colouring.unit)


def _seasons(layer: QgsVectorLayer, colouring: Colouring) -> list[Class]:
    _extremes(layer, colouring)
    return _between([30.0 * month for month in range(13)], colouring.unit)


def _time_classes(layer: QgsVectorLayer, colouring: Colouring) -> list[Class]:
    import numpy as np

    from planetary_qgis.core.class_breaks import time_breaks

    span = time_range(layer)
    if span is None:
        raise _no_values(layer, colouring)
    ends = [np.datetime64(end.toMSecsSinceEpoch(), "ms") for end in (span.begin(), span.end())]
    moments = time_breaks(*ends)
    unit = next(unit for unit in "Dms" if (moments == moments.astype(f"datetime64[{unit}]")).all())
    texts = [text.replace("T", " ") for text in np.datetime_as_string(moments, unit=unit)]
    numbers = [float(m.item().strftime("%Y%m%d%H%M%S")) for m in moments]
    return [
        (low, high, f"{first} – {last}{colouring.unit}")
        for low, high, first, last in zip(numbers, numbers[1:], texts, texts[1:])
    ]


def _between(breaks: list[float], unit: str) -> list[Class]:
    return [(low, high, f"{low:.10g} – {high:.10g}{unit}") for low, high in zip(breaks, breaks[1:])]


def _extremes(layer: QgsVectorLayer, colouring: Colouring) -> tuple[float, float]:
    """The lowest and the highest value.

    Raises:
        PlanetaryError: There are none.
    """
    index = layer.fields().lookupField(colouring.field)
    low, high = layer.minimumValue(index), layer.maximumValue(index)
    # Of a layer without values some providers say NULL, others the limits of doubles.
    numbers = isinstance(low, (int, float)) and isinstance(high, (int, float))
    if not (numbers and _UNKNOWN < low <= high < -_UNKNOWN):
        raise _no_values(layer, colouring)
    return float(low), float(high)


def _no_values(layer: QgsVectorLayer, colouring: Colouring) -> PlanetaryError:
    return PlanetaryError(
        f"“{layer.name()}” knows no {colouring.field}: there is nothing to colour by.",
        hint="Colour by something that its source tells, or compute footprints from kernels.",
    )


def _colouring(
    field: str,
    title: str,
    unit: str,
    colours: str,
    classes: Callable[[QgsVectorLayer, Colouring], list[Class]],
    *,
    reverse: bool = False,
) -> Colouring:
    listed = colours.split()
    return Colouring(field, title, unit, tuple(listed[::-1] if reverse else listed), classes)


COLOURINGS: dict[str, Colouring] = {
    each.field: each
    for each in (
        # A high Sun is bright.
        _colouring("incidence_angle", "Incidence", "°", _PLASMA, _even_classes, reverse=True),
        _colouring("emission_angle", "Emission", "°", _VIRIDIS, _even_classes),
        _colouring("phase_angle", "Phase", "°", _VIRIDIS, _even_classes),
        # Fine pixels stand out.
        _colouring(
            "resolution", "Resolution", " m/pixel", _VIRIDIS, _growing_classes, reverse=True
        ),
        _colouring("local_time", "Local Time", " h", _TWILIGHT, _hours),
        _colouring("solar_longitude", "Solar Longitude", "°", _TWILIGHT, _seasons),
        _colouring("start_time", "Time", "", _PLASMA, _time_classes),
    )
}
"""By field, in the order in which they are offered."""
