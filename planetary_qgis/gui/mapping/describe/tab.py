"""What stands behind the tab Describe: edits the description of map units in its edit buffer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qgis.core import NULL, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer
from qgis.PyQt.QtWidgets import QMessageBox

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.ages import age_called, ages_of
from planetary_qgis.core.mapping.map_layers import DESCRIPTION, UNIT, UNIT_POINTS, UNITS
from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.describe.view import DescribeTabView
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.map_edits import MapEdits

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.description import MapUnit

_WATCHED = (DESCRIPTION, UNITS, UNIT_POINTS)
_SETTLING_MS = 150


class DescribeController(QObject):
    """Shows the description of the desk's map as it is, and writes what is changed in the form."""

    def __init__(self, desk: MapDesk) -> None:
        self.view = DescribeTabView()
        super().__init__(self.view)
        self._desk = desk
        self._edits = MapEdits(_WATCHED, self)
        self._units: tuple[MapUnit, ...] = ()
        self._chosen: int | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SETTLING_MS)
        self._soon.timeout.connect(self.show_map)
        self._edits.touched.connect(lambda _name: self._soon.start())

    def load(self) -> None:
        for signal, slot in self._connections():
            signal.connect(slot)
        self._on_layers()

    def unload(self) -> None:
        self.view.form.finish()
        for signal, slot in self._connections():
            signal.disconnect(slot)
        self._soon.stop()
        self._edits.follow(None)

    def _connections(self) -> tuple[tuple[Any, Any], ...]:
        view, project = self.view, self._desk.toolbox.project
        return (
            (self._desk.session_changed, self._on_layers),
            (project.layersAdded, self._on_layers),
            (project.layersRemoved, self._on_layers),
            (view.units.chosen, self._on_chosen),
            (view.units.reordered, self._on_reordered),
            (view.form.changed, self._on_changed),
            (view.form.suggestion_wanted, self._suggest),
            (view.add.clicked, self._add),
            (view.remove.clicked, self._remove),
            (view.missing.clicked, self._add_missing),
            (view.apply.clicked, self._apply),
            (view.save.clicked, self._save),
        )

    # What there is

    def _on_layers(self, *_: object) -> None:
        self._edits.follow(self._desk.session)
        self.show_map()

    def show_map(self) -> None:
        """Show the description as it is now."""
        from planetary_qgis.qgis_bridge.mapping.description_editing import described_units

        self._soon.stop()
        self._edits.take()
        session = self._desk.session
        before = self._unit()
        self._units = () if session is None else described_units(session)
        self._chosen = self._same_as(before)
        self.view.units.show_units(self._units, self._chosen)
        self._offer()
        self._show_unit()
        self._tell_state()

    def _same_as(self, before: MapUnit | None) -> int | None:
        """The row that was chosen; saving gives new rows other ids."""
        if before is None:
            return None
        ids = {unit.fid for unit in self._units}
        if before.fid in ids:
            return before.fid
        return next((unit.fid for unit in self._units if unit.unit == before.unit), None)

    def _unit(self) -> MapUnit | None:
        return next((unit for unit in self._units if unit.fid == self._chosen), None)

    def _offer(self) -> None:
        session = self._desk.session
        ages = [] if session is None else [age.code for age in ages_of(session.settings.body)]
        groups = list(dict.fromkeys(unit.group for unit in self._units if unit.group))
        self.view.form.offer("AgeOldest", ages)
        self.view.form.offer("AgeYoungest", ages)
        self.view.form.offer("UnitGroup", groups)

    def _show_unit(self) -> None:
        unit, layer = self._unit(), self._layer(DESCRIPTION)
        raw: dict[str, str] = {}
        if unit is not None and layer is not None:
            feature = layer.getFeature(unit.fid)
            names = {name.lower(): name for name in layer.fields().names()}
            for column in self.view.form.columns:
                name = names.get(column.lower())
                value = feature.attribute(name) if name else None
                raw[column] = "" if value is None or value == NULL else str(value).strip()
        self.view.form.show_unit(unit, raw)
        self.view.remove.setEnabled(unit is not None)

    def _tell_state(self) -> None:
        from planetary_qgis.qgis_bridge.mapping.description_editing import behind_description
        from planetary_qgis.qgis_bridge.mapping.units.missing import missing_units

        session, layer = self._desk.session, self._layer(DESCRIPTION)
        there = session is not None and layer is not None
        missing = missing_units(session) if there else []
        behind = behind_description(session) if there else 0
        forms.tell(self.view.state, "" if there else _tr("The project holds no geologic map."))
        self.view.add.setEnabled(there)
        self.view.missing.setVisible(bool(missing))
        self.view.missing.setText(
            _tr("Add Units Used on the Map ({count})").format(count=len(missing))
        )
        sentence = _tr("Polygons that do not follow the description yet: {count}")
        forms.tell(self.view.behind, sentence.format(count=behind) if behind else "")
        self.view.apply.setVisible(bool(behind))
        modified = there and layer.isModified()
        forms.tell(self.view.unsaved, _tr("The description has unsaved edits.") if modified else "")
        self.view.save.setVisible(modified)

    def _layer(self, name: str) -> QgsVectorLayer | None:
        return self._edits.layer(name)

    # What its user does

    def _on_chosen(self) -> None:
        fid = self.view.units.fid
        self.view.form.finish()  # of the row before, whose edit shows the list anew
        self._chosen = fid
        if fid is not None and self.view.units.fid != fid:
            self.view.units.choose(fid)
        self._show_unit()

    def _on_reordered(self, fids: list[int]) -> None:
        from planetary_qgis.qgis_bridge.mapping.description_editing import set_order

        self._try(lambda: set_order(self._desk.session, fids))

    def _on_changed(self, column: str, text: str) -> None:
        from planetary_qgis.qgis_bridge.mapping import description_editing as editing

        session, fid = self._desk.session, self._chosen
        if session is None or fid is None:
            return
        if column == UNIT:
            self._try(lambda: editing.rename_unit(session, fid, text))
        else:
            self._try(lambda: editing.set_value(session, fid, column, text))

    def _suggest(self) -> None:
        from planetary_qgis.core.mapping.unit_colours import rgb_text, suggested_rgb

        unit, session = self._unit(), self._desk.session
        if unit is None or session is None:
            return
        others = [rgb_text(e.rgb) for e in self._units if e.rgb is not None and e.fid != unit.fid]
        age = age_called(session.settings.body, (unit.oldest or unit.youngest).replace("?", ""))
        colour = suggested_rgb(
            age=age, kind=unit.name, group=unit.group, name=unit.unit, taken=others
        )
        self._on_changed("RGB", colour)

    def _add(self) -> None:
        from planetary_qgis.qgis_bridge.mapping.description_editing import add_unit

        self.view.form.finish()
        added: list[int] = []
        self._try(lambda: added.append(add_unit(self._desk.session)))
        if added:
            self.view.units.choose(added[0])
            self.view.form.lines[UNIT].setFocus()
            self.view.form.lines[UNIT].selectAll()

    def _remove(self) -> None:
        from planetary_qgis.qgis_bridge.mapping import description_editing as editing

        unit, session = self._unit(), self._desk.session
        if unit is None or session is None:
            return
        uses = editing.uses_of(session, unit.unit)
        if uses and not self._may_remove(unit, uses):
            return
        self._try(lambda: editing.remove_unit(session, unit.fid))

    def _may_remove(self, unit: MapUnit, uses: int) -> bool:
        text = _tr(
            "Polygons and points of the map that are of the unit “{unit}”: {count}. They keep it, "
            "without a description. Remove the description?"
        ).format(unit=unit.unit[:60], count=uses)
        answer = QMessageBox.question(self.view, _tr("Remove Unit"), text)
        return answer == QMessageBox.StandardButton.Yes

    def _add_missing(self) -> None:
        from planetary_qgis.qgis_bridge.mapping.units.missing import describe_units, missing_units

        session = self._desk.session
        self._try(lambda: describe_units(session, missing_units(session)))

    def _apply(self) -> None:
        from planetary_qgis.qgis_bridge.mapping.description_editing import apply_to_map

        self.view.form.finish()
        self._try(lambda: apply_to_map(self._desk.session))

    def _save(self) -> None:
        self.view.form.finish()
        layer = self._layer(DESCRIPTION)
        if layer is not None and layer.isEditable() and not layer.commitChanges(False):
            self._desk.toolbox.reporter.failed(
                PlanetaryError(
                    _tr("The description could not be saved."),
                    details="\n".join(layer.commitErrors()),
                    hint=_tr("Check that the map's file may be written; the edits stay open."),
                )
            )
        self.show_map()

    def _try(self, work: Callable[[], object]) -> None:
        """Do it, tell of what goes wrong, and show what is there then."""
        if self._desk.session is None:
            return
        try:
            work()
        except PlanetaryError as error:
            self._desk.toolbox.reporter.failed(error)
        self.show_map()


def _tr(text: str) -> str:
    return QCoreApplication.translate("DescribeTab", text)
