"""Builds the units of the project's map, once or with every edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from qgis.core import QgsFeedback
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_layers import DESCRIPTION, UNITS
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.units import words
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.units import BuiltUnits
    from planetary_qgis.qgis_bridge.mapping.units.building import UnitsBuild, UnitsSnapshot
    from planetary_qgis.qgis_bridge.mapping.units.live import LiveMap
    from planetary_qgis.qgis_bridge.mapping.units.writing import UnitsWritten


@dataclass(frozen=True)
class Built:
    """What a tab tells of a build.

    Attributes:
        problems: Sentences about what could not be read or written as it should.
    """

    sentence: str
    findings: tuple[Finding, ...]
    problems: Sequence[str] = ()


class UnitsBuilding(QObject):
    """One build at a time; live mode goes on until it is stopped or cannot."""

    built = pyqtSignal(object)
    live_ended = pyqtSignal()

    def __init__(self, desk: MapDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._live: LiveMap | None = None

    @property
    def is_live(self) -> bool:
        """Whether units follow edits, or will as soon as they are built."""
        return self._live is not None

    def build(self, *, live: bool) -> None:
        """Build all units in a task, and let them follow edits from then on if wanted."""
        from planetary_qgis.qgis_bridge.mapping.units.building import units_snapshot

        session = self._desk.session
        if session is None or self._desk.jobs.busy:
            return
        self._drop_live()
        try:
            self._live = self._watching(session) if live else None
            snapshot = units_snapshot(session)
        except PlanetaryError as error:
            self._fail(error)
            return
        work = partial(_made_live if live else _made, snapshot)
        self._desk.jobs.busy_changed.connect(self._on_job_over)
        self._desk.jobs.start(self.tr("Building units"), work, partial(self._on_made, session))

    def stop_live(self) -> None:
        """Leave the units as they are."""
        self._drop_live()
        self.live_ended.emit()

    def _drop_live(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live.deleteLater()
            self._live = None

    def _watching(self, session: MapSession) -> LiveMap:
        """Live mode before it writes: what is edited while units are built must not be missed."""
        from planetary_qgis.qgis_bridge.mapping.units.live import LiveMap

        made = LiveMap(session, words.rebuild_title(), self)
        made.rebuilt.connect(self._on_rebuilt)
        made.stopped.connect(self._on_live_stopped)
        return made

    def _on_job_over(self, is_busy: bool) -> None:
        if not is_busy:
            self._desk.jobs.busy_changed.disconnect(self._on_job_over)
            QTimer.singleShot(0, self._give_up_live)

    def _give_up_live(self) -> None:
        """After a build that failed or was cancelled there is nothing to go on from."""
        if self._live is not None and not self._live.is_running:
            self.stop_live()

    def _on_made(self, session: MapSession, made: UnitsBuild) -> None:
        now = self._desk.session
        if now is None or now.geopackage != session.geopackage:
            self._desk.toolbox.reporter.note(words.gone_sentence())
            return
        try:
            written = self._write(now, made)
        except PlanetaryError as error:
            self._fail(error)
            return
        problems = (*made.inputs.report.sentences(), *written.report.sentences())
        sentence = words.result_sentence([row.unit for row in made.rows], made.findings)
        sentence = f"{sentence} {words.written_sentence(written)}"
        self.built.emit(Built(sentence, made.findings, problems))

    def _write(self, session: MapSession, made: UnitsBuild) -> UnitsWritten:
        from planetary_qgis.qgis_bridge.mapping.units.styling import restyle_units
        from planetary_qgis.qgis_bridge.mapping.units.writing import write_build

        units = session.layer(UNITS)
        if made.live is not None and self._live is not None:
            written = self._live.start(made.inputs, made.live, words.build_title())
        else:
            written = write_build(units, made, words.build_title())
        restyle_units(units, session.find_layer(DESCRIPTION))
        return written

    def _on_rebuilt(self, built: BuiltUnits) -> None:
        sentence = words.result_sentence(list(built.units), built.findings)
        self.built.emit(Built(sentence, tuple(built.findings)))

    def _on_live_stopped(self, error: PlanetaryError) -> None:
        self._desk.toolbox.reporter.warn(str(error), error.details)
        self.stop_live()

    def _fail(self, error: PlanetaryError) -> None:
        self._desk.toolbox.reporter.failed(error)
        self.stop_live()


def _made(snapshot: UnitsSnapshot, feedback: QgsFeedback) -> UnitsBuild:
    """For a task."""
    from planetary_qgis.qgis_bridge.mapping.units.building import build

    return build(snapshot.read(), feedback)


def _made_live(snapshot: UnitsSnapshot, _feedback: QgsFeedback) -> UnitsBuild:
    """For a task."""
    from planetary_qgis.qgis_bridge.mapping.units.building import build_live

    return build_live(snapshot.read())
