"""What stands behind the SPICE Footprints dock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsFeedback, QgsProcessingUtils, QgsVectorLayerFeatureSource
from qgis.PyQt.QtCore import QObject

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import sample, work
from planetary_qgis.gui.footprints_view import FootprintsView
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.observation_group import Choice
from planetary_qgis.gui.times_group import TimeFields
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge import settings, store

if TYPE_CHECKING:
    from planetary_qgis.core.spice.kernels import KernelSummary, Known
    from planetary_qgis.core.spice.observations import Observation

_USUAL_ABCORR = "LT+S"
_SUN = 10


class FootprintsController(QObject):
    """Reads kernels, computes footprints and tracks, and puts them on the map."""

    def __init__(self, toolbox: Toolbox) -> None:
        self.view = FootprintsView()
        super().__init__(self.view)
        self._tools = toolbox
        self._jobs = Jobs(self.view.job_bar, toolbox.reporter)

    def load(self) -> None:
        """Fill the widgets and listen to them."""
        from planetary_qgis.core.spice.observations import ABERRATION_CORRECTIONS, IMAGING_MODES

        observation = self.view.observation
        observation.offer_methods(IMAGING_MODES, ABERRATION_CORRECTIONS, _USUAL_ABCORR)
        for signal, slot in self._connections():
            signal.connect(slot)
        self.view.kernels.set_kernels(settings.load().kernels)
        self._allow()

    def unload(self) -> None:
        """Stop what runs and listen no more."""
        self._jobs.close()
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def use_sample(self) -> None:
        """Fill in the sample's kernels and a run of its camera, and read the kernels."""
        self.view.kernels.set_kernels([sample.METAKERNEL])
        self.view.observation.choose(
            target=sample.TARGET, observer=sample.OBSERVER, instrument=sample.INSTRUMENT
        )
        self.view.times.set_run(sample.RUN)
        self._read_kernels()

    def _connections(self) -> tuple[tuple, ...]:
        view = self.view
        return (
            (view.kernels.changed, self._allow),
            (view.observation.changed, self._allow),
            (view.times.changed, self._allow),
            (self._jobs.busy_changed, self._allow),
            (view.kernels.read_requested, self._read_kernels),
            (view.footprints_requested, self._compute_footprints),
            (view.track_requested, self._compute_track),
        )

    def _read_kernels(self) -> None:
        kernels = self.view.kernels.kernels()
        self._jobs.start(
            self.tr("Reading kernels"),
            lambda _feedback: work.read_kernels(kernels),
            self._show_found,
        )

    def _show_found(self, found: KernelSummary) -> None:
        settings.remember(kernels=self.view.kernels.kernels())
        observation = self.view.observation
        bodies = [known for known in found.targets if known.naif_id != _SUN]
        observation.show_found(
            _choices(bodies), _choices(found.observers), _choices(found.instruments)
        )
        self.view.kernels.tell_coverage(self._coverage(found))
        self._allow()

    def _coverage(self, found: KernelSummary) -> str:
        if found.start is None or found.stop is None:
            return self.tr("The kernels hold no positions of a spacecraft.")
        text = self.tr("Positions from {start} to {stop}")
        return text.format(start=found.start, stop=found.stop)

    def _compute_footprints(self) -> None:
        self._start(self.tr("Computing footprints"), self._footprints_work)

    def _compute_track(self) -> None:
        self._start(self.tr("Computing the ground track"), self._track_work)

    def _start(
        self, description: str, prepare: Callable[[Path], Callable[[QgsFeedback], work.Written]]
    ) -> None:
        try:
            job = prepare(self._output())
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self._jobs.start(description, job, self._show_written)

    def _footprints_work(self, path: Path) -> Callable[[QgsFeedback], work.Written]:
        observation, when = self._observation(), self._when()
        return lambda feedback: work.write_footprints(observation, when, path, feedback)

    def _track_work(self, path: Path) -> Callable[[QgsFeedback], work.Written]:
        run, asked = self.view.times.run(), self.view.observation
        track = work.Track(
            kernels=self.view.kernels.kernels(),
            target=asked.target(),
            observer=asked.observer(),
            start=run.start,
            stop=run.stop,
            step_s=run.step_s or 0.0,
            abcorr=asked.abcorr(),
        )
        return lambda feedback: work.write_track(track, path, feedback)

    def _observation(self) -> Observation:
        from planetary_qgis.core.spice.observations import Observation

        asked = self.view.observation
        return Observation(
            kernels=self.view.kernels.kernels(),
            target=asked.target(),
            observer=asked.observer(),
            instrument=asked.instrument(),
            abcorr=asked.abcorr(),
            imaging=asked.imaging(),
        )

    def _when(self) -> work.RunOfTimes | work.TableOfTimes:
        """The times as a task may read them: a layer as a copy of its source."""
        chosen = self.view.times.chosen()
        if isinstance(chosen, TimeFields):
            source = QgsVectorLayerFeatureSource(chosen.layer)
            return work.TableOfTimes(source, chosen.start_field, chosen.stop_field)
        return chosen

    def _output(self) -> Path:
        """The GeoPackage to write to; a new one in QGIS's temporary folder where none is named."""
        named = self.view.output_path()
        if not named:
            return Path(QgsProcessingUtils.generateTempFilename("spice.gpkg"))
        path = Path(named)
        return path if path.suffix.lower() == ".gpkg" else path.with_name(f"{path.name}.gpkg")

    def _show_written(self, written: work.Written) -> None:
        layer = store.open_table(written.path, written.table)
        shown = self._tools.results.show(layer, self.tr("SPICE"))
        text = self.tr("{rows} rows in “{layer}”.").format(rows=written.rows, layer=layer.name())
        self.view.tell_done(text)
        self._tools.tell_shown(text, shown, written.problems)

    def _allow(self) -> None:
        """Enable what can be done now; say in tool tips why the rest cannot."""
        busy = self.tr("Wait until the running job is done") if self._jobs.busy else ""
        kernels = "" if self.view.kernels.kernels() else self.tr("Add kernels first")
        self.view.kernels.allow_reading(busy or kernels)
        both = busy or kernels or self._why_no_pair()
        self.view.allow_footprints(both or self._why_no_instrument() or self._why_no_times())
        self.view.allow_track(both or self._why_no_track())

    def _why_no_pair(self) -> str:
        if not self.view.observation.target():
            return self.tr("Choose a target first; Read Kernels lists those that the kernels know")
        if not self.view.observation.observer():
            return self.tr("Choose an observer first")
        return ""

    def _why_no_instrument(self) -> str:
        return "" if self.view.observation.instrument() else self.tr("Choose an instrument first")

    def _why_no_times(self) -> str:
        chosen = self.view.times.chosen()
        if chosen is None:
            return self.tr("Add a layer or table with times to the project first")
        if isinstance(chosen, TimeFields):
            return "" if chosen.start_field else self.tr("Choose the field with start times first")
        if not chosen.start:
            return self.tr("Give a start time first")
        if chosen.step_s and not chosen.stop:
            return self.tr("Give a stop time first, or no step")
        return ""

    def _why_no_track(self) -> str:
        run = self.view.times.chosen()
        if isinstance(run, work.RunOfTimes) and run.start and run.stop and run.step_s:
            return ""
        return self.tr("A ground track takes a start, a stop and a step")


def _choices(known: Sequence[Known]) -> list[Choice]:
    return [Choice(f"{item.name} ({item.naif_id})", item.name) for item in known]
