"""What the invented orbiter photographed, and how it turned for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import spiceypy as spice

from sample import constants as c
from sample.attitude import Slew
from sample.orbit import coverage

TRACK_STEP_S = 10.0
QUIET_S = 600.0
"""No images this close to the ends of the coverage: aberration needs states around an epoch."""
EXPOSURE_OF_FRAMES_S = 0.01
HOUR_S = 3600.0


@dataclass(frozen=True)
class Campaign:
    """A reason to take images: where, when, how often and how turned.

    Attributes:
        lon_e: West and east edge in degrees; the east edge may pass 180.
        lat: South and north edge, planetocentric degrees.
        hours: From and to, counted from the start of the coverage.
        every_s: Time between the starts of two images of one pass.
        exposures_s: Taken in turn.
    """

    name: str
    camera: str
    lon_e: tuple[float, float]
    lat: tuple[float, float]
    every_s: float
    hours: tuple[float, float] = (0.0, 48.0)
    exposures_s: tuple[float, ...] = (EXPOSURE_OF_FRAMES_S,)
    roll_deg: float = 0.0
    pitch_deg: float = 0.0


@dataclass(frozen=True)
class Shot:
    """One image: camera, start and stop (UTC to the millisecond), and the reason for it."""

    camera: str
    start_utc: str
    stop_utc: str
    campaign: str


_STRIPS_S = (45.0, 70.0, 95.0, 120.0)

CAMPAIGNS = (
    Campaign("mosaic", c.FRAME_CAM, (-85.0, -35.0), (-25.0, 35.0), every_s=60.0),
    Campaign("survey", c.FRAME_CAM, (112.0, 132.0), (-52.0, 62.0), every_s=200.0),
    Campaign("survey", c.FRAME_CAM, (-135.0, -95.0), (-52.0, 62.0), every_s=300.0, hours=(0, 24)),
    Campaign(
        "strips", c.LINE_CAM, (30.0, 110.0), (-45.0, 48.0),
        every_s=140.0, hours=(0, 24), exposures_s=_STRIPS_S,
    ),
    Campaign(
        "stereo partners of strips", c.LINE_CAM, (30.0, 110.0), (-45.0, 48.0),
        every_s=140.0, hours=(24, 48), exposures_s=_STRIPS_S, roll_deg=-26.0,
    ),
    Campaign(
        "strips inside the mosaic", c.LINE_CAM, (-60.0, -35.0), (-20.0, 30.0),
        every_s=150.0, hours=(0, 24), exposures_s=(20.0, 40.0),
    ),
    Campaign("antimeridian", c.FRAME_CAM, (170.0, 190.0), (-28.0, 32.0), every_s=120.0),
    Campaign(
        "antimeridian", c.LINE_CAM, (170.0, 190.0), (-22.0, 24.0),
        every_s=240.0, exposures_s=(80.0,),
    ),
    Campaign(
        "north pole", c.FRAME_CAM, (-180.0, 180.0), (86.2, 90.0),
        every_s=70.0, hours=(0, 12), roll_deg=-22.0,
    ),
    Campaign(
        "north pole", c.LINE_CAM, (-180.0, 180.0), (86.6, 90.0),
        every_s=400.0, hours=(26, 34), exposures_s=(90.0,), roll_deg=-24.0,
    ),
    Campaign(
        "limb", c.FRAME_CAM, (-30.0, 25.0), (38.0, 48.0),
        every_s=400.0, hours=(0, 24), pitch_deg=58.0,
    ),
)  # fmt: skip


def plan() -> tuple[list[Shot], list[Slew]]:
    """Every image in order of time, and the turns for them; text kernels and SPK loaded."""
    track = _track()
    shots: list[Shot] = []
    slews: list[Slew] = []
    for campaign in CAMPAIGNS:
        for arc in _daylight_arcs(track, campaign):
            exposures = list(_exposures(arc, campaign))
            shots += [_shot(campaign, *exposure) for exposure in exposures]
            if campaign.roll_deg or campaign.pitch_deg:
                ends = (exposures[0][0], exposures[-1][1])
                slews.append(Slew(*ends, campaign.roll_deg, campaign.pitch_deg))
    shots.sort(key=lambda shot: (shot.start_utc, shot.camera))
    return shots, sorted(slews, key=lambda slew: slew.start)


def _track() -> np.ndarray:
    """(n, 3) epoch, longitude (east) and latitude of the point below, in degrees."""
    start, stop = coverage()
    epochs = np.arange(start + QUIET_S, stop - QUIET_S, TRACK_STEP_S)
    rows = []
    for et in epochs:
        point, _, _ = spice.subpnt(
            "NEAR POINT/ELLIPSOID", "MARS", et, "IAU_MARS", "NONE", c.SPACECRAFT
        )
        _, lon, lat = spice.reclat(point)
        rows.append((et, *np.degrees((lon, lat))))
    return np.array(rows)


def _daylight_arcs(track: np.ndarray, campaign: Campaign) -> Iterator[tuple[float, float]]:
    """First and last epoch of each northward pass over the campaign's box."""
    epochs, lon, lat = track.T
    west, east = campaign.lon_e
    hours = (epochs - epochs[0]) / HOUR_S
    inside = (
        ((lon - west) % 360.0 <= east - west)
        & (lat >= campaign.lat[0])
        & (lat <= campaign.lat[1])
        & (hours >= campaign.hours[0])
        & (hours < campaign.hours[1])
    )
    # The Sun is up on the way north; over the pole, where the way turns, it is up all summer.
    inside &= (np.gradient(lat) > 0.0) | (lat > 85.0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    for first, end in edges.reshape(-1, 2):
        yield epochs[first], epochs[end - 1]


def _exposures(arc: tuple[float, float], campaign: Campaign) -> Iterator[tuple[float, float]]:
    """Start and stop of each image of a pass."""
    starts = np.arange(*arc, campaign.every_s)
    for start, exposure in zip(starts, cycle(campaign.exposures_s)):
        yield start, start + exposure


def _shot(campaign: Campaign, start: float, stop: float) -> Shot:
    start_utc, stop_utc = (spice.et2utc(et, "ISOC", 3) for et in (start, stop))
    return Shot(campaign.camera, start_utc, stop_utc, campaign.name)


def numbered(shots: Sequence[Shot]) -> Iterator[tuple[int, Shot]]:
    """The images with their numbers, counted from 1 for each camera."""
    counts = dict.fromkeys(c.CAMERA_IDS, 0)
    for shot in shots:
        counts[shot.camera] += 1
        yield counts[shot.camera], shot
