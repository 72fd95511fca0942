"""What stands behind the When tab: windows of time in which an area is seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from qgis.core import QgsFeatureRequest, QgsProcessingUtils, QgsVectorLayer
from qgis.PyQt.QtCore import QDateTime, QObject, pyqtBoundSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import spice_work, work
from planetary_qgis.gui.area_tools import AreaTools
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.gui.when_tab import FoundWindow, WhenTab
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.compat import utc_text
from planetary_qgis.qgis_bridge.crs import crs_of

if TYPE_CHECKING:
    from planetary_qgis.core.bodies import Body
    from planetary_qgis.core.spice.observations import Observation

_MOST_LISTED = 1000


class Dock(Protocol):
    """What the tab wants of the dock that it is part of."""

    changed: pyqtBoundSignal

    def observation(self) -> Observation:
        """Who looks at what."""

    def take_span(self, start: str, stop: str) -> None:
        """Observe from start to stop."""


class WhenController(QObject):
    """Searches for opportunities, lists them, and hands a chosen one to the Observe tab."""

    def __init__(self, toolbox: Toolbox, dock: Dock, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self.tab = WhenTab()
        self._tools = toolbox
        self._dock = dock
        self._jobs = jobs
        self._area = AreaTools(self.tab.area, toolbox)

    def load(self) -> None:
        self._area.load()
        for signal, slot in self._connections():
            signal.connect(slot)
        self._allow()

    def unload(self) -> None:
        self._area.unload()
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def _connections(self) -> tuple[tuple, ...]:
        return (
            (self.tab.changed, self._allow),
            (self._dock.changed, self._allow),
            (self._jobs.busy_changed, self._allow),
            (self.tab.find_requested, self._find),
            (self.tab.window_chosen, self._dock.take_span),
        )

    def _find(self) -> None:
        """Ask for the body first: the area is told in its degrees."""
        try:
            observation = self._dock.observation()
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self._jobs.start(
            self.tr("Reading kernels"),
            lambda _feedback: spice_work.body_of_target(observation),
            lambda body: self._search(observation, body),
        )

    def _search(self, observation: Observation, body: Body) -> None:
        wanted = spice_work.Opportunities(
            observation=observation,
            area=self._area.area(crs_of(body)),
            start=self.tab.start(),
            stop=self.tab.stop(),
            limits=self.tab.ranges.ranges(),
            sight=self.tab.sight(),
            step_s=self.tab.look_s(),
        )
        path = Path(QgsProcessingUtils.generateTempFilename("opportunities.gpkg"))
        self._jobs.start(
            self.tr("Finding opportunities"),
            lambda feedback: spice_work.write_opportunities(wanted, path, feedback),
            self._show,
        )

    def _show(self, written: work.Written) -> None:
        if not written.rows:
            self.tab.show_windows(())
            nothing = self.tr("The area is not seen like that in all the time.")
            self._tools.reporter.warn(nothing, "\n".join(written.problems))
            return
        layer = store.open_table(written.path, written.table)
        windows = _windows_of(layer)
        self.tab.show_windows(windows, written.rows - len(windows))
        shown = self._tools.results.show(layer, self.tr("SPICE"))
        text = self.tr("{rows} windows in “{layer}”.")
        sentence = text.format(rows=written.rows, layer=layer.name())
        self._tools.tell_shown(sentence, shown, written.problems)

    def _allow(self) -> None:
        """Enable the search, or say in a tool tip what it lacks."""
        busy = self.tr("Wait until the running job is done") if self._jobs.busy else ""
        self.tab.allow(busy or self._why_not())

    def _why_not(self) -> str:
        try:
            asked = self._dock.observation()
        except PlanetaryError as error:
            return str(error)
        if not (asked.kernels and asked.target and asked.observer):
            return self.tr("Add kernels, and choose target and observer on the tab Observe first")
        if not (self.tab.start() and self.tab.stop()):
            return self.tr("Give the times between which to search")
        if self.tab.sight() != "horizon" and not asked.instrument:
            return self.tr("Choose an instrument on the tab Observe first")
        return ""


def _windows_of(layer: QgsVectorLayer) -> list[FoundWindow]:
    """The first windows of a layer, as the tab lists them."""
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setLimit(_MOST_LISTED)
    return [
        FoundWindow(
            start=_text(feature["start_time"]),
            stop=_text(feature["stop_time"]),
            duration_s=float(feature["duration_s"]),
            incidence=_number(feature["incidence_angle"]),
            emission=_number(feature["emission_angle"]),
        )
        for feature in layer.getFeatures(request)
    ]


def _text(value: object) -> str:
    return utc_text(value) if isinstance(value, QDateTime) else ""


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None
