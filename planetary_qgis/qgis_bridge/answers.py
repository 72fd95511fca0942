"""What only QGIS can ask of an answer: its expressions. Imports pandas: import it late."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextUtils, QgsFields

from planetary_qgis.core.products import Answer, Products, Schema
from planetary_qgis.core.query import Query
from planetary_qgis.qgis_bridge.search import checked_expression
from planetary_qgis.qgis_bridge.sinks import features_of
from planetary_qgis.qgis_bridge.store import fields_of


def narrowed(answer: Answer, query: Query) -> Answer:
    """The answer with the query's expression and limit applied; asks for no more than it needs.

    Raises:
        PlanetaryError: QGIS cannot read the expression, or it asks for columns that are not there.
    """
    if not query.expression.strip() and query.limit is None:
        return answer
    expression = None
    if query.expression.strip():
        names = fields_of(answer.schema).names()
        expression = checked_expression(query.expression, names)
    wanted = Answer(
        schema=answer.schema,
        chunks=iter(()),
        total=None,
        provenance=answer.provenance,
        report=answer.report,
    )
    wanted.chunks = _chunks(answer, expression, query.limit)
    return wanted


def _chunks(
    answer: Answer, expression: QgsExpression | None, limit: int | None
) -> Iterator[Products]:
    fields, found = fields_of(answer.schema), 0
    try:
        for chunk in answer.chunks:
            kept = chunk
            if expression is not None:
                kept = kept.where(_holds(expression, kept, answer.schema, fields))
            if limit is not None:
                kept = kept.first(limit - found)
            found += len(kept)
            yield kept
            if limit is not None and found >= limit:
                answer.report.add(
                    f"The search ended at its limit of {limit} products; there may be more."
                )
                break
    finally:
        answer.close()


def _holds(
    expression: QgsExpression, chunk: Products, schema: Schema, fields: QgsFields
) -> NDArray[np.bool_]:
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.globalScope())
    context.setFields(fields)
    expression.prepare(context)
    holds = []
    for feature in features_of(chunk, schema, fields):
        context.setFeature(feature)
        value = expression.evaluate(context)
        holds.append(bool(value) if isinstance(value, (bool, int, float)) else False)
    return np.array(holds, dtype=bool)
