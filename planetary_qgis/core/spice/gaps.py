"""What the kernels do not tell, in words for a report or an error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from planetary_qgis.core.errors import CoverageError
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.kernels.coverage import coverage_of
from planetary_qgis.core.spice.kernels.generic import shipped_sentences
from planetary_qgis.core.spice.kernels.requirements import missing_in_scene
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.vectorised import Gaps, utc_from_et
from planetary_qgis.core.times import TimeArray, utc_text

_MOST_TOLD = 3


def tell_gaps(gaps: Gaps, report: Report) -> None:
    """Each thing that the kernels do not tell, with the moments."""
    for what, epochs in gaps.epochs.items():
        for moment in utc_from_et(np.array(epochs)):
            report.add(f"The kernels do not tell {what}", utc_text(moment))


def nothing_covered(
    scene: Scene, kernels: Sequence[Path], start: TimeArray, stop: TimeArray, gaps: Gaps
) -> CoverageError:
    """The error for times of which the loaded kernels tell nothing at all."""
    asked = np.concatenate([start, stop])
    asked = asked[~np.isnat(asked)]
    known = coverage_of(kernels).sentence(scene.observer_id, scene.observer_name)
    first_missing = next(iter(gaps.epochs))  # what follows mostly stands on it
    lacking = [each for each in missing_in_scene(scene, kernels, start, stop) if each.is_needed]
    sentences = " ".join(each.sentence for each in lacking[:_MOST_TOLD])
    return CoverageError(
        f"The kernels do not tell {first_missing} between {utc_text(asked.min())} "
        f"and {utc_text(asked.max())}. {sentences}".strip(),
        details="\n".join([*(each.sentence for each in lacking), *gaps.words.values()]),
        hint=f"{known} Choose other times, or add the SPK and CK files that cover these.",
    )


def tell_shipped(files: Sequence[Path], report: Report) -> None:
    """What of the kernels ships with the plugin, as those at hand lacked it."""
    for sentence in shipped_sentences(files):
        report.add(sentence)


def warn_of_mean_moon(scene: Scene, report: Report) -> None:
    """Say so where lunar longitudes are not those of lunar maps."""
    if scene.body_fixed_frame == "IAU_MOON":
        report.add(
            "Longitudes are those of IAU_MOON, up to about 150 m from the lunar maps' mean Earth "
            "frame; load moon_assoc_me.tf with its frame and orientation kernels for MOON_ME"
        )
