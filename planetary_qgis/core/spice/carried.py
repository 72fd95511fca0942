"""Columns that observations bring along from the table their times came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.products import SHARED_COLUMNS, ColumnKind
from planetary_qgis.core.spice.observations import Times

PASSED_ON = ("label_url", "product_url", "browse_url")
"""Shared columns that SPICE knows nothing of and a source table may."""


def own_columns(times: Times, computed: Mapping[str, ColumnKind]) -> dict[str, ColumnKind]:
    """Names and kinds of the carried columns; those that the footprints compute get a suffix."""
    taken = {name.lower() for name in (*SHARED_COLUMNS, *computed)}
    return {
        _free_name(name, taken): kind
        for name, kind in times.carried_kinds.items()
        if name.lower() not in (*PASSED_ON, "product_id")
    }


def values(
    times: Times, rows: NDArray[np.intp], computed: Mapping[str, ColumnKind]
) -> dict[str, Any]:
    """The carried values of these rows under the names of `own_columns`."""
    if times.carried is None:
        return {}
    taken = {name.lower() for name in (*SHARED_COLUMNS, *computed)}
    found: dict[str, Any] = {}
    for name in times.carried_kinds:
        if name.lower() == "product_id":
            continue
        passed_on = name.lower() in PASSED_ON
        key = name.lower() if passed_on else _free_name(name, taken)
        found[key] = times.carried[name].iloc[rows].to_numpy()
    return found


def _free_name(name: str, taken: set[str]) -> str:
    return f"{name}_input" if name.lower() in taken else name
