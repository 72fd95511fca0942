"""Index rows as products: typed values, shared columns and shapes of some rows at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.archives.pds3.columns import Column
from planetary_qgis.core.archives.pds3.geometry import Locator
from planetary_qgis.core.archives.pds3.shared import SharedColumns
from planetary_qgis.core.archives.pds3.table import RawColumn
from planetary_qgis.core.archives.pds3.values import values_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.products import SHARED_COLUMNS, Products, Schema, table_of


@dataclass(frozen=True)
class RowReader:
    """Turns raw columns into products.

    Attributes:
        columns: All of the table's columns, in its order.
        own_names: Those that follow the shared ones, and their names there.
    """

    columns: Sequence[Column]
    own_names: Mapping[str, str]
    schema: Schema
    shared: SharedColumns
    locator: Locator

    def products(self, raw: Sequence[RawColumn], tally: Tally) -> Products:
        """The products of some rows; what cannot be read is counted."""
        rows = len(raw[0])
        values = {c.name: values_of(c, texts, tally) for c, texts in zip(self.columns, raw)}
        shared = self.shared.of(values, rows, tally)
        where = self.locator.locate(values, self._on_body(shared["target"], tally), tally)
        shared.update(
            center_lon_e=where.center_lon_e,
            center_lat=where.center_lat,
            geometry_source=where.sources,
        )
        shared.update({own: values[name] for name, own in self.own_names.items()})
        return Products(table_of(self.schema, shared, rows), where.shapes)

    def _on_body(self, targets: NDArray[np.object_], tally: Tally) -> NDArray[np.bool_]:
        """Where rows are about the schema's body; rows that name no target are taken to be."""
        name = self.schema.body.name
        other = np.array([target is not None and target != name for target in targets], dtype=bool)
        problem = f"rows are about other bodies than {name} and have no geometry"
        tally.add(problem, int(other.sum()), dict.fromkeys(targets[other]))
        return ~other


def names_after_shared(columns: Sequence[Column], repeated: Collection[str]) -> dict[str, str]:
    """The columns that follow the shared ones, and the names they have there.

    Names in a GeoPackage must differ by more than case, so that a column named like a shared one
    becomes NAME_INDEX, or is left out where the shared one repeats it digit for digit.
    """
    taken = {column.name.upper() for column in columns}
    names = {}
    for column in columns:
        if column.name.lower() not in SHARED_COLUMNS:
            names[column.name] = column.name
        elif column.name not in repeated:
            name = f"{column.name}_INDEX"
            while name.upper() in taken:
                name += "_"
            taken.add(name.upper())
            names[column.name] = name
    return names
