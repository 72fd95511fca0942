"""A geologic map's features as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray, Ground
from planetary_qgis.core.mapping.map_layers import MapLayerSpec, map_layer

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class LayerContent:
    """The features of one layer.

    Attributes:
        ids: (n,) feature ids.
        shapes: (n,) shapely geometries in the map's CRS; None where a feature has none.
        attributes: n rows in the same order, under the layer's own column names; NULL is None.
    """

    name: str
    ids: NDArray[np.int64]
    shapes: Shapes
    attributes: pd.DataFrame

    @cached_property
    def bounds(self) -> FloatArray:
        """(n, 4) left, bottom, right and top of each shape; NaN where there is none."""
        return np.asarray(shapely.bounds(self.shapes), dtype=float).reshape(-1, 4)

    def column(self, name: str) -> NDArray[np.object_]:
        """(n,) values of a column in any case; all None where the layer has no such column."""
        for each in self.attributes.columns:
            if each.lower() == name.lower():
                return np.asarray(self.attributes[each], dtype=object)
        return np.full(len(self.ids), None, dtype=object)

    @classmethod
    def empty(cls, name: str) -> LayerContent:
        """The layer of the template without features."""
        spec: MapLayerSpec = map_layer(name)
        columns = [field.name for field in spec.fields]
        return cls(
            name,
            np.zeros(0, np.int64),
            np.zeros(0, object),
            pd.DataFrame({each: np.zeros(0, object) for each in columns}),
        )


@dataclass(frozen=True)
class LayerSystem:
    """The coordinate reference system of a layer.

    Attributes:
        text: What the user knows it by; equal texts mean equal systems.
        body: NAIF name of the body it is on; "" where it does not say.
        in_degrees: Whether its coordinates are longitudes and latitudes.
    """

    text: str
    body: str = ""
    in_degrees: bool = False


@dataclass(frozen=True)
class MapContent:
    """A whole map.

    Attributes:
        layers: By their names in the template; what is not there is empty.
        ground: Measures on the body.
        scale: The map's denominator.
        closing_distance_m: Up to where ends of lines are taken to meet a line.
        notes: Sentences about layers that could not be read as they should.
        body: NAIF name of the body that is mapped; "" where nobody says.
        systems: The CRS of each layer that has a place.
    """

    layers: dict[str, LayerContent]
    ground: Ground
    scale: float
    closing_distance_m: float
    notes: tuple[str, ...] = ()
    body: str = ""
    systems: Mapping[str, LayerSystem] = field(default_factory=dict)

    def layer(self, name: str) -> LayerContent:
        return self.layers[name] if name in self.layers else LayerContent.empty(name)
