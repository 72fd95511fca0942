"""What stands behind the tab Map."""

from __future__ import annotations

import time
from pathlib import Path

from qgis.PyQt.QtCore import QLocale, QObject, QTimer
from qgis.PyQt.QtWidgets import QFileDialog

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import map_layer
from planetary_qgis.core.mapping.settings_table import replace_settings
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.overview.drawing import DrawingGuide
from planetary_qgis.gui.mapping.overview.opening import open_map
from planetary_qgis.gui.mapping.overview.settings import MapSettingsDialog
from planetary_qgis.gui.mapping.overview.view import MapTabView
from planetary_qgis.qgis_bridge.mapping.map_facts import (
    MapFacts,
    facts_of,
    save_edits,
    unsaved_layers,
)
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession

_LOOK_AGAIN_MS = 1_500
_REMIND_AFTER_S = 600.0


class MapTabController(QObject):
    """Shows the map that is open, opens others, reminds of what is not saved."""

    def __init__(self, desk: MapDesk) -> None:
        super().__init__()
        self.view = MapTabView()
        self._desk = desk
        self._guide = DrawingGuide(self.view, desk)
        self._shown: tuple[MapSession, MapFacts] | None = None
        self._unsaved_since: dict[str, float] = {}
        # Layers come and go with their project, also while it is read: looking is safer than
        # listening to each, and what there is to see is counted in a moment.
        self._again = QTimer(self)
        self._again.setInterval(_LOOK_AGAIN_MS)
        self._again.timeout.connect(self._look)

    def load(self) -> None:
        for signal, slot in self._connections():
            signal.connect(slot)
        self._guide.load()
        self._again.start()
        self.show()

    def unload(self) -> None:
        for signal, slot in self._connections():
            signal.disconnect(slot)
        self._guide.unload()
        self._again.stop()

    def show(self) -> None:
        """Show the map as it is now."""
        session = self._desk.session
        facts = None if session is None else facts_of(session)
        if session is None or facts is None:
            self._shown = None
            self.view.show_nothing()
            return
        if self._shown != (session, facts):
            self._shown = session, facts
            counts = {map_layer(name).title: _number(n) for name, n in facts.counts.items()}
            title, rows = session.settings.title, self._facts(session, facts)
            self.view.show_map(title, rows, counts, self._missing(facts))
            self._guide.show(session)
        self.remind()

    def remind(self) -> None:
        """Mention edits that have not been saved for some time."""
        session = self._desk.session
        layers = unsaved_layers(session) if session is not None else []
        now = time.monotonic()
        since = {layer.id(): self._unsaved_since.get(layer.id(), now) for layer in layers}
        self._unsaved_since = since
        late = [each for each in layers if now - since[each.id()] >= _REMIND_AFTER_S]
        if not late:
            self.view.show_unsaved("")
            return
        minutes = int((now - min(since[each.id()] for each in late)) // 60)
        text = self.tr("Edits not saved for {minutes} minutes: {names}.")
        names = ", ".join(each.name() for each in late)
        self.view.show_unsaved(text.format(minutes=minutes, names=names))

    def _connections(self):
        return (
            (self._desk.session_changed, self.show),
            # A map is found as soon as its contacts are there; its other layers come later.
            (self._desk.toolbox.project.readProject, self._look),
            (self.view.new_wanted, self._new),
            (self.view.open_wanted, self._open),
            (self.view.import_wanted, self._import),
            (self.view.settings_wanted, self._edit_settings),
            (self.view.save_wanted, self._save),
        )

    def _look(self, *_: object) -> None:
        if self.view.isVisible():
            self.show()
        else:
            self.remind()

    def _facts(self, session: MapSession, facts: MapFacts) -> list[tuple[str, str]]:
        rows = [
            (self.tr("Body"), facts.body),
            (self.tr("CRS"), facts.crs),
            (self.tr("Scale"), f"1:{_number(round(session.settings.scale))}"),
        ]
        if facts.area_km2 is not None:
            rows.append((self.tr("Area"), f"{_kilometres(facts.area_km2)} km²"))
        if session.settings.authors:
            rows.append((self.tr("Authors"), session.settings.authors))
        rows.append((self.tr("File"), session.geopackage.name))
        return rows

    def _missing(self, facts: MapFacts) -> str:
        if not facts.missing:
            return ""
        text = self.tr("The project lacks layers of the map: {names}.")
        return text.format(names=", ".join(facts.missing))

    def _new(self) -> None:
        from planetary_qgis.gui.mapping.new_map.controller import open_new_map

        open_new_map(self._desk.toolbox, self.view.window())

    def _import(self) -> None:
        from planetary_qgis.gui.mapping.importing.controller import open_import

        open_import(self._desk)

    def _open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.view,
            self.tr("Open a Geologic Map"),
            "",
            self.tr("Projects and maps (*.qgz *.qgs *.gpkg)"),
        )
        if path:
            self._try(lambda: open_map(self._desk.toolbox, Path(path)))

    def _save(self) -> None:
        session = self._desk.session
        if session is not None:
            self._try(lambda: save_edits(session))
            self.show()

    def _edit_settings(self) -> None:
        session = self._desk.session
        if session is None:
            return
        dialog = MapSettingsDialog(session.settings, self.view.window())
        dialog.save_wanted.connect(lambda: self._keep(session, dialog))
        self._desk.toolbox.show_window(dialog)

    def _keep(self, session: MapSession, dialog: MapSettingsDialog) -> None:
        try:
            replace_settings(session.geopackage, dialog.settings())
        except PlanetaryError as error:
            dialog.show_problem(str(error))
            return
        dialog.accept()
        self._desk.look()

    def _try(self, work) -> None:
        try:
            work()
        except PlanetaryError as error:
            self._desk.toolbox.reporter.failed(error)


def _number(count: int) -> str:
    return QLocale().toString(count)


def _kilometres(area_km2: float) -> str:
    """Three digits of small areas, whole kilometres of others."""
    return _number(round(area_km2)) if area_km2 >= 100.0 else f"{area_km2:.3g}"
