"""The drawing guide of the tab Map: how closely to draw, and streaming that follows the view."""

from __future__ import annotations

from qgis.PyQt.QtCore import QLocale, QObject
from qgis.PyQt.QtWidgets import QAction

from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.overview.view import MapTabView
from planetary_qgis.qgis_bridge.mapping.drawing.drawing_scale import (
    metres_per_pixel,
    zoom_to_scale,
)
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.new_maps.digitising import (
    guide_digitising,
    restore_stream_tolerance,
    stream_tolerance,
)

_STREAM_ACTION = "mActionStreamDigitize"
"""The object name of QGIS's own action in its window."""


class DrawingGuide(QObject):
    """Says how closely to draw, goes to that scale, and sets the spacing of streamed vertices."""

    def __init__(self, view: MapTabView, desk: MapDesk) -> None:
        super().__init__(view)
        self._view, self._desk = view, desk
        self._canvas = desk.toolbox.canvas
        self._before: dict[str, object] | None = None

    def load(self) -> None:
        for signal, slot in self._connections():
            signal.connect(slot)

    def unload(self) -> None:
        """Let go of the view; the spacing is the user's own again."""
        for signal, slot in self._connections():
            signal.disconnect(slot)
        self._leave_streaming()

    def show(self, session: MapSession) -> None:
        """Show the guide of a map."""
        settings = session.settings
        text = self.tr("Draw at 1:{scale} or closer; a vertex every {spacing} keeps the detail.")
        self._view.show_guide(
            text.format(
                scale=QLocale().toString(round(settings.digitising_scale)),
                spacing=_metres(settings.vertex_spacing_m),
            )
        )
        self._follow_view()

    def _connections(self):
        return (
            (self._view.scale_wanted, self._go_to_scale),
            (self._view.streaming_wanted, self._stream),
            (self._canvas.scaleChanged, self._follow_view),
            (self._canvas.destinationCrsChanged, self._follow_view),
            (self._desk.session_changed, self._follow_view),
        )

    def _go_to_scale(self) -> None:
        session = self._desk.session
        if session is None:
            return
        scale, metres = session.settings.digitising_scale, self._metres_per_pixel()
        settings = self._canvas.mapSettings()
        if settings.destinationCrs().isGeographic() and metres is not None:
            # QGIS before 4.2 takes degrees for those of the Earth.
            self._canvas.zoomByFactor(zoom_to_scale(metres, scale, settings.outputDpi()))
        else:
            self._canvas.zoomScale(scale)

    def _stream(self, wanted: bool) -> None:
        if wanted:
            self._before = self._before or stream_tolerance()
        else:
            self._leave_streaming()
        self._switch_action(wanted)
        self._follow_view()

    def _follow_view(self, *_: object) -> None:
        """Keep streamed vertices as far apart on the ground as the map's scale asks."""
        session, is_on = self._desk.session, self._before is not None
        if session is None or not is_on:
            self._view.show_streaming("", on=is_on)
            return
        metres = self._metres_per_pixel()
        if metres is None:
            self._view.show_streaming(self.tr("The view shows nothing of the body."), on=True)
            return
        pixels = guide_digitising(session.settings, metres)
        text = self.tr(
            "In this view a vertex every {pixels} px, {spacing}. R switches streaming on and off."
        )
        self._view.show_streaming(
            text.format(pixels=pixels, spacing=_metres(pixels * metres)), on=True
        )

    def _leave_streaming(self) -> None:
        if self._before is not None:
            restore_stream_tolerance(self._before)
            self._before = None

    def _metres_per_pixel(self) -> float | None:
        return metres_per_pixel(
            self._canvas.mapSettings().destinationCrs(),
            self._canvas.center(),
            self._canvas.mapUnitsPerPixel(),
        )

    def _switch_action(self, wanted: bool) -> None:
        """Press QGIS's own button, where it can be pressed now."""
        action = self._canvas.window().findChild(QAction, _STREAM_ACTION)
        if action is not None and action.isEnabled() and action.isChecked() != wanted:
            action.trigger()


def _metres(length: float) -> str:
    if length >= 1000.0:
        return f"{length / 1000.0:.3g} km"
    return f"{length:.3g} m"
