"""What becomes what: shown to the mapper, changed by him, and kept for the next time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import MAP_LAYERS, map_layer

_VERSION = 1
_TARGETS = frozenset(spec.name for spec in MAP_LAYERS)


@dataclass(frozen=True)
class LayerMapping:
    """Where the features of a layer go.

    Attributes:
        target: A layer of the template; "" where the layer is not imported.
        columns: By the target's column, the source's.
        values: By the target's column, what becomes of the source's texts; others stay.
    """

    target: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def value(self, column: str, given: Any) -> Any:
        """What a source's value becomes in a column of the target."""
        if given is None:
            return None
        known = self.values.get(column)
        if known is None:
            return given
        return known.get(str(given).strip(), given)


Mappings = Mapping[str, LayerMapping]
"""By the names of the source layers."""


def without_missing(mapping: LayerMapping, columns: Mapping[str, object]) -> LayerMapping:
    """The mapping without columns that the source does not have."""
    kept = {to: source for to, source in mapping.columns.items() if source in columns}
    return replace(mapping, columns=kept)


def as_json(mappings: Mappings) -> str:
    """For a file; `mappings_in` reads it."""
    layers = {name: asdict(mapping) for name, mapping in mappings.items()}
    return json.dumps({"version": _VERSION, "layers": layers}, indent=1, ensure_ascii=False)


def mappings_in(text: str, where: str) -> dict[str, LayerMapping]:
    """What `as_json` wrote.

    Args:
        where: What errors call it.

    Raises:
        PlanetaryError: It is something else.
    """
    try:
        found = json.loads(text)
        layers = {name: _layer_mapping(entry) for name, entry in found["layers"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PlanetaryError(
            f"{where} holds no column mapping.",
            details=str(error),
            hint="Choose a file that was saved in the window that imports maps.",
        ) from error
    return layers


def read_mappings(path: Path) -> dict[str, LayerMapping]:
    """Raises:
    PlanetaryError: The file cannot be read, or holds none.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanetaryError(
            f"The column mapping {path} cannot be read.",
            details=str(error),
            hint="Choose a file that was saved in the window that imports maps.",
        ) from error
    return mappings_in(text, str(path))


def write_mappings(path: Path, mappings: Mappings) -> None:
    """Raises:
    PlanetaryError: The file cannot be written.
    """
    try:
        path.write_text(as_json(mappings), encoding="utf-8")
    except OSError as error:
        raise PlanetaryError(
            f"The column mapping {path} cannot be written.",
            details=str(error),
            hint="Choose a folder that may be written to.",
        ) from error


def _layer_mapping(entry: dict[str, Any]) -> LayerMapping:
    target = str(entry["target"])
    if target and target not in _TARGETS:
        raise KeyError(target)
    columns = {str(to): str(source) for to, source in entry["columns"].items()}
    values = {
        str(to): {str(given): str(code) for given, code in known.items()}
        for to, known in entry["values"].items()
    }
    if target:
        names = {each.name for each in map_layer(target).fields}
        columns = {to: source for to, source in columns.items() if to in names}
        values = {to: known for to, known in values.items() if to in names}
    return LayerMapping(target, columns, values)
