"""The shared columns of index rows, in the house's units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.archives.catalog import Dataset
from planetary_qgis.core.archives.pds3.columns import Column
from planetary_qgis.core.archives.pds3.label import Label
from planetary_qgis.core.archives.pds3.roles import Roles
from planetary_qgis.core.archives.pds3.values import reals_from_texts
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import find_body, naif_name
from planetary_qgis.core.reports import Report

FloatArray = NDArray[np.float64]

_RANGES: dict[str, tuple[float, float]] = {
    "incidence_angle": (0.0, 180.0),
    "emission_angle": (0.0, 180.0),
    "phase_angle": (0.0, 180.0),
    "resolution": (1e-9, 1e9),
    "solar_longitude": (-360.0, 360.0),
    "local_time": (0.0, 24.0),
}
_AZIMUTHS = {
    "subsolar_azimuth": "image_subsolar_azimuth",
    "subspacecraft_azimuth": "image_subspacecraft_azimuth",
}
_UNCONVERTED = ("instrument_host", "instrument_id", "start_time", "stop_time")
_KILOMETRES = re.compile(r"\bkm\b|\bkilomet", re.IGNORECASE)
_METRES = re.compile(r"\bm\b|\bmet(?:er|re)s?\b", re.IGNORECASE)
_DEGREES = re.compile(r"\bdeg", re.IGNORECASE)
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d*)?))?$")


@dataclass(frozen=True)
class SharedColumns:
    """Makes the shared columns, all but those of geometry.

    Attributes:
        factors: What to multiply a role's column by to come to the house's unit.
        host: For rows whose index has no column for it; so are the next ones.
        source: Archive and dataset.
        repeated: The index's columns that a shared column repeats digit for digit.
    """

    roles: Roles
    dataset: Dataset | None
    factors: Mapping[str, float]
    host: str | None
    instrument: str | None
    target: str | None
    source: str
    repeated: frozenset[str]

    def of(self, values: Mapping[str, Any], rows: int, tally: Tally) -> dict[str, Any]:
        """The shared columns by name; what is absent is unknown."""
        shared = {role: self._column(role, values) for role in ("product_id", *_UNCONVERTED)}
        shared = {role: column for role, column in shared.items() if column is not None}
        shared["target"] = targets(
            values.get(self.roles.by_role.get("target", "")), self.target, rows
        )
        for role, fallback in (("instrument_host", self.host), ("instrument_id", self.instrument)):
            shared.setdefault(role, np.full(rows, fallback, dtype=object))
        for role in _RANGES:
            column = self._column(role, values)
            if column is not None:
                shared[role] = self._quantity(role, column, tally)
        shared.update(self._azimuths(values))
        shared.update(self._urls(values, rows))
        shared["source"] = np.full(rows, self.source, dtype=object)
        return shared

    def _column(self, role: str, values: Mapping[str, Any]) -> Any | None:
        return values.get(self.roles.by_role.get(role, ""))

    def _quantity(self, role: str, column: Any, tally: Tally) -> FloatArray:
        numbers = _numbers_or_hours(column) * self.factors.get(role, 1.0)
        low, high = _RANGES[role]
        wrong = np.isfinite(numbers) & ((numbers < low) | (numbers > high))
        tally.add(
            f"values cannot be a {role.replace('_', ' ')} and were read as unknown",
            int(wrong.sum()),
            numbers[wrong][:3],
        )
        numbers = np.where(wrong, np.nan, numbers)
        return np.where(numbers < 0.0, numbers + 360.0, numbers)

    def _azimuths(self, values: Mapping[str, Any]) -> dict[str, FloatArray]:
        """Azimuths from north of those that turn from the image's own axis."""
        north = self._column("image_north_azimuth", values)
        azimuths = {}
        for name, role in _AZIMUTHS.items():
            azimuth = self._column(role, values)
            if north is not None and azimuth is not None:
                azimuths[name] = (_numbers_or_hours(azimuth) - _numbers_or_hours(north)) % 360.0
        return azimuths

    def _urls(self, values: Mapping[str, Any], rows: int) -> dict[str, Any]:
        templates = {
            "product_url": self.dataset.product_url if self.dataset else "",
            "label_url": self.dataset.product_label_url if self.dataset else "",
        }
        files = self._files(values)
        if files is None:
            return {}
        volumes = self._column("volume_id", values)
        volumes = np.full(rows, None, dtype=object) if volumes is None else volumes
        return {
            name: np.array([_url(template, *row) for row in zip(files, volumes)], dtype=object)
            for name, template in templates.items()
            if template
        }

    def _files(self, values: Mapping[str, Any]) -> Any | None:
        files = self._column("file", values)
        if files is not None:
            return files
        folders, names = self._column("folder", values), self._column("file_name", values)
        if folders is None or names is None:
            return None
        return [
            None if None in (folder, name) else f"{folder.strip('/')}/{name}"
            for folder, name in zip(folders, names)
        ]


def shared_columns(
    label: Label,
    columns: Mapping[str, Column],
    roles: Roles,
    dataset: Dataset | None,
    source: str,
) -> SharedColumns:
    """How the shared columns come out of an index."""
    host = ("INSTRUMENT_HOST_ID", "INSTRUMENT_HOST_NAME", "SPACECRAFT_NAME")
    instrument = ("INSTRUMENT_ID", "INSTRUMENT_NAME")
    target = find_body(naif_name(label.text("TARGET_NAME") or (dataset.body if dataset else "")))
    resolution = columns.get(roles.by_role.get("resolution", ""))
    local_time = columns.get(roles.by_role.get("local_time", ""))
    factors = {
        "resolution": _metres_per_unit(resolution, dataset, label.report),
        "local_time": _hours_per_unit(local_time),
    }
    return SharedColumns(
        roles=roles,
        dataset=dataset,
        factors=factors,
        host=_first_text(label, host) or (dataset.mission if dataset else None),
        instrument=_first_text(label, instrument) or (dataset.instrument if dataset else None),
        target=target.name if target else None,
        source=source,
        repeated=_repeated(columns, roles, factors),
    )


def targets(column: Any | None, label_target: str | None, rows: int) -> NDArray[np.object_]:
    """NAIF names of the rows' targets, as spelled where NAIF's is not known."""
    if column is None:
        return np.full(rows, label_target, dtype=object)
    texts = pd.Series(column, dtype=object)
    names = {text: naif_name(text) for text in texts.dropna().unique()}
    return np.array([names.get(text) for text in texts], dtype=object)


def _repeated(
    columns: Mapping[str, Column], roles: Roles, factors: Mapping[str, float]
) -> frozenset[str]:
    plain = {"product_id", *_UNCONVERTED}
    plain |= {role for role in _RANGES if factors.get(role, 1.0) == 1.0}
    named = ((role, columns[name]) for role, name in roles.by_role.items() if role in plain)
    return frozenset(
        column.name for role, column in named if role not in _RANGES or column.kind != "text"
    )


def _first_text(label: Label, keywords: tuple[str, ...]) -> str | None:
    known = (label.text(keyword) for keyword in keywords)
    return next(
        (text for text in known if text and text.upper() not in {"N/A", "UNK", "NULL"}), None
    )


def _metres_per_unit(column: Column | None, dataset: Dataset | None, report: Report) -> float:
    if column is None:
        return 1.0
    stated = dataset.units.get("resolution", "") if dataset else ""
    for text in (column.unit, stated, column.description):
        if _KILOMETRES.search(text):
            return 1000.0
        if _METRES.search(text):
            return 1.0
    report.add(f"Nothing says the unit of {column.name}; metres a pixel were assumed.")
    return 1.0


def _hours_per_unit(column: Column | None) -> float:
    return 1.0 / 15.0 if column is not None and _DEGREES.search(column.unit) else 1.0


def _numbers_or_hours(column: Any) -> FloatArray:
    """Numbers of a column; of texts the numbers they spell, or the hours of a clock time."""
    if column.dtype.kind != "O":
        return pd.Series(column).to_numpy(dtype=float, na_value=np.nan)
    parts = pd.Series(column, dtype="string").str.extract(_CLOCK).astype("float64")
    hours = parts[0] + parts[1] / 60.0 + parts[2].fillna(0.0) / 3600.0
    return np.where(hours.isna(), reals_from_texts(column), hours)


def _url(template: str, file: str | None, volume: str | None) -> str | None:
    """The template with a row's names in it; None where the row lacks one that it needs."""
    if file is None or (volume is None and "{volume" in template):
        return None
    path = PurePosixPath(file.replace("\\", "/"))
    names = {
        "file": str(path),
        "name": path.name,
        "stem": str(path.with_suffix("")),
        "volume": volume or "",
    }
    names.update({f"{key}_lower": name.lower() for key, name in names.items()})
    for key, name in names.items():
        template = template.replace("{" + key + "}", name)
    return template
