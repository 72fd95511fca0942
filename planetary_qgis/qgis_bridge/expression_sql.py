"""QGIS expressions as SQL, where both mean exactly the same.

QGIS compiles expressions for its own requests only, and a layer filter takes none. What is not
understood here is evaluated by QGIS row by row; that is right, but slow for millions of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsExpression,
    QgsExpressionNode,
    QgsExpressionNodeBinaryOperator,
    QgsExpressionNodeColumnRef,
    QgsExpressionNodeInOperator,
    QgsExpressionNodeLiteral,
    QgsExpressionNodeUnaryOperator,
)

from planetary_qgis.core.geopackages.geopackage import quoted
from planetary_qgis.core.products import ColumnKind
from planetary_qgis.qgis_bridge.conditions import quoted_text

_Binary = QgsExpressionNodeBinaryOperator.BinaryOperator
_Unary = QgsExpressionNodeUnaryOperator.UnaryOperator
_ORDER = {_Binary.boLT: "<", _Binary.boLE: "<=", _Binary.boGT: ">", _Binary.boGE: ">="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_EQUALITY = {_Binary.boEQ: "=", _Binary.boNE: "<>"}
_LOGIC = {_Binary.boAnd: "AND", _Binary.boOr: "OR"}
_IDENTITY = {_Binary.boIs: "IS", _Binary.boIsNot: "IS NOT"}
_MOST_EXACT = 2**53


class _NotTheSameError(Exception):
    """SQL might mean something else."""


def sql_of(expression: QgsExpression, kinds: Mapping[str, ColumnKind]) -> str | None:
    """The expression as an SQL condition; None where it may not mean the same.

    Args:
        kinds: The table's columns, by their names.
    """
    root = expression.rootNode()
    try:
        return None if root is None else _condition(root, kinds)
    except _NotTheSameError:
        return None


def _condition(node: QgsExpressionNode, kinds: Mapping[str, ColumnKind]) -> str:
    if isinstance(node, QgsExpressionNodeUnaryOperator) and node.op() == _Unary.uoNot:
        return f"(NOT {_condition(node.operand(), kinds)})"
    if isinstance(node, QgsExpressionNodeInOperator):
        return _membership(node, kinds)
    if not isinstance(node, QgsExpressionNodeBinaryOperator):
        raise _NotTheSameError
    left, right = node.opLeft(), node.opRight()
    if node.op() in _LOGIC:
        logic = _LOGIC[node.op()]
        return f"({_condition(left, kinds)} {logic} {_condition(right, kinds)})"
    if node.op() in _IDENTITY:
        return _identity(left, right, _IDENTITY[node.op()], kinds)
    return _comparison(node, kinds)


def _comparison(node: QgsExpressionNodeBinaryOperator, kinds: Mapping[str, ColumnKind]) -> str:
    """A column against a value, whichever stands first."""
    sign = _ORDER.get(node.op()) or _EQUALITY.get(node.op())
    if sign is None:
        raise _NotTheSameError
    left, right = node.opLeft(), node.opRight()
    if isinstance(left, QgsExpressionNodeLiteral):
        left, right, sign = right, left, _TURNED[sign]
    column, kind = _column(left, kinds)
    value = _value(right)
    # QGIS takes reals for equal that differ in the last digits, and orders texts by their locale.
    if node.op() in _EQUALITY and kind == "real":
        raise _NotTheSameError
    if node.op() in _ORDER and kind == "text":
        raise _NotTheSameError
    return f"({column} {sign} {_spelled(value, kind)})"


def _membership(node: QgsExpressionNodeInOperator, kinds: Mapping[str, ColumnKind]) -> str:
    column, kind = _column(node.node(), kinds)
    if kind == "real":
        raise _NotTheSameError
    values = [_spelled(_value(each), kind) for each in node.list().list()]
    word = "NOT IN" if node.isNotIn() else "IN"
    return f"({column} {word} ({', '.join(values)}))"


def _identity(
    left: QgsExpressionNode, right: QgsExpressionNode, word: str, kinds: Mapping[str, ColumnKind]
) -> str:
    """Whether a column is unknown."""
    column, _kind = _column(left, kinds)
    if not isinstance(right, QgsExpressionNodeLiteral) or not _is_null(right.value()):
        raise _NotTheSameError
    return f"({column} {word} NULL)"


def _column(node: QgsExpressionNode, kinds: Mapping[str, ColumnKind]) -> tuple[str, ColumnKind]:
    if not isinstance(node, QgsExpressionNodeColumnRef) or node.name() not in kinds:
        raise _NotTheSameError
    return quoted(node.name()), kinds[node.name()]


def _value(node: QgsExpressionNode) -> Any:
    """A literal's value; a minus before a number is an operator to QGIS."""
    if isinstance(node, QgsExpressionNodeUnaryOperator) and node.op() == _Unary.uoMinus:
        value = _value(node.operand())
        if isinstance(value, (int, float)):
            return -value
    if not isinstance(node, QgsExpressionNodeLiteral) or _is_null(node.value()):
        raise _NotTheSameError
    return node.value()


def _is_null(value: Any) -> bool:
    return value is None or (hasattr(value, "isNull") and value.isNull())


def _spelled(value: Any, kind: ColumnKind) -> str:
    if kind == "text" and isinstance(value, str):
        return quoted_text(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in ("real", "integer") and is_number and abs(value) < _MOST_EXACT:
        return repr(value)
    raise _NotTheSameError
