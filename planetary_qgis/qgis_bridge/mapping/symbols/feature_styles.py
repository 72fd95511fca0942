"""Renderers for the layers whose features have types: contacts, lines, points and areas."""

from __future__ import annotations

from collections.abc import Iterator

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFeatureRequest,
    QgsRendererCategory,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.mapping.map_layers import (
    CONTACT_CERTAINTY,
    CONTACT_TYPE,
    CONTACTS,
    FEATURE_CERTAINTY,
    FEATURE_TYPE,
)
from planetary_qgis.core.mapping.symbols import (
    CERTAINTIES,
    MapFeatureType,
    Mark,
    Pattern,
    Stroke,
    SymbolSpec,
    certainty_called,
    feature_type,
    feature_types,
    symbol_specs,
)
from planetary_qgis.core.mapping.symbols.certainties import is_queried, location_of
from planetary_qgis.core.mapping.symbols.specs import SymbolKind
from planetary_qgis.qgis_bridge.mapping.symbols import columns, drawing

_SEPARATOR = "|"
_ALARM = "220,0,90"
_UNKNOWN = {
    "line": SymbolSpec("", "", "line", "", (Stroke(0.5, _ALARM, (0.6, 0.6)),)),
    "point": SymbolSpec(
        *("", "", "point", ""), marks=(Mark("cross", 2.2, 2.2, line=0.5, colour=_ALARM),)
    ),
    "area": SymbolSpec(
        *("", "", "area", ""),
        strokes=(Stroke(0.3, _ALARM, (0.6, 0.6)),),
        patterns=(Pattern(up=1.5, angle=135.0, line=0.2, colour=_ALARM),),
    ),
}
_AZIMUTHS = ("Azimuth", "Strike", "Trend", "Rotation")


def feature_renderer(layer: QgsVectorLayer, name: str) -> QgsCategorizedSymbolRenderer:
    """What draws a layer of that name in the template, by type and certainty.

    Each certainty of a type is a category of its own: symbols that follow columns by expressions
    would be fewer, but QGIS may crash when it copies their expressions in two threads at a time.
    Of linear features, which have many types, queried forms are there for what the layer holds;
    others are drawn as if they were not queried until the layer is styled again. Unknown types
    are drawn so that they are seen.
    """
    type_names, certainty_names = _columns_of(name)
    kind_column = columns.column(layer, *type_names)
    certainty = columns.column(layer, *certainty_names)
    types = _types_for(layer, name, kind_column)
    words = columns.certainty_expression(certainty)
    value = f"upper({columns.text_of(kind_column)}) || '{_SEPARATOR}' || {words}"
    azimuth = columns.column(layer, *_AZIMUTHS)
    used = set(_used_keys(layer, kind_column, certainty))
    categories = [
        category
        for each in types
        for category in _categories(each, used, azimuth, complete=name == CONTACTS)
    ]
    categories.append(_unknown(columns.kind_of(layer)))
    return QgsCategorizedSymbolRenderer(value, categories)


def _columns_of(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if name == CONTACTS:
        return (CONTACT_TYPE,), (CONTACT_CERTAINTY, FEATURE_CERTAINTY)
    return (FEATURE_TYPE,), (FEATURE_CERTAINTY,)


def _types_for(layer: QgsVectorLayer, name: str, kind_column: str) -> list[MapFeatureType]:
    """Those of the layer's menu, and others of the catalogue that it holds."""
    types = list(feature_types(name))
    if not kind_column:
        return types
    index = layer.fields().lookupField(kind_column)
    for value in sorted(str(each) for each in layer.uniqueValues(index)):
        found = feature_type(value)
        if found is not None and found not in types and found.kind == columns.kind_of(layer):
            types.append(found)
    return types


def _used_keys(layer: QgsVectorLayer, kind_column: str, certainty: str) -> Iterator[str]:
    """Type and certainty of every feature, as the renderer's expression says them."""
    if not kind_column:
        return
    names = [each for each in (kind_column, certainty) if each]
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes(names, layer.fields())
    seen = set()
    for feature in layer.getFeatures(request):
        seen.add(tuple(str(feature[each] or "") for each in names))
    for words in seen:
        yield _key(words[0].strip(), certainty_called(words[1] if certainty else ""))


def _key(kind: str, certainty: str) -> str:
    return f"{kind.upper()}{_SEPARATOR}{certainty}"


def _categories(
    each: MapFeatureType, used: set[str], azimuth: str, *, complete: bool
) -> Iterator[QgsRendererCategory]:
    """Of one type: for lines one a certainty, for others one for all.

    Args:
        complete: Queried lines have categories too where the layer holds none.
    """
    specs = symbol_specs()
    keys = {words: _keys_of(each, words) for words in CERTAINTIES}
    if each.kind != "line":
        every = [key for words in CERTAINTIES for key in keys[words]]
        symbol = _turned(drawing.symbol_from(specs[each.code]), azimuth)
        yield QgsRendererCategory(every, symbol, each.title)
        return
    for words in CERTAINTIES:
        if is_queried(words) and not (complete or used.intersection(keys[words])):
            keys[location_of(words)] += keys[words]
            keys[words] = []
    for words in CERTAINTIES:
        if keys[words]:
            spec = specs[each.forms[words]]
            yield QgsRendererCategory(keys[words], drawing.symbol_from(spec), spec.title)


def _keys_of(each: MapFeatureType, certainty: str) -> list[str]:
    """What the renderer's expression may say of features of a type that are so certain."""
    keys = [_key(each.code, certainty), _key(each.title, certainty)]
    form = each.forms.get(certainty, each.code)
    if form != each.code:
        # A code that tells the certainty itself, with a column that is empty or agrees.
        keys += [_key(form, "certain"), _key(form, certainty)]
    return keys


def _turned(symbol: QgsSymbol, azimuth: str) -> QgsSymbol:
    if azimuth:
        drawing.turned_by(symbol, f"coalesce(to_real({columns.quoted(azimuth)}), 0)")
    return symbol


def _unknown(kind: SymbolKind) -> QgsRendererCategory:
    title = QCoreApplication.translate("MapSymbols", "Unknown type")
    return QgsRendererCategory("", drawing.symbol_from(_UNKNOWN[kind]), title)
