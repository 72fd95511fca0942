"""When an instrument sees an area in a certain light: windows of time as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.bodies import Body, find_body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import Answer, GeometryKind, Products, Schema
from planetary_qgis.core.query import Range
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.gaps import tell_shipped, warn_of_mean_moon
from planetary_qgis.core.spice.instruments.instrument import instrument_of
from planetary_qgis.core.spice.jobs import job_of
from planetary_qgis.core.spice.kernels.kernel_sets import completed, provenance_of
from planetary_qgis.core.spice.observations import Observation, Times
from planetary_qgis.core.spice.opportunities.area_sight import area_of
from planetary_qgis.core.spice.opportunities.gaps import JOINED_S, Knowledge
from planetary_qgis.core.spice.opportunities.rows import (
    LIMITED_COLUMNS,
    OWN_COLUMNS,
    Wanted,
    products_of,
)
from planetary_qgis.core.spice.opportunities.search import Search
from planetary_qgis.core.spice.opportunities.time_search import Windows, joined_windows
from planetary_qgis.core.spice.scene import naif_id, scene_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import et_from_utc
from planetary_qgis.core.times import utc_text

__all__ = ["LIMITED_COLUMNS", "SIGHTS", "WHOLE_BODY", "body_of_target", "find_opportunities"]

FloatArray = NDArray[np.float64]

Sight = Literal["field of view", "horizon"]
SIGHTS: tuple[Sight, ...] = get_args(Sight)
"""The area is in the instrument's field of view, which takes its attitude; or the observer is above
the area's horizon, which takes positions only."""
USUAL_STEP_S = 10.0
_LOOKS_A_PORTION = 4_000


WHOLE_BODY = shapely.box(-180.0, -90.0, 180.0, 90.0)


def body_of_target(observation: Observation) -> Body:
    """The body that an area is to lie on; kernels are loaded if the project does not know it.

    Raises:
        KernelError: The kernels do not know it either.
    """
    known = find_body(observation.target)
    if known is not None:
        return known
    with furnished(completed(observation.kernels).files):
        return scene_of(observation.target, observation.observer, observation.abcorr).body


def find_opportunities(
    observation: Observation,
    area: shapely.Geometry,
    start: np.datetime64,
    stop: np.datetime64,
    *,
    limits: Mapping[str, Range] | None = None,
    sight: Sight = "field of view",
    step_s: float = USUAL_STEP_S,
) -> Answer:
    """The windows of time in which an area is seen in a certain light, a row each.

    A row's angles are those of its best moment, the one of least emission, at what is seen of the
    area nearest to the middle of the field of view; the limits hold there throughout the window.
    Its geometry is the footprint at that moment or, of what sweeps, the swath of the window. Of a
    horizon the limits hold at some point of the area, and the geometry is the area.

    Args:
        observation: Its instrument is not asked for where `sight` is "horizon".
        area: Valid shape in the house's degrees: polygons, lines or points.
        start, stop: UTC.
        limits: Ranges by column, of LIMITED_COLUMNS.
        step_s: Between looks at the attitude: an instrument that turns to the area and away again
            in less is missed. Where it does not turn, nothing longer than 0.1 s is missed of an
            area, nor 10 µs of a point.

    Raises:
        KernelError: The kernels lack something that no epoch can do without.
        CoverageError: While reading, when they tell of none of the times.
    """
    _check(start, stop, limits or {}, sight, step_s)
    files = completed(observation.kernels).files
    with furnished(files):
        wanted = _resolved(observation, area, start, stop, limits or {}, sight, step_s, files)
    report = Report()
    warn_of_mean_moon(wanted.scene, report)
    tell_shipped(files, report)
    return Answer(
        schema=wanted.schema,
        chunks=_chunks(wanted, report),
        provenance=_provenance(wanted, area, start, stop, limits or {}),
        report=report,
    )


def _check(
    start: np.datetime64,
    stop: np.datetime64,
    limits: Mapping[str, Range],
    sight: str,
    step_s: float,
) -> None:
    if not stop > start:
        raise PlanetaryError(
            f"The search ends ({utc_text(stop)}) before it begins ({utc_text(start)}).",
            hint="Check the start and stop times.",
        )
    if sight not in SIGHTS:
        raise PlanetaryError(
            f"“{sight}” is not a kind of sight.", hint=f"Choose one of {', '.join(SIGHTS)}."
        )
    if not step_s > 0.0:
        raise PlanetaryError(
            f"A step of {step_s} seconds leads nowhere.", hint="Give a step above zero."
        )
    for name in limits:
        if name not in LIMITED_COLUMNS:
            raise PlanetaryError(
                f"The search cannot be limited by “{name}”.",
                hint=f"Limit it by {', '.join(LIMITED_COLUMNS)}.",
            )


def _resolved(
    observation: Observation,
    shape: shapely.Geometry,
    start: np.datetime64,
    stop: np.datetime64,
    limits: Mapping[str, Range],
    sight: Sight,
    step_s: float,
    files: tuple[Path, ...],
) -> Wanted:
    first, last = et_from_utc(np.array([start, stop], dtype="datetime64[us]")).tolist()
    if sight == "field of view":
        job = job_of(observation, Times(np.array([start]), np.array([stop])), files)
        scene, instrument = job.scene, job.instrument
    else:
        job = None
        scene = scene_of(
            observation.target,
            observation.observer,
            observation.abcorr,
            observation.body_fixed_frame,
        )
        instrument = None
        if "resolution" in limits:
            named = instrument_of(naif_id(observation.instrument, "instrument"))
            limits = _by_range(limits, named.pixel_angle)
    if instrument is not None and "resolution" in limits and instrument.pixel_angle is None:
        raise _no_pixels(instrument.name)
    area = area_of(shape, scene)
    search = Search(scene, area, limits, instrument, step_s)
    kind: GeometryKind = "polygon" if job else _kind(shape)
    source = f"SPICE: {', '.join(path.name for path in observation.kernels)}"
    return Wanted(
        search, job, scene, files, Schema(scene.body, kind, OWN_COLUMNS), source, first, last
    )


def _by_range(limits: Mapping[str, Range], pixel_angle: float | None) -> Mapping[str, Range]:
    """Limits with resolution as range: without an attitude that is all that it depends on."""
    if pixel_angle is None:
        raise _no_pixels("the instrument")
    asked, per_km = limits["resolution"], pixel_angle * 1000.0
    given = limits.get("range_km", Range())
    low = [end for end in (asked.low and asked.low / per_km, given.low) if end is not None]
    high = [end / scale for end, scale in ((asked.high, per_km), (given.high, 1.0)) if end]
    others = {name: each for name, each in limits.items() if name != "resolution"}
    return {**others, "range_km": Range(max(low, default=None), min(high, default=None))}


def _no_pixels(name: str) -> PlanetaryError:
    return PlanetaryError(
        f"The kernels do not say how wide a pixel of {name} is, so resolution means nothing.",
        hint="Leave out the limits of resolution, or limit the range.",
    )


def _kind(shape: shapely.Geometry) -> GeometryKind:
    kinds: tuple[GeometryKind, ...] = ("point", "line", "polygon")
    return kinds[int(shapely.get_dimensions(shape))]


def _chunks(wanted: Wanted, report: Report) -> Iterator[Products]:
    """The rows of each portion of the time; empty ones too, so that readers can stop between."""
    asked = np.array([[wanted.start, wanted.stop]])
    with furnished(wanted.files):
        known = Knowledge(wanted.scene, wanted.files)
        covered = known.covered(asked)
        look_s = wanted.search.look_s(wanted.start, wanted.stop)
        held, count = np.empty((0, 2)), 0
        for portion, is_last in _portions(covered, look_s * _LOOKS_A_PORTION):
            found = wanted.search.run(portion, look_s, known.note)
            windows = joined_windows(np.concatenate([held, found]), JOINED_S)
            goes_on = not is_last and len(windows) and windows[-1, 1] >= portion[-1, 1]
            held = windows[-1:] if goes_on else np.empty((0, 2))
            whole = windows[: len(windows) - len(held)]
            count += len(whole)
            yield products_of(wanted, whole, report)
        known.tell(asked, report, nothing_found=not count)


def _portions(known: Windows, span_s: float) -> Iterator[tuple[Windows, bool]]:
    """Pieces of the time, and whether each is the last."""
    pieces = []
    for start, stop in known:
        count = max(1, int(np.ceil((stop - start) / span_s)))
        edges = np.linspace(start, stop, count + 1)
        pieces += [np.array([[first, last]]) for first, last in zip(edges[:-1], edges[1:])]
    for number, piece in enumerate(pieces, start=1):
        yield piece, number == len(pieces)


def _provenance(
    wanted: Wanted,
    area: shapely.Geometry,
    start: np.datetime64,
    stop: np.datetime64,
    limits: Mapping[str, Range],
) -> dict[str, str]:
    asked = "; ".join(f"{name} from {each.low} to {each.high}" for name, each in limits.items())
    facts = wanted.job.provenance if wanted.job else wanted.scene.facts
    return {
        **facts,
        "Kernels": provenance_of(wanted.files),
        "Area": str(area.wkt)[:2000],
        "Searched": f"{utc_text(start)} to {utc_text(stop)}",
        **({"Limits": asked} if asked else {}),
    }
