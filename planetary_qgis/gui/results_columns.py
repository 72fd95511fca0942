"""The columns of the table of results: which, under what title, with how many digits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QCoreApplication

if TYPE_CHECKING:
    from planetary_qgis.core.products import ColumnKind

_SETTING = "planetary_qgis/results_columns"
_SHOWN_FIRST = (
    "product_id",
    "start_time",
    "incidence_angle",
    "emission_angle",
    "phase_angle",
    "resolution",
    "solar_longitude",
    "local_time",
    "instrument_id",
    "target",
)
_DECIMALS = {
    "center_lon_e": 3,
    "center_lat": 3,
    "incidence_angle": 1,
    "emission_angle": 1,
    "phase_angle": 1,
    "solar_longitude": 1,
    "local_time": 2,
    "subsolar_azimuth": 1,
    "subspacecraft_azimuth": 1,
}
_SIGNIFICANT = {"resolution": 4}
_SIGNIFICANT_ELSE = 7
_SMALLEST_WITHOUT_EXPONENT = 1e-4
_TIME_LENGTH = len("2009-04-04 07:13:43")


@dataclass(frozen=True)
class Column:
    """A column as it is shown.

    Attributes:
        name: The table's own name for it.
        title: Short, for the header.
        meaning: What it holds and in which unit; empty where only the source knows.
        fact: How its value is told beside the image: “Incidence {}°”; empty where it is not.
    """

    name: str
    kind: ColumnKind
    title: str
    meaning: str = ""
    fact: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind in ("real", "integer")

    @property
    def tip(self) -> str:
        """What the header's tool tip says."""
        return "\n".join(part for part in (self.meaning, self.name) if part)


def columns_of(kinds: Mapping[str, ColumnKind]) -> tuple[Column, ...]:
    """Every column of a table, those that most look at first."""
    titles = _titles()
    first = [name for name in _SHOWN_FIRST if name in kinds]
    names = [*first, *(name for name in kinds if name not in _SHOWN_FIRST)]
    return tuple(Column(name, kinds[name], *titles.get(name, (name,))) for name in names)


def text_of(column: Column, value: Any) -> str:
    """A value as a cell shows it; empty where it is unknown."""
    if value is None:
        return ""
    if column.kind == "datetime":
        return str(value)[:_TIME_LENGTH].replace("T", " ")
    if isinstance(value, float) and math.isfinite(value):
        return _number(column.name, value)
    return str(value)


def facts_of(columns: Iterable[Column], values: Mapping[str, Any]) -> list[str]:
    """What to tell of a product beside its image; what is unknown is left out."""
    texts = [(column.fact, text_of(column, values.get(column.name))) for column in columns]
    return [fact.format(text) for fact, text in texts if fact and text]


def names_shown() -> frozenset[str]:
    """The names of the columns that the user wants to see, in whatever table."""
    return frozenset(QgsSettings().value(_SETTING, list(_SHOWN_FIRST), type=list))


def remember_shown(names: Iterable[str]) -> None:
    QgsSettings().setValue(_SETTING, sorted(names))


def _number(name: str, value: float) -> str:
    if name in _DECIMALS:
        return f"{value:.{_DECIMALS[name]}f}"
    digits = _SIGNIFICANT.get(name, _SIGNIFICANT_ELSE)
    if value == 0 or abs(value) < _SMALLEST_WITHOUT_EXPONENT:
        return f"{value:.{digits}g}"
    before_point = math.floor(math.log10(abs(value))) + 1
    text = f"{value:.{max(digits - before_point, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _titles() -> dict[str, tuple[str, ...]]:
    """Title, meaning and fact of the shared columns."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("ResultsColumns", text)

    return {
        "product_id": (tr("Product"), tr("The archive's identifier of the product")),
        "target": (tr("Target"), tr("Body that was looked at"), "{}"),
        "instrument_host": (tr("Spacecraft"), tr("Instrument host")),
        "instrument_id": (tr("Instrument"), tr("Instrument, as the archive names it"), "{}"),
        "start_time": (tr("Start (UTC)"), tr("When the observation began, UTC"), tr("{} UTC")),
        "stop_time": (tr("Stop (UTC)"), tr("When the observation ended, UTC")),
        "center_lon_e": (tr("Longitude"), tr("Centre longitude in degrees east")),
        "center_lat": (tr("Latitude"), tr("Centre latitude in degrees, planetocentric")),
        "incidence_angle": (tr("Incidence"), tr("Incidence angle in degrees"), tr("Incidence {}°")),
        "emission_angle": (tr("Emission"), tr("Emission angle in degrees"), tr("Emission {}°")),
        "phase_angle": (tr("Phase"), tr("Phase angle in degrees"), tr("Phase {}°")),
        "resolution": (tr("Resolution"), tr("Resolution in metres a pixel"), tr("{} m/pixel")),
        "solar_longitude": (
            tr("Solar long."),
            tr("Solar longitude in degrees"),
            tr("Solar longitude {}°"),
        ),
        "local_time": (tr("Local time"), tr("Local solar time in hours"), tr("Local time {} h")),
        "subsolar_azimuth": (tr("Sun azimuth"), tr("Subsolar azimuth in degrees from north")),
        "subspacecraft_azimuth": (
            tr("Craft azimuth"),
            tr("Subspacecraft azimuth in degrees from north"),
        ),
        "label_url": (tr("Label"), tr("Address of the label")),
        "product_url": (tr("File"), tr("Address of the product's file")),
        "browse_url": (tr("Browse image"), tr("Address of the browse image")),
        "geometry_source": (tr("Geometry from"), tr("Where the footprint came from")),
        "source": (tr("Source"), tr("Archive and data set, or metakernel")),
    }
