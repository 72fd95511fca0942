"""What a layer has: its geometry, and its columns as expressions, in any case."""

from __future__ import annotations

from qgis.core import QgsExpression, QgsVectorLayer, QgsWkbTypes

from planetary_qgis.core.mapping.symbols.certainties import (
    CERTAINTIES,
    LOCATION_WORDS,
    QUERY_WORDS,
)
from planetary_qgis.core.mapping.symbols.specs import SymbolKind


def kind_of(layer: QgsVectorLayer) -> SymbolKind:
    """Which symbols fit a layer with geometry."""
    kinds = QgsWkbTypes.GeometryType
    if layer.geometryType() == kinds.PointGeometry:
        return "point"
    return "line" if layer.geometryType() == kinds.LineGeometry else "area"


def column(layer: QgsVectorLayer, *names: str) -> str:
    """The first of these columns that a layer has, under its own name; "" where it has none."""
    for name in names:
        index = layer.fields().lookupField(name)
        if index >= 0:
            return layer.fields().at(index).name()
    return ""


def text_of(name: str) -> str:
    """Expression for a column's value as text without spaces around it; '' where it is empty."""
    if not name:
        return "''"
    return f"trim(coalesce(to_string({QgsExpression.quotedColumnRef(name)}), ''))"


def certainty_expression(certainty: str) -> str:
    """Expression for a feature's certainty, as `certainty_called` says it."""
    if not certainty:
        return "'certain'"
    value = f"lower({text_of(certainty)})"
    plain = ", ".join(QgsExpression.quotedString(each) for each in CERTAINTIES)
    location, doubt = location_expression(certainty), queried_expression(certainty)
    return (
        f"CASE WHEN {value} IN ({plain}) THEN {value} "
        f"WHEN {doubt} THEN replace({location} || ', queried', 'certain, queried', 'queried') "
        f"ELSE {location} END"
    )


def location_expression(certainty: str) -> str:
    """Expression for how well a feature's place is known, as `location_of` says it."""
    value = f"lower({text_of(certainty)})"
    cases = " ".join(
        f"WHEN regexp_match({value}, {QgsExpression.quotedString(words)}) THEN '{location}'"
        for location, words in LOCATION_WORDS.items()
    )
    return f"CASE WHEN {value} = 'certain' THEN 'certain' {cases} ELSE 'certain' END"


def queried_expression(certainty: str) -> str:
    """Expression for whether a feature is in doubt, as `is_queried` says it."""
    words = QgsExpression.quotedString(QUERY_WORDS)
    return f"regexp_match(lower({text_of(certainty)}), {words}) > 0"


def quoted(name: str) -> str:
    """A column's name as expressions write it."""
    return QgsExpression.quotedColumnRef(name)
