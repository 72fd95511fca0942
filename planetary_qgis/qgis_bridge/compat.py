"""Differences between QGIS 3.22 and 4.x: the only file that asks for a QGIS or Qt version."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import qgis.core
from qgis.core import Qgis, QgsExpression, QgsField, QgsRectangle, QgsTask
from qgis.PyQt.QtCore import QDateTime, Qt

if TYPE_CHECKING:
    from planetary_qgis.core.products import ColumnKind

# QgsField takes QMetaType since 3.38 and deprecates QVariant, which 3.22 wants.
if Qgis.versionInt() >= 33800:
    from qgis.PyQt.QtCore import QMetaType

    _FIELD_TYPES = {
        "text": QMetaType.Type.QString,
        "datetime": QMetaType.Type.QDateTime,
        "real": QMetaType.Type.Double,
        "integer": QMetaType.Type.LongLong,
    }
else:
    from qgis.PyQt.QtCore import QVariant

    _FIELD_TYPES = {
        "text": QVariant.Type.String,
        "datetime": QVariant.Type.DateTime,
        "real": QVariant.Type.Double,
        "integer": QVariant.Type.LongLong,
    }


def vector_layer_type() -> Any:
    """What menus of layers call vector layers: Qgis.LayerType since 3.30."""
    if hasattr(Qgis, "LayerType"):
        return Qgis.LayerType.Vector
    return qgis.core.QgsMapLayerType.VectorLayer


def flags_of_unseen() -> Any:
    """A task that can be cancelled and, since 3.26, shows neither in the list nor in a message."""
    flags = QgsTask.Flag.CanCancel
    for name in ("Hidden", "Silent"):
        if hasattr(QgsTask.Flag, name):
            flags = flags | getattr(QgsTask.Flag, name)
    return flags


def field(name: str, kind: ColumnKind) -> QgsField:
    """A layer's field that holds a column of that kind."""
    return QgsField(name, _FIELD_TYPES[kind])


def kind_of(layer_field: QgsField) -> ColumnKind:
    """The kind of column that holds a layer's field without loss; text where no other does."""
    for kind, field_type in _FIELD_TYPES.items():
        if layer_field.type() == field_type:
            return kind
    if not layer_field.isNumeric():
        return "text"
    return "integer" if "int" in layer_field.typeName().lower() else "real"


def as_utc(value: QDateTime) -> QDateTime:
    """A time that a layer's field holds, as UTC.

    Where a GeoPackage says UTC, QGIS before 3.30 hands over a local time with the digits of UTC.
    """
    if value.timeSpec() == Qt.TimeSpec.LocalTime:
        return QDateTime(value.date(), value.time(), Qt.TimeSpec.UTC)
    return value.toUTC()


def utc_text(value: QDateTime) -> str:
    """ISO 8601 with milliseconds and Z of a time that a layer's field holds."""
    return as_utc(value).toString("yyyy-MM-ddTHH:mm:ss.zzzZ")


def layer_time(milliseconds: int) -> QDateTime:
    """A UTC time, given since 1970, as fields of memory layers need it.

    Time filters compare fields with what make_datetime() gives: by the digits of UTC, whatever
    zone this version of QGIS says these are in.
    """
    utc = QDateTime.fromMSecsSinceEpoch(milliseconds, Qt.TimeSpec.UTC)
    return QDateTime(utc.date(), utc.time(), _time_spec_of_filters())


@lru_cache(maxsize=1)
def _time_spec_of_filters() -> Qt.TimeSpec:
    return QgsExpression("make_datetime(2000, 1, 1, 0, 0, 0)").evaluate().timeSpec()


def box_3d(rectangle: QgsRectangle) -> Any:
    """QgsBox3d, called QgsBox3D since 3.34."""
    maker = getattr(qgis.core, "QgsBox3D", None) or qgis.core.QgsBox3d
    return maker(rectangle)


def layer_filters(*names: str) -> Any:
    """What a box of layers lists: Qgis.LayerFilters since 3.34, which takes no plain number."""
    filters = getattr(Qgis, "LayerFilters", None) or qgis.core.QgsMapLayerProxyModel.Filters
    kinds = getattr(Qgis, "LayerFilter", None) or qgis.core.QgsMapLayerProxyModel.Filter
    chosen = filters()
    for name in names:
        chosen |= getattr(kinds, name)
    return chosen
