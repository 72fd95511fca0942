"""Units that follow the mapper's edits: what an edit touched is built anew, at once.

Imports pandas and shapely: import it late.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    MAP_BOUNDARY,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.units.live import LiveUnits
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.mapping.edited_features import EditedFeatures
from planetary_qgis.qgis_bridge.mapping.layer_edits import Edited, LayerEdits
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.units.building import FeatureReading, UnitInputs
from planetary_qgis.qgis_bridge.mapping.units.layer_news import LayerNews, News
from planetary_qgis.qgis_bridge.mapping.units.mirror import UnitMirror
from planetary_qgis.qgis_bridge.mapping.units.rows import (
    Described,
    described_in,
    said_by_points,
)
from planetary_qgis.qgis_bridge.mapping.units.writing import UnitsWritten

_SETTLING_MS = 120
_PAUSE_TO_WORK = 2.0
"""Where a rebuild takes long, the mapper has so many times that for more edits first."""


class LiveMap(QObject):
    """Watches a map's layers from when it is made, and writes units once it is started.

    Each rebuild is an undo step of the units. Undoing one is the mapper's right: the units then
    stay as they are until the next edit of contacts, boundary, points or description.
    """

    rebuilt = pyqtSignal(object)
    """BuiltUnits: the whole map after an edit."""
    stopped = pyqtSignal(object)
    """PlanetaryError: why it cannot go on."""

    def __init__(self, session: MapSession, title: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        units = session.layer(UNITS)
        self._title = title
        self._crs = session.layer(CONTACTS).crs()
        self._live: LiveUnits | None = None
        self._mirror = UnitMirror(units)
        self._news: dict[str, LayerNews] = {}
        self._said: dict[int, str] = {}
        self._described: Described = {}
        self._is_writing = False
        self.last_ms = 0.0
        self._edits = {
            name: LayerEdits(layer, self)
            for name in (CONTACTS, MAP_BOUNDARY, UNIT_POINTS, DESCRIPTION, UNITS)
            for layer in [session.find_layer(name)]
            if layer is not None
        }
        self._features = {name: EditedFeatures(edits.layer) for name, edits in self._edits.items()}
        for name, edits in self._edits.items():
            edits.gone.connect(self._on_gone)
            edits.touched.connect(partial(self._on_touched, name))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SETTLING_MS)
        self._soon.timeout.connect(self._rebuild)

    @property
    def is_running(self) -> bool:
        return self._live is not None

    @property
    def is_pending(self) -> bool:
        """Whether edits wait to be followed."""
        return self._soon.isActive()

    def start(self, inputs: UnitInputs, live: LiveUnits, title: str) -> UnitsWritten:
        """Write what was built from the inputs; what was edited since they were read comes next.

        Args:
            title: Of this first undo step.

        Raises:
            PlanetaryError: The units cannot be written.
        """
        self._news = {
            CONTACTS: LayerNews(inputs.contacts),
            MAP_BOUNDARY: LayerNews(inputs.boundary),
            UNIT_POINTS: LayerNews(inputs.points),
        }
        self._said, self._described = said_by_points(inputs.points), inputs.described
        self._live = live
        with self._writing():
            written = self._mirror.write_all(live.built, self._said, self._described, title)
        self._soon.start()
        return written

    def stop(self) -> None:
        """Leave the layers alone from now on."""
        self._soon.stop()
        for edits in self._edits.values():
            edits.stop()
            edits.deleteLater()
        self._edits.clear()
        self._features.clear()
        self._mirror.let_go()
        self._live = None

    def _on_touched(self, name: str) -> None:
        if name == UNITS:
            if not self._is_writing:
                self._mirror.forget()
        elif self.is_running:
            self._soon.start()

    def _on_gone(self) -> None:
        self._end(
            PlanetaryError(
                QCoreApplication.translate("LiveUnits", "A layer of the map was removed."),
                hint=QCoreApplication.translate("LiveUnits", "Live mode is off now."),
            )
        )

    def _end(self, error: PlanetaryError) -> None:
        self.stop()
        self.stopped.emit(error)

    def _rebuild(self) -> None:
        if any(edits.layer.isEditCommandActive() for edits in self._edits.values()):
            self._soon.start()  # a form is open, or a tool is at work
            return
        began = time.perf_counter()
        try:
            is_changed = self._follow()
        except PlanetaryError as error:
            self._end(error)
            return
        self.last_ms = 1000.0 * (time.perf_counter() - began)
        self._soon.setInterval(max(_SETTLING_MS, int(_PAUSE_TO_WORK * self.last_ms)))
        if is_changed:
            self.rebuilt.emit(self._live.built)

    def _follow(self) -> bool:
        """Whether there was anything to follow."""
        contacts, boundary, points = map(self._news_of, (CONTACTS, MAP_BOUNDARY, UNIT_POINTS))
        is_redescribed = self._take_description()
        if not (contacts or boundary or points or is_redescribed):
            return False
        for fid in points.gone:
            self._said.pop(fid, None)
        for fid in points.changed.ids.tolist():
            self._said.pop(fid, None)
        self._said.update(said_by_points(points.changed))
        change = self._live.change(
            contacts.changed,
            contacts.gone,
            points.changed,
            points.gone,
            self._reading(MAP_BOUNDARY).read(Report()) if boundary else None,
        )
        with self._writing():
            self._mirror.write_change(change, self._said, self._described, self._title)
        return True

    def _news_of(self, name: str) -> News:
        edited = self._edits[name].take() if name in self._edits else Edited()
        if not edited:
            return News(LayerContent.empty(name), ())
        return self._news[name].after(edited, self._reading(name))

    def _reading(self, name: str) -> FeatureReading:
        layer = self._edits[name].layer
        return FeatureReading.of_edited(name, layer, self._features[name], self._crs)

    def _take_description(self) -> bool:
        """Whether the description changed; all rows are looked at then."""
        edits = self._edits.get(DESCRIPTION)
        if edits is None or not edits.take():
            return False
        described = described_in(self._reading(DESCRIPTION).read(Report()))
        if described == self._described:
            return False
        self._described = described
        self._mirror.forget()
        return True

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._is_writing = True
        try:
            yield
        finally:
            self._is_writing = False
