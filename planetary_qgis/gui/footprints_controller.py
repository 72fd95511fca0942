"""What stands behind the SPICE Footprints dock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsFeedback, QgsProcessingUtils, QgsVectorLayerFeatureSource
from qgis.PyQt.QtCore import QObject, pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import sample, spice_work
from planetary_qgis.gui.colouring import Colourer, ColourRow
from planetary_qgis.gui.footprint_readiness import (
    why_no_boresight_track,
    why_no_footprints,
    why_no_limb,
    why_no_track,
)
from planetary_qgis.gui.footprints_view import FootprintsView
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.kernel_controller import KernelController
from planetary_qgis.gui.kernel_reading import Question, Verdict
from planetary_qgis.gui.live_controller import LiveController
from planetary_qgis.gui.observation_group import Choice
from planetary_qgis.gui.spice_work import RunOfTimes, TableOfTimes
from planetary_qgis.gui.times_group import TimeFields
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.gui.when_controller import WhenController
from planetary_qgis.gui.work import Written
from planetary_qgis.qgis_bridge import store

if TYPE_CHECKING:
    from planetary_qgis.core.spice.kernels.kernel_sets import KernelSummary, Known
    from planetary_qgis.core.spice.observations import Observation
    from planetary_qgis.qgis_bridge.terrain import DemSource

_USUAL_ABCORR = "LT+S"
_SUN = 10


class FootprintsController(QObject):
    """Reads kernels, computes footprints and tracks, and puts them on the map.

    `changed` tells that kernels, observation or times are others now.
    """

    changed = pyqtSignal()

    def __init__(self, toolbox: Toolbox) -> None:
        self.view = FootprintsView()
        super().__init__(self.view)
        self._tools = toolbox
        self._jobs = Jobs(self.view.job_bar, toolbox.reporter)
        self._kernels = KernelController(
            self.view.kernels, toolbox, self._jobs, self._kernel_question
        )
        self._live = LiveController(toolbox, self, self.view.times.chosen, self)
        self.view.add_tab(self._live.tab, self.tr("Live"))
        self._colours = ColourRow(Colourer(toolbox.reporter, self).colour, self.view)
        self.view.add_below_result(self._colours)
        self._opportunities = WhenController(toolbox, self, self._jobs, self)
        self.view.add_tab(self._opportunities.tab, self.tr("When"))

    def load(self) -> None:
        """Fill the widgets and listen to them."""
        from planetary_qgis.core.spice.epochs import TIME_SYSTEMS
        from planetary_qgis.core.spice.observations import (
            ABERRATION_CORRECTIONS,
            IMAGING_MODES,
            SURFACES,
        )

        observation = self.view.observation
        self.view.times.offer_systems(TIME_SYSTEMS)
        observation.offer_imaging(IMAGING_MODES)
        observation.advanced.offer(ABERRATION_CORRECTIONS, _USUAL_ABCORR, SURFACES)
        for signal, slot in self._connections():
            signal.connect(slot)
        self._kernels.load()
        self._live.load()
        self._opportunities.load()
        self._allow()

    def unload(self) -> None:
        """Stop what runs and listen no more."""
        self._jobs.close()
        self._opportunities.unload()
        self._live.unload()
        self._colours.leave()
        self._kernels.unload()
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def kernels(self) -> tuple[Path, ...]:
        """The kernels in load order, metakernels among them."""
        return self.view.kernels.kernels()

    def observation(self) -> Observation:
        """What the dock's Observe tab asks.

        Raises:
            PlanetaryError: It cannot be asked so.
        """
        from planetary_qgis.core.spice.observations import Observation

        asked = self.view.observation
        return Observation(
            kernels=self.kernels(),
            target=asked.target(),
            observer=asked.observer(),
            instrument=asked.instrument(),
            abcorr=asked.advanced.abcorr(),
            imaging=asked.imaging(),
            interframe_s=asked.advanced.interframe_s(),
            body_fixed_frame=asked.advanced.body_fixed_frame(),
            surface=asked.advanced.surface(),
        )

    def take_span(self, start: str, stop: str) -> None:
        """Observe from start to stop, with the step that is there, and show that."""
        self.view.times.set_span(start, stop)
        self.view.show_observation()

    def use_sample(self) -> None:
        """Fill in the sample's kernels and a run of its camera, and read the kernels."""
        self.view.kernels.set_kernels([sample.METAKERNEL])
        self.view.observation.choose(
            target=sample.TARGET, observer=sample.OBSERVER, instrument=sample.INSTRUMENT
        )
        self.view.times.set_run(sample.RUN)
        self.view.show_observation()
        self._kernels.read()

    def _connections(self) -> tuple[tuple, ...]:
        view = self.view
        return (
            (view.kernels.changed, self._take_change),
            (view.observation.changed, self._take_change),
            (view.times.changed, self._take_change),
            (self._jobs.busy_changed, self._allow),
            (view.details_wanted, view.show_kernels),
            (self._kernels.found, self._offer_found),
            (self._kernels.judged, self._show_verdict),
            (self._kernels.span_chosen, self.take_span),
            (view.footprints_requested, self._compute_footprints),
            (view.track_requested, self._compute_track),
            (view.boresight_requested, self._compute_boresight_track),
            (view.limb_requested, self._compute_limb),
        )

    def _take_change(self) -> None:
        self._allow()
        self._kernels.look()
        self.changed.emit()

    def _kernel_question(self) -> Question | None:
        """What the kernels should suffice for; None as long as that is not clear."""
        asked, run = self.view.observation, self.view.times.chosen()
        if not (self.kernels() and asked.target() and asked.observer()):
            return None
        typed = run if isinstance(run, RunOfTimes) else RunOfTimes("", "", None)
        return Question(
            kernels=self.kernels(),
            target=asked.target(),
            observer=asked.observer(),
            instrument=asked.instrument(),
            start=typed.start,
            stop=typed.stop,
            abcorr=asked.advanced.abcorr(),
        )

    def _offer_found(self, found: KernelSummary) -> None:
        bodies = [known for known in found.targets if known.naif_id != _SUN]
        self.view.observation.show_found(
            _choices(bodies), _choices(found.observers), _choices(found.instruments)
        )
        self._allow()

    def _show_verdict(self, verdict: Verdict | None) -> None:
        self.view.missing_line.show_verdict(verdict)

    def _compute_footprints(self) -> None:
        self._start(self.tr("Computing footprints"), self._footprints_work)

    def _compute_track(self) -> None:
        self._start(self.tr("Computing the ground track"), self._track_work)

    def _compute_boresight_track(self) -> None:
        self._start(self.tr("Computing the boresight track"), self._boresight_work)

    def _compute_limb(self) -> None:
        self._start(self.tr("Computing limb and terminator"), self._limb_work)

    def _start(
        self, description: str, prepare: Callable[[Path], Callable[[QgsFeedback], Written]]
    ) -> None:
        try:
            job = prepare(self._output())
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self._jobs.start(description, job, self._show_written)

    def _footprints_work(self, path: Path) -> Callable[[QgsFeedback], Written]:
        observation, when, dem = self.observation(), self._when(), self._dem()
        return lambda feedback: spice_work.write_footprints(
            observation, when, path, feedback, dem=dem
        )

    def _dem(self) -> DemSource | None:
        """The chosen DEM as a task may read it."""
        from planetary_qgis.qgis_bridge.terrain import dem_source

        layer = self.view.observation.advanced.dem()
        return None if layer is None else dem_source(layer)

    def _track_work(self, path: Path) -> Callable[[QgsFeedback], Written]:
        observation, run = self.observation(), self.view.times.run()
        return lambda feedback: spice_work.write_ground_track(observation, run, path, feedback)

    def _boresight_work(self, path: Path) -> Callable[[QgsFeedback], Written]:
        observation, run, dem = self.observation(), self.view.times.run(), self._dem()
        return lambda feedback: spice_work.write_boresight_track(
            observation, run, path, feedback, dem=dem
        )

    def _limb_work(self, path: Path) -> Callable[[QgsFeedback], Written]:
        observation, run = self.observation(), self.view.times.run()
        return lambda feedback: spice_work.write_limb(observation, run, path, feedback)

    def _when(self) -> RunOfTimes | TableOfTimes:
        """The times as a task may read them: a layer as a copy of its source."""
        chosen = self.view.times.chosen()
        if isinstance(chosen, TimeFields):
            source = QgsVectorLayerFeatureSource(chosen.layer)
            fields = (chosen.start_field, chosen.stop_field)
            return TableOfTimes(source, *fields, chosen.system)
        return chosen

    def _output(self) -> Path:
        """The GeoPackage to write to; a new one in QGIS's temporary folder where none is named."""
        named = self.view.output_path()
        if not named:
            return Path(QgsProcessingUtils.generateTempFilename("spice.gpkg"))
        path = Path(named)
        return path if path.suffix.lower() == ".gpkg" else path.with_name(f"{path.name}.gpkg")

    def _show_written(self, written: Written) -> None:
        layer = store.open_table(written.path, written.table)
        shown = self._tools.results.show(layer, self.tr("SPICE"))
        rows = self.tr("{rows} rows") if written.rows != 1 else self.tr("{rows} row")
        text = self.tr("{count} in “{layer}”.")
        text = text.format(count=rows.format(rows=written.rows), layer=layer.name())
        self.view.tell_done(text)
        self._colours.serve(layer)
        self._tools.tell_shown(text, shown, written.problems)

    def _allow(self) -> None:
        """Enable what can be done now; say in tool tips why the rest cannot."""
        busy = self.tr("Wait until the running job is done") if self._jobs.busy else ""
        kernels = "" if self.view.kernels.kernels() else self.tr("Add kernels first")
        self.view.kernels.allow_reading(busy or kernels)
        asked = (self.view.observation, self.view.times)
        self.view.allow_footprints(busy or kernels or why_no_footprints(*asked))
        self.view.allow_track(busy or kernels or why_no_track(*asked))
        self.view.allow_boresight(busy or kernels or why_no_boresight_track(*asked))
        self.view.allow_limb(busy or kernels or why_no_limb(*asked))


def _choices(known: Sequence[Known]) -> list[Choice]:
    return [Choice(f"{item.name} ({item.naif_id})", item.name) for item in known]
