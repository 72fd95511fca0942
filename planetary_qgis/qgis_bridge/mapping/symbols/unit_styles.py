"""Units in their colours."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import (
    NULL,
    QgsCategorizedSymbolRenderer,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsLinePatternFillSymbolLayer,
    QgsRendererCategory,
    QgsSimpleFillSymbolLayer,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.mapping.map_layers import RGB, UNIT, UNIT_LABEL, UNIT_NAME
from planetary_qgis.core.mapping.symbols import Stroke
from planetary_qgis.core.mapping.unit_colours import rgb_of, rgb_text, suggested_rgb
from planetary_qgis.core.mapping.unit_labels import unit_label
from planetary_qgis.qgis_bridge.mapping.symbols import columns
from planetary_qgis.qgis_bridge.mapping.symbols.drawing import stroke_layer
from planetary_qgis.qgis_bridge.mapping.symbols.figures import with_layers

_GROUP, _ORDER = "UnitGroup", "StratOrder"
_HATCH = "120,120,120"
_WITHOUT_ORDER = 1_000_000


@dataclass
class _Unit:
    """What style and legend need of a unit."""

    unit: str
    name: str = ""
    label: str = ""
    rgb: str = ""
    group: str = ""
    order: float = _WITHOUT_ORDER

    @property
    def title(self) -> str:
        label = self.label or unit_label(self.unit)
        return f"{label} — {self.name}" if self.name else label


def unit_renderer(
    layer: QgsVectorLayer, description: QgsVectorLayer | None
) -> QgsCategorizedSymbolRenderer:
    """What draws units in their colours, the youngest first; those not described are hatched.

    Without a description all units of the layer have colours: their own, or suggested ones.
    """
    units = _units_in(description if description is not None else layer)
    units.sort(key=lambda each: each.order)
    _colour(units)
    categories = [
        QgsRendererCategory(each.unit, plain_fill(each.rgb), each.title) for each in units
    ]
    title = QCoreApplication.translate("MapSymbols", "No unit, or one that is not described")
    categories.append(QgsRendererCategory("", hatched_fill(), title))
    return QgsCategorizedSymbolRenderer(columns.text_of(columns.column(layer, UNIT)), categories)


def plain_fill(rgb: str) -> QgsSymbol:
    """An area of one colour without an outline: contacts are a layer of their own."""
    fill = QgsSimpleFillSymbolLayer.create({"color": rgb, "outline_style": "no"})
    return with_layers(QgsFillSymbol(), [fill])


def hatched_fill() -> QgsSymbol:
    """Grey lines, for what is not known yet."""
    hatch = QgsLinePatternFillSymbolLayer.create({"angle": "45", "distance": "1.6"})
    line = with_layers(hatch.subSymbol().clone(), [stroke_layer(Stroke(0.2, _HATCH))])
    hatch.setSubSymbol(line)
    return with_layers(QgsFillSymbol(), [hatch])


def _units_in(layer: QgsVectorLayer) -> list[_Unit]:
    """Every unit once, as the first row that names it says."""
    wanted = (UNIT, UNIT_NAME, UNIT_LABEL, RGB, _GROUP, _ORDER)
    names = {each: columns.column(layer, each) for each in wanted}
    if not names[UNIT]:
        return []
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes([each for each in names.values() if each], layer.fields())
    units: dict[str, _Unit] = {}
    for row in layer.getFeatures(request):
        values = {each: _value(row[name]) if name else "" for each, name in names.items()}
        unit = values[UNIT]
        if unit and unit not in units:
            units[unit] = _Unit(
                *(values[each] for each in wanted[:-1]), order=_number(values[_ORDER])
            )
    return list(units.values())


def _colour(units: list[_Unit]) -> None:
    """Give every unit a colour: its own where it is one, else one that no other has."""
    taken = [rgb_text(rgb) for rgb in (rgb_of(each.rgb) for each in units) if rgb is not None]
    for each in units:
        own = rgb_of(each.rgb)
        if own is None:
            known = {"name": each.name or each.unit, "group": each.group}
            each.rgb = suggested_rgb(**known, taken=taken)
            taken.append(each.rgb)
        else:
            each.rgb = rgb_text(own)


def _value(value: object) -> str:
    return "" if value is None or value == NULL else str(value).strip()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return _WITHOUT_ORDER
