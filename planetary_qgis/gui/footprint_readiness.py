"""What is still wanted before footprints or a track can be computed, as sentences."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.gui.observation_group import ObservationGroup
from planetary_qgis.gui.spice_work import RunOfTimes
from planetary_qgis.gui.times_group import TimeFields, TimesGroup


def why_no_footprints(observation: ObservationGroup, times: TimesGroup) -> str:
    """The first thing that is wanted, "" where nothing is."""
    no_instrument = "" if observation.instrument() else _tr("Choose an instrument first")
    return _why_no_pair(observation) or no_instrument or _why_no_times(times)


def why_no_track(observation: ObservationGroup, times: TimesGroup) -> str:
    """The first thing that is wanted, "" where nothing is."""
    run = times.chosen()
    is_run = isinstance(run, RunOfTimes) and run.start and run.stop and run.step_s
    no_run = "" if is_run else _tr("A track takes a start, a stop and a step")
    return _why_no_pair(observation) or no_run


def why_no_boresight_track(observation: ObservationGroup, times: TimesGroup) -> str:
    """The first thing that is wanted, "" where nothing is."""
    no_instrument = "" if observation.instrument() else _tr("Choose an instrument first")
    return no_instrument or why_no_track(observation, times)


def why_no_limb(observation: ObservationGroup, times: TimesGroup) -> str:
    """The first thing that is wanted, "" where nothing is."""
    is_run = isinstance(times.chosen(), RunOfTimes)
    no_run = "" if is_run else _tr("Limb and terminator take a start, not a layer")
    return _why_no_pair(observation) or no_run or _why_no_times(times)


def _why_no_pair(observation: ObservationGroup) -> str:
    if not observation.target():
        return _tr("Choose a target first; Read Kernels lists those that the kernels know")
    return "" if observation.observer() else _tr("Choose an observer first")


def _why_no_times(times: TimesGroup) -> str:
    chosen = times.chosen()
    if chosen is None:
        return _tr("Add a layer or table with times to the project first")
    if isinstance(chosen, TimeFields):
        return "" if chosen.start_field else _tr("Choose the field with start times first")
    if not chosen.start:
        return _tr("Give a start time first")
    if chosen.step_s and not chosen.stop:
        return _tr("Give a stop time first, or no step")
    return ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("FootprintReadiness", text)
