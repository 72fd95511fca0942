"""Unprojected images: what their labels and users tell of them, and where they look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from osgeo import gdal
from qgis.core import QgsFeedback

from planetary_qgis.core.bodies import Body, body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.opening import open_raster
from planetary_qgis.qgis_bridge.rasters.projecting.backplanes import (
    Backplanes,
    backplanes_in,
    backplanes_of,
    geolocation_by,
)
from planetary_qgis.qgis_bridge.store import RunCancelledError
from planetary_qgis.qgis_bridge.tasks import tell

if TYPE_CHECKING:
    import numpy as np

    from planetary_qgis.core.products import Answer
    from planetary_qgis.core.rasters.raster_labels import RasterLabel
    from planetary_qgis.core.rasters.raw_image_labels import RecognisedImage
    from planetary_qgis.core.spice.images.geolocation import Geolocation
    from planetary_qgis.core.spice.observations import Observation
    from planetary_qgis.qgis_bridge.rasters.band_facts import BandFacts
    from planetary_qgis.qgis_bridge.terrain import DemSource


@dataclass(frozen=True)
class Unprojected:
    """An image file, and what is known of it.

    Attributes:
        source: What GDAL calls it.
        recognised: What the label tells; None where it does not tell enough.
        lacking: A sentence on that; "" where it does.
        planes: What comes with it to say where it looks.
        target: By the label, "" where it does not say.
    """

    path: Path
    source: str
    samples: int
    lines: int
    bands: tuple[BandFacts, ...] = ()
    recognised: RecognisedImage | None = None
    lacking: str = ""
    planes: Backplanes | None = None
    target: str = ""


@dataclass(frozen=True)
class Given:
    """What the user says of an image, instead of its label; empty and None where nothing.

    Attributes:
        start: Of the exposure, in any system of times.
    """

    target: str = ""
    observer: str = ""
    instrument: str = ""
    start: str = ""
    exposure_s: float | None = None
    line_s: float | None = None
    first_sample: float | None = None
    first_line: float | None = None
    sample_summing: float | None = None
    line_summing: float | None = None
    framelet_lines: int | None = None
    interframe_s: float | None = None
    mirrored: bool | None = None
    flipped: bool | None = None


@dataclass(frozen=True)
class Sight:
    """By what it is computed where an image looks.

    Attributes:
        dem: Heights that lines of sight meet instead of the surface.
    """

    kernels: tuple[Path, ...] = ()
    abcorr: str = "LT+S"
    body_fixed_frame: str = ""
    surface: str = "auto"
    dem: DemSource | None = None


def read_unprojected(path: Path) -> Unprojected:
    """What there is to know of an image before its kernels are asked.

    Raises:
        PlanetaryError: GDAL cannot read it, or its label is none.
    """
    from planetary_qgis.core.rasters.raster_labels import label_of

    label = label_of(path)
    opened = open_raster(str(path))
    with gdal_told(f"{path.name} cannot be read.", "Check that its file is whole."):
        dataset = gdal.OpenEx(opened.source, gdal.OF_RASTER)
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
    recognised, lacking = _recognised(label)
    return Unprojected(
        path=path,
        source=opened.source,
        samples=dataset.RasterXSize,
        lines=dataset.RasterYSize,
        bands=opened.bands,
        recognised=recognised,
        lacking=lacking,
        planes=backplanes_of(dataset) or (None if label is None else backplanes_in(label)),
        target=recognised.target if recognised else (label.target if label else ""),
    )


def geolocation_of(
    image: Unprojected, given: Given, sight: Sight, feedback: QgsFeedback
) -> Geolocation:
    """Where the image's pixels look: by kernels where there are any, else by its own planes.

    Raises:
        PlanetaryError: Something that this needs is not known; the hint says what to give.
    """
    if image.planes is not None and not sight.kernels:
        return geolocation_by(image.planes, _body_of(image, given))
    from planetary_qgis.core.spice.images.geolocation import geolocate

    known, observation = _resolved(image, given, sight, feedback)
    tell(feedback, f"Computing where {image.path.name} looks")
    found = geolocate(observation, known.image, progress=_watch(feedback))
    return replace(found, notes=(*known.notes, *found.notes))


def footprint_of(image: Unprojected, given: Given, sight: Sight, feedback: QgsFeedback) -> Answer:
    """The outline of the image's own pixels as a footprint, computed from kernels.

    Raises:
        PlanetaryError: Something that this needs is not known; the hint says what to give.
    """
    from planetary_qgis.core.spice.images.image_footprints import footprint_answer

    known, observation = _resolved(image, given, sight, feedback)
    return footprint_answer(observation, known.image, image.path.stem)


def completed_by(image: Unprojected, given: Given, kernels: tuple[Path, ...]) -> RecognisedImage:
    """What the label tells, with what the user says instead.

    Raises:
        PlanetaryError: Neither tells something that is needed.
    """
    from planetary_qgis.core.rasters.raw_image_labels import RecognisedImage
    from planetary_qgis.core.spice.images.raw_images import RawImage

    known = image.recognised
    names = {
        name: getattr(given, name) or (getattr(known, name) if known else "")
        for name in ("target", "observer", "instrument")
    }
    names["target"] = names["target"] or image.target
    numbers = {
        each.name: getattr(given, each.name)
        for each in fields(Given)
        if each.name not in (*names, "start") and getattr(given, each.name) is not None
    }
    _check_complete(image, given, names)
    if given.start:
        numbers["start"] = _time(given.start, kernels, names["observer"])
    if known is not None:
        return replace(known, image=replace(known.image, **numbers), **names)
    return RecognisedImage(image=RawImage(image.samples, image.lines, **numbers), **names)


def _check_complete(image: Unprojected, given: Given, names: dict[str, str]) -> None:
    missing = [name for name, value in names.items() if not value]
    if image.recognised is None:
        missing += [] if given.start else ["start time"]
        missing += [] if given.exposure_s is not None else ["exposure"]
    if missing:
        raise PlanetaryError(
            f"The label of {image.path.name} does not tell all of how it was taken.",
            details=image.lacking,
            hint=f"Fill in: {', '.join(missing)}.",
        )


def _recognised(label: RasterLabel | None) -> tuple[RecognisedImage | None, str]:
    """What a label tells of how the image was taken, or a sentence why it does not."""
    from planetary_qgis.core.rasters.raw_image_labels import raw_image_of

    if label is None:
        return None, "The image has no label that says how it was taken."
    try:
        return raw_image_of(label), ""
    except PlanetaryError as error:
        return None, str(error)


def _body_of(image: Unprojected, given: Given) -> Body:
    target = given.target or image.target
    if not target:
        raise PlanetaryError(
            f"{image.path.name} does not tell which body it shows.", hint="Fill in the target."
        )
    return body(target)


def _resolved(
    image: Unprojected, given: Given, sight: Sight, feedback: QgsFeedback
) -> tuple[RecognisedImage, Observation]:
    """What is known of the image, and who looked at what, on which surface."""
    from planetary_qgis.core.spice.observations import times_of_run

    if not sight.kernels:
        raise PlanetaryError(
            "There are no kernels to compute where the image looks.",
            hint="Give a metakernel, or the kernels of its time.",
        )
    known = completed_by(image, given, sight.kernels)
    observation = _observation(known, sight)
    if sight.dem is not None:
        from planetary_qgis.qgis_bridge.terrain import observed_on

        tell(feedback, f"Reading {sight.dem.name}")
        times = times_of_run(known.image.start, known.image.stop)
        observation = observed_on(sight.dem, observation, times)
    return known, observation


def _observation(known: RecognisedImage, sight: Sight) -> Observation:
    from planetary_qgis.core.spice.observations import Observation

    return Observation(
        kernels=sight.kernels,
        target=known.target,
        observer=known.observer,
        instrument=known.instrument,
        abcorr=sight.abcorr,
        imaging=known.imaging,
        body_fixed_frame=sight.body_fixed_frame,
        surface=sight.surface,
    )


def _time(text: str, kernels: tuple[Path, ...], observer: str) -> np.datetime64:
    from planetary_qgis.core.spice.epochs import read_span

    return read_span(text, "", kernels, observer)[0]


def _watch(feedback: QgsFeedback) -> Callable[[float], None]:
    def watch(share: float) -> None:
        if feedback.isCanceled():
            raise RunCancelledError
        feedback.setProgress(100.0 * share)

    return watch
