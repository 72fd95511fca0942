"""What tests of services do with answers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planetary_qgis.core.products import Answer


def all_of(answer: Answer) -> pd.DataFrame:
    """All rows of an answer, read to its end."""
    tables = [chunk.table for chunk in answer.chunks]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def only(answer: Answer) -> tuple[pd.Series, Any]:
    """The one row of an answer, and its shape."""
    (chunk,) = list(answer.chunks)
    assert len(chunk) == 1
    return chunk.table.iloc[0], chunk.geometry[0]


def ids_of(answer: Answer) -> list[str]:
    """The products' names, sorted."""
    table = all_of(answer)
    return sorted(table["product_id"]) if len(table) else []
