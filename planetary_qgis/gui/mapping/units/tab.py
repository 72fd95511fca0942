"""What stands behind the tab Units: builds units, tells of problems, sums up the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    MAP_BOUNDARY,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.map_edits import MapEdits
from planetary_qgis.gui.mapping.units import words
from planetary_qgis.gui.mapping.units.building import Built, UnitsBuilding
from planetary_qgis.gui.mapping.units.view import UnitsTabView
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.tasks import run_in_task

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.mapping.units.totals import UnitTotals

_SOURCES = (CONTACTS, MAP_BOUNDARY, UNIT_POINTS)
_WATCHED = (*_SOURCES, UNITS, DESCRIPTION)
_SETTLING_MS = 300


class UnitsController(QObject):
    """Works on the map of the desk's session."""

    def __init__(self, desk: MapDesk) -> None:
        self.view = UnitsTabView()
        super().__init__(self.view)
        self._desk = desk
        self._building = UnitsBuilding(desk, self)
        self._edits = MapEdits(_WATCHED, self)
        self._totals: UnitTotals | None = None
        self._is_built = self._is_stale = self._is_measuring = self._is_loaded = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SETTLING_MS)
        self._soon.timeout.connect(self._show_map)
        self._edits.touched.connect(self._on_edit)

    def load(self) -> None:
        for signal, slot in self._connections():
            signal.connect(slot)
        self._is_loaded = True
        self._on_session()

    def unload(self) -> None:
        self._is_loaded = False
        self._building.stop_live()
        for signal, slot in self._connections():
            signal.disconnect(slot)
        self._soon.stop()
        self._edits.follow(None)

    def _connections(self) -> tuple[tuple[Any, Any], ...]:
        view, desk = self.view, self._desk
        return (
            (desk.session_changed, self._on_session),
            (desk.toolbox.project.layersAdded, self._on_layers),
            (desk.toolbox.project.layersRemoved, self._on_layers),
            (desk.jobs.busy_changed, self._allow),
            (self._building.built, self._on_built),
            (self._building.live_ended, self._on_live_ended),
            (view.shown, self._show_map),
            (view.build.clicked, self._build),
            (view.live.toggled, self._on_live),
            (view.save.clicked, self._save),
            (view.describe.clicked, self._describe),
            (view.problems.place_wanted, self._show_place),
            (view.table.units_chosen, self._select),
        )

    # The map comes, changes and goes

    def _on_session(self) -> None:
        """Forget the map that was there."""
        if self._building.is_live:
            self._desk.toolbox.reporter.note(words.live_off_sentence())
            self._building.stop_live()
        self._is_built = self._is_stale = False
        self._totals = None
        self._show_findings(())
        self.view.table.show_totals(())
        forms.tell(self.view.result, "")
        self._on_layers()

    def _on_layers(self, *_: object) -> None:
        self._edits.follow(self._desk.session)
        self._show_map()

    def _on_edit(self, name: str) -> None:
        if name in _SOURCES:
            # In live mode the answer comes at once.
            self._is_stale = self._is_built and not self._building.is_live
        self._soon.start()

    def _show_map(self) -> None:
        """Say what the map is like now, to those who look."""
        self._soon.stop()
        if not self.view.isVisible() or not self._is_loaded:
            return
        taken = self._edits.take()
        if self._is_built and taken.get(DESCRIPTION):
            self._restyle()
        session = self._desk.session
        if session is None:
            forms.tell(self.view.state, words.no_map_sentence())
        else:
            forms.tell(self.view.state, self._state_sentence())
        self._show_totals(session)
        self._show_missing(session)
        units = self._layer(UNITS)
        forms.tell(self.view.unsaved, words.unsaved_sentence(units))
        self.view.save.setVisible(units is not None and units.isModified())
        self._allow()

    def _restyle(self) -> None:
        """Let colours and names in the legend follow the description."""
        from planetary_qgis.qgis_bridge.mapping.units.styling import restyle_units

        units = self._layer(UNITS)
        if units is not None:
            restyle_units(units, self._layer(DESCRIPTION))

    def _state_sentence(self) -> str:
        if not self._is_built:
            return words.not_built_sentence()
        return words.stale_sentence() if self._is_stale else ""

    def _show_totals(self, session: MapSession | None) -> None:
        units = self._layer(UNITS)
        if session is None or units is None:
            self.view.table.show_totals(())
            return
        if self._totals is None:
            self._totals = _totals_of(units)
        self.view.table.show_totals(self._totals.of(units, _order_of(session)))
        if self._totals.unknown and not self._is_measuring:
            self._measure(self._totals)

    def _measure(self, totals: UnitTotals) -> None:
        """Have many polygons measured in a task."""
        from planetary_qgis.qgis_bridge.mapping.units.totals import measured

        unknown, ground = tuple(totals.unknown), totals.ground

        def learn(areas: dict[bytes, float]) -> None:
            self._is_measuring = False
            totals.learn(areas)
            self._soon.start()

        def give_up(*_: object) -> None:
            self._is_measuring = False

        self._is_measuring = True
        run_in_task(
            self.tr("Measuring units"),
            lambda _feedback: measured(unknown, ground),
            on_done=learn,
            on_error=give_up,
            on_cancelled=give_up,
        )

    def _show_missing(self, session: MapSession | None) -> None:
        from planetary_qgis.qgis_bridge.mapping.units.missing import missing_units

        missing = missing_units(session) if session is not None else []
        self.view.describe.setText(words.describe_title(len(missing)))
        self.view.describe.setVisible(bool(missing) and self._layer(DESCRIPTION) is not None)

    def _allow(self, *_: object) -> None:
        reason = ""
        if self._desk.session is None:
            reason = words.no_map_sentence()
        elif self._desk.jobs.busy:
            reason = words.busy_sentence()
        for control, tip in (
            (self.view.build, words.build_tip()),
            (self.view.live, words.live_tip()),
        ):
            forms.allow(control, reason)
            control.setToolTip(reason or tip)

    def _layer(self, name: str) -> QgsVectorLayer | None:
        return self._edits.layer(name)

    # A build

    def _build(self) -> None:
        self._is_stale = False
        self._building.build(live=self.view.live.isChecked())

    def _on_live(self, is_wanted: bool) -> None:
        if is_wanted:
            self._build()
        else:
            self._building.stop_live()

    def _on_built(self, built: Built) -> None:
        self._is_built, self._is_stale = True, False
        forms.tell(self.view.result, built.sentence)
        self._show_findings(built.findings)
        if built.problems:
            self._desk.toolbox.reporter.succeeded(built.sentence, built.problems)
        self._soon.start()

    def _on_live_ended(self) -> None:
        self.view.live.setChecked(False)

    def _show_findings(self, findings: Sequence[Finding]) -> None:
        self.view.problems.show_findings(findings)
        self.view.problems.setVisible(bool(findings))

    def _save(self) -> None:
        units = self._layer(UNITS)
        if units is not None and not units.commitChanges(False):
            self._desk.toolbox.reporter.failed(
                PlanetaryError(
                    self.tr("The units could not be saved."),
                    details="\n".join(units.commitErrors()),
                    hint=self.tr("Check that the map's file may be written; the edits stay open."),
                )
            )

    # The description, and what is clicked

    def _describe(self) -> None:
        from planetary_qgis.qgis_bridge.mapping.units.missing import describe_units, missing_units

        session = self._desk.session
        try:
            describe_units(session, missing_units(session))
        except PlanetaryError as error:
            self._desk.toolbox.reporter.failed(error)
            return
        if self._is_built:
            self._build()

    def _show_place(self, finding: Finding) -> None:
        from planetary_qgis.gui.mapping.check.places import show_place

        contacts, session = self._layer(CONTACTS), self._desk.session
        if contacts is not None and session is not None:
            canvas, scale = self._desk.toolbox.canvas, session.settings.digitising_scale
            show_place(finding.place, contacts.crs(), canvas, scale)

    def _select(self, ids: list[int]) -> None:
        units = self._layer(UNITS)
        if units is not None:
            units.selectByIds(ids)


def _totals_of(units: QgsVectorLayer) -> UnitTotals:
    from planetary_qgis.qgis_bridge.mapping.map_reading import ground_of
    from planetary_qgis.qgis_bridge.mapping.units.totals import UnitTotals

    return UnitTotals(ground_of(units.crs(), units.extent()))


def _order_of(session: MapSession) -> list[str]:
    """Units in stratigraphic order."""
    from planetary_qgis.core.mapping.ages import ages_of
    from planetary_qgis.core.mapping.description import in_order, units_in
    from planetary_qgis.qgis_bridge.mapping.map_reading import LayerSnapshot

    layer = session.find_layer(DESCRIPTION)
    if layer is None:
        return []
    described = units_in(LayerSnapshot(DESCRIPTION, layer).read())
    return [each.unit for each in in_order(described, ages_of(session.settings.body))]
