"""One end of a span of time, switched on by its check box."""

from __future__ import annotations

from datetime import datetime, timezone

from qgis.gui import QgsDateTimeEdit
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime
from qgis.PyQt.QtWidgets import QCheckBox, QVBoxLayout, QWidget

_FORMAT = "yyyy-MM-dd HH:mm:ss"


class TimeLimit(QWidget):
    """A check box, and the UTC time that counts while it is ticked."""

    def __init__(self, name: str, title: str, first_shown: datetime, parent: QWidget) -> None:
        super().__init__(parent)
        self._on = QCheckBox(title, self)
        self._on.setObjectName(f"{name}On")
        self._edit = QgsDateTimeEdit(self)
        self._edit.setObjectName(name)
        self._edit.setTimeSpec(Qt.TimeSpec.UTC)
        self._edit.setAllowNull(False)
        self._edit.setDisplayFormat(_FORMAT)
        self._edit.setDateTime(_qt_utc(first_shown))
        self._edit.setEnabled(False)
        self._edit.setMinimumWidth(self._edit.fontMetrics().horizontalAdvance(_FORMAT))
        self._on.toggled.connect(self._edit.setEnabled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._on)
        layout.addWidget(self._edit)

    def time(self) -> datetime | None:
        """The time in UTC, or None while the box is not ticked."""
        if not self._on.isChecked():
            return None
        shown = self._edit.dateTime()
        date, clock = shown.date(), shown.time()
        return datetime(
            date.year(),
            date.month(),
            date.day(),
            clock.hour(),
            clock.minute(),
            clock.second(),
            tzinfo=timezone.utc,
        )

    def set_time(self, time: datetime | None) -> None:
        self._on.setChecked(time is not None)
        if time is not None:
            self._edit.setDateTime(_qt_utc(time))


def _qt_utc(time: datetime) -> QDateTime:
    utc = time.astimezone(timezone.utc)
    date = QDate(utc.year, utc.month, utc.day)
    return QDateTime(date, QTime(utc.hour, utc.minute, utc.second), Qt.TimeSpec.UTC)
