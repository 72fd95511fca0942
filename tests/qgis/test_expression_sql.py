"""Expressions as SQL against QGIS's own evaluation of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qgis.core import QgsExpression

from planetary_qgis.core.bodies import body
from planetary_qgis.core.products import Answer, Products, Schema, table_of
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.expression_sql import sql_of

KINDS = {"phase_angle": "real", "ORBIT": "integer", "NOTE": "text", "start_time": "datetime"}
REALS = (-1.5, 0.0, 0.1 + 0.2, 0.3, 60.0, 1e300, None)
ORBITS = (-3, 0, 7, 60, 2**53 + 1, None)
NOTES = ("", "a'b", "Ä", "7", "Null", "60", None)


@pytest.fixture(scope="module")
def table(tmp_path_factory, qgis_app):
    """A file with every value of one column beside every one of the next."""
    path = tmp_path_factory.mktemp("store") / "store.gpkg"
    schema = Schema(body("MARS"), "polygon", {"ORBIT": "integer", "NOTE": "text"})
    rows = [(real, orbit, note) for real in REALS for orbit in ORBITS for note in NOTES]
    real, orbit, note = zip(*rows)
    values = {
        "phase_angle": np.array(real, dtype=float),
        "ORBIT": np.array(orbit, dtype=object),
        "NOTE": np.array(note, dtype=object),
    }
    geometry = np.full(len(rows), None, dtype=object)
    products = Products(table_of(schema, values, len(rows)), geometry)
    store.write_table(path, "index", Answer(schema, iter([products])))
    return path


def by_qgis(table, text: str) -> list[int]:
    """Evaluated feature by feature: a request might be compiled by QGIS itself."""
    layer = store.open_table(table, "index")
    expression = QgsExpression(text)
    found = []
    for feature in layer.getFeatures():
        context = layer.createExpressionContext()
        context.setFeature(feature)
        value = expression.evaluate(context)
        if isinstance(value, (bool, int, float)) and value:
            found.append(feature.id())
    return found


def by_sql(table, sql: str) -> list[int]:
    layer = store.open_table(table, "index")
    assert layer.setSubsetString(sql), sql
    return [feature.id() for feature in layer.getFeatures()]


_numbers = st.one_of(
    st.sampled_from(["0", "60", "-3", "7.0", "0.3", "-1.5"]), st.integers(-99, 99).map(str)
)
_texts = st.sampled_from(["''", "'7'", "'a''b'", "'Ä'", "'a'", "'NULL'"])
_signs = st.sampled_from(["=", "<>", "<", "<=", ">", ">=", "!="])


@st.composite
def _simple(draw):
    column, value = draw(
        st.one_of(
            st.tuples(st.just('"phase_angle"'), _numbers),
            st.tuples(st.just('"ORBIT"'), _numbers),
            st.tuples(st.just('"NOTE"'), st.one_of(_texts, _numbers)),
        )
    )
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return f"{column} IS {draw(st.sampled_from(['', 'NOT ']))}NULL"
    if kind == 1:
        return f"{column} {draw(st.sampled_from(['', 'NOT ']))}IN ({value}, {value})"
    if kind == 2:
        return f"{value} {draw(_signs)} {column}"
    return f"{column} {draw(_signs)} {value}"


_conditions = st.recursive(
    _simple(),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda p: f"({' '.join(p)})"),
        inner.map(lambda text: f"(NOT {text})"),
    ),
    max_leaves=4,
)


@settings(max_examples=60)
@given(text=_conditions)
def test_sql_finds_what_qgis_finds(text: str, table) -> None:
    sql = sql_of(QgsExpression(text), KINDS)
    if sql is not None:
        assert by_sql(table, sql) == by_qgis(table, text)


@pytest.mark.parametrize(
    "text",
    [
        '"phase_angle" < 60',
        '"phase_angle" >= -1.5 AND NOT ("ORBIT" = 7)',
        "\"NOTE\" = 'a''b' OR \"ORBIT\" IN (0, 60)",
        '"NOTE" IS NOT NULL',
    ],
)
def test_what_mappers_write_becomes_sql(text: str, table) -> None:
    sql = sql_of(QgsExpression(text), KINDS)
    assert sql is not None
    assert by_sql(table, sql) == by_qgis(table, text)


@pytest.mark.parametrize(
    "text",
    [
        '"phase_angle" = 0.3',  # QGIS: near enough
        "\"NOTE\" < 'b'",  # QGIS: by locale
        "\"NOTE\" ILIKE 'a%'",
        '"NOTE" = 7',
        '"phase_angle" + 1 < 60',
        'abs("phase_angle") < 60',
        '"start_time" > make_datetime(2010, 1, 1, 0, 0, 0)',
        "$id > 3",
        "true",
        "\"NOTE\" = 'x' || 'y'",
        '"ORBIT" = 9007199254740993',
    ],
)
def test_what_might_mean_something_else_is_left_to_qgis(text: str) -> None:
    expression = QgsExpression(text)
    assert not expression.hasParserError()
    assert sql_of(expression, KINDS) is None
