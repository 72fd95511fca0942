"""What stands behind the Live tab: the map shows what an instrument sees at one moment."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np
from qgis.core import QgsDateTimeRange
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QObject, QTimer, pyqtBoundSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.live_tab import BEGIN, LiveTab
from planetary_qgis.gui.live_watcher import Seen, Watcher, let_go
from planetary_qgis.gui.newest import Newest
from planetary_qgis.gui.spice_work import RunOfTimes
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.compat import as_utc
from planetary_qgis.qgis_bridge.crs import crs_of, same_body
from planetary_qgis.qgis_bridge.live import LiveLayers
from planetary_qgis.qgis_bridge.project_body import set_project_body

if TYPE_CHECKING:
    from planetary_qgis.core.bodies import Body
    from planetary_qgis.core.spice.moments import Moment
    from planetary_qgis.core.spice.observations import Observation

_SETTLED_MS = 400
"""Names are typed letter by letter; ask when that is over."""
_UNITS = {
    "lon_e": "{:.4f}°",
    "lat": "{:.4f}°",
    "range_km": "{:,.1f} km",
    "incidence_angle": "{:.2f}°",
    "emission_angle": "{:.2f}°",
    "phase_angle": "{:.2f}°",
    "solar_longitude": "{:.2f}°",
}


class Asked(Protocol):
    """What live mode wants to know of the dock that it is part of."""

    changed: pyqtBoundSignal

    def observation(self) -> Observation:
        """Who looks at what."""


class LiveController(QObject):
    """Follows QGIS's temporal controller, or the tab's own time, with layers of one moment.

    Args:
        times: Gives what the dock holds of times: a run, or something else.
    """

    def __init__(
        self, toolbox: Toolbox, asked: Asked, times: Callable[[], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.tab = LiveTab()
        self._tools = toolbox
        self._asked = asked
        self._times = times
        self._watcher = Watcher()
        self._newest = Newest(self.tr("Live view"), self._show, self._show_error, self)
        self._layers: LiveLayers | None = None
        self._title = ""
        self._span: tuple[int, int] | None = None
        self._dock: QgsDockWidget | None = None
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)

    def load(self) -> None:
        """Listen to the tab."""
        for signal, slot in self._connections():
            signal.connect(slot)
        self._take_run()

    def unload(self) -> None:
        """Leave live mode and listen no more."""
        self.tab.switch(False)
        self._settled.stop()
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def _connections(self) -> tuple[tuple, ...]:
        return (
            (self.tab.toggled, self._toggle),
            (self.tab.time_chosen, self._request_if_on),
            (self.tab.frame_changed, self._follow),
            (self._asked.changed, self._settled.start),
            (self._settled.timeout, self._take_change),
        )

    def _toggle(self, on: bool) -> None:
        if on:
            self._enter()
        else:
            self._leave()

    def _enter(self) -> None:
        self._tools.canvas.temporalRangeChanged.connect(self._follow)
        self._dock = _dock_of(self.tab)
        if self._dock is not None:
            self._dock.closed.connect(self._close)
        if not self._follow():
            self._request()

    def _leave(self) -> None:
        self._tools.canvas.temporalRangeChanged.disconnect(self._follow)
        if self._dock is not None:
            self._dock.closed.disconnect(self._close)
            self._dock = None
        self._newest.forget()
        self._newest.ask(let_go)
        self._drop_layers()
        self.tab.let_choose_time(True)
        self.tab.tell("")
        self.tab.show_values({})

    def _close(self) -> None:
        self.tab.switch(False)

    def _follow(self) -> bool:
        """Show the moment of the temporal controller's frame; False where there is none."""
        moment = _moment_in(self._tools.canvas.temporalRange(), self.tab.frame_moment() == BEGIN)
        self.tab.let_choose_time(moment is None or not self.tab.is_on())
        if moment is None or not self.tab.is_on():
            return False
        self.tab.set_time(moment)
        self._request()
        return True

    def _take_change(self) -> None:
        """The dock asks for something else now."""
        self._take_run()
        self._request_if_on()

    def _take_run(self) -> None:
        """Let the slider move within the run of times; another run begins at its start."""
        times = self._times()
        span = _span_of(times) if isinstance(times, RunOfTimes) else None
        if span == self._span:
            return
        self._span = span
        self.tab.set_span(span)
        if span is not None and not span[0] <= self.tab.time() <= span[1]:
            self.tab.set_time(span[0])

    def _request_if_on(self, _milliseconds: object = None) -> None:
        if self.tab.is_on():
            self._request()

    def _request(self) -> None:
        try:
            observation = self._asked.observation()
        except PlanetaryError as error:
            self._show_error(error)
            return
        watcher, milliseconds = self._watcher, self.tab.time()
        self._newest.ask(lambda: watcher.seen(observation, milliseconds))

    def _show(self, seen: Seen | None) -> None:
        if seen is None or not self.tab.is_on():
            return
        try:
            self._layers_for(seen).show(seen.moment)
        except PlanetaryError as error:
            self._show_error(error)
            return
        self.tab.show_values(_values(seen.moment))
        self.tab.tell(self._sentence(seen))

    def _show_error(self, error: PlanetaryError) -> None:
        """Say it in the tab, as it may come with every frame."""
        if not self.tab.is_on():
            return
        if self._layers is not None:
            self._layers.clear()
        self.tab.show_values({})
        self.tab.tell(str(error))

    def _layers_for(self, seen: Seen) -> LiveLayers:
        """The layers on the map; new ones where instrument or target are others now."""
        title = self.tr("Live: {instrument} on {body}")
        title = title.format(instrument=seen.instrument, body=seen.body.title)
        if self._layers is None or title != self._title:
            self._drop_layers()
            first = not self._tools.project.mapLayers()
            self._layers = LiveLayers(self._tools.project, seen.body, title, self)
            self._layers.gone.connect(self._close)
            self._title = title
            if first:
                self._move_to(seen.body)
                # QGIS sets the first layer's CRS by itself once the event loop runs: come after it.
                QTimer.singleShot(0, lambda: self._move_to(seen.body))
        return self._layers

    def _move_to(self, body: Body) -> None:
        set_project_body(self._tools.project, body)
        self._tools.canvas.zoomToFullExtent()

    def _drop_layers(self) -> None:
        layers, self._layers = self._layers, None
        if layers is not None:
            layers.gone.disconnect(self._close)
            layers.remove()
            layers.deleteLater()

    def _sentence(self, seen: Seen) -> str:
        if not same_body(crs_of(seen.body), self._tools.project.crs()):
            text = self.tr("The layers lie on {body}, the project elsewhere. {problem}")
            return text.format(body=seen.body.title, problem=seen.moment.problem).strip()
        return seen.moment.problem


def _moment_in(frame: QgsDateTimeRange, at_begin: bool) -> int | None:
    """Milliseconds since 1970 of a frame's begin or middle; None where it has no bounds."""
    ends = [
        as_utc(end).toMSecsSinceEpoch() for end in (frame.begin(), frame.end()) if end.isValid()
    ]
    if not ends:
        return None
    return ends[0] if at_begin else sum(ends) // len(ends)


def _span_of(run: RunOfTimes) -> tuple[int, int] | None:
    """Milliseconds since 1970 of a run's start and stop, where both are UTC times."""
    from planetary_qgis.core.times import parse_utc_column

    ends = parse_utc_column([run.start, run.stop]).astype("datetime64[ms]")
    if np.isnat(ends).any() or ends[1] <= ends[0]:
        return None
    return int(ends[0].astype(np.int64)), int(ends[1].astype(np.int64))


def _values(moment: Moment) -> dict[str, str]:
    """What the tab shows of the conditions."""
    if moment.conditions is None:
        return {}
    found = {name: float(getattr(moment.conditions, name)[0]) for name in _UNITS}
    texts = {name: _UNITS[name].format(v) for name, v in found.items() if math.isfinite(v)}
    hours = float(moment.conditions.local_time[0])
    if math.isfinite(hours):
        texts["local_time"] = f"{int(hours):02}:{int(hours % 1 * 60):02}"
    return texts


def _dock_of(widget: QObject) -> QgsDockWidget | None:
    """The dock that a widget is in, if it is in one."""
    parent = widget.parent()
    while parent is not None and not isinstance(parent, QgsDockWidget):
        parent = parent.parent()
    return parent
