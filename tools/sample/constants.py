"""The published numbers that the sample is made from, and the invented spacecraft's own."""

from __future__ import annotations

import math

NOTICE = "synthetic sample"
"""What every file and row of the sample says about itself."""

# --- Constants of nature, with their sources -----------------------------------------------------

GM_SUN = 1.3271244004193938e11
"""km^3/s^2. JPL DE431, as in NAIF's gm_de431.tpc."""

GM_MARS = 42828.37362069909
"""km^3/s^2, the planet alone. JPL MAR097, as in NAIF's gm_de431.tpc."""

J2_MARS = 1960.45e-6
"""NASA Mars Fact Sheet (NSSDCA)."""

AU_KM = 149597870.7
"""IAU 2012 Resolution B2."""

MARS_RADII_KM = (3396.19, 3396.19, 3376.20)
"""Archinal et al. 2018, Report of the IAU Working Group ... 2015, table 4."""

SUN_RADIUS_KM = 695700.0
"""IAU 2015 Resolution B3."""

MARS_ELEMENTS = {
    "a_au": (1.52371034, 0.00001847),
    "e": (0.09339410, 0.00007882),
    "inclination": (1.84969142, -0.00813131),
    "mean_longitude": (-4.55343205, 19140.30268499),
    "longitude_of_perihelion": (-23.94362959, 0.44441088),
    "longitude_of_node": (49.55953891, -0.29257343),
}
"""Value at J2000 and rate a century; degrees, J2000 ecliptic.

Standish, Approximate Positions of the Planets (JPL), table 1, valid 1800-2050.
"""

# --- The invented spacecraft and its cameras -----------------------------------------------------

SPACECRAFT = "SYNTHETIC_ORBITER"
SPACECRAFT_ID = -999
BUS_FRAME = "SYNTHETIC_ORBITER_BUS"
BUS_FRAME_ID = -999000

FRAME_CAM = "SYNTH_FRAME_CAM"
FRAME_CAM_ID = -999001
FRAME_CAM_PIXELS = 1024
FRAME_CAM_PITCH_MM = 0.014
FRAME_CAM_FOCAL_MM = 15.0

LINE_CAM = "SYNTH_LINE_CAM"
LINE_CAM_ID = -999002
LINE_CAM_PIXELS = 5000
LINE_CAM_PITCH_MM = 0.007
LINE_CAM_FOCAL_MM = 100.0
LINE_CAM_MOUNTING_DEG = (0.12, -0.03, 0.05)
"""Misalignment about z, y, x, as a real mounting has one."""

CAMERA_IDS = {FRAME_CAM: FRAME_CAM_ID, LINE_CAM: LINE_CAM_ID}
IFOV_RAD = {
    FRAME_CAM: FRAME_CAM_PITCH_MM / FRAME_CAM_FOCAL_MM,
    LINE_CAM: LINE_CAM_PITCH_MM / LINE_CAM_FOCAL_MM,
}

# --- Its orbit -----------------------------------------------------------------------------------

COVERAGE_UTC = ("2019-09-01T00:00:00", "2019-09-03T00:00:00")
"""Northern summer on Mars, so that the north pole is lit."""

ORBIT_A_KM = 3712.0
"""About 316 km up: thirteen revolutions later the track lies 2.5 degrees further west, which
makes stereo pairs of the two days' images."""
ORBIT_E = 0.004
ORBIT_NODE_DEG_PER_S = 360.0 / (686.980 * 86400.0)
"""The node keeps pace with the Sun: one turn a Martian year (NASA Mars Fact Sheet)."""
ORBIT_LOCAL_TIME_OF_NODE_H = 14.5
ORBIT_ARGUMENT_OF_PERIAPSIS_DEG = 270.0
ORBIT_MEAN_ANOMALY_DEG = 122.6
"""Puts a daylight pass over the antimeridian."""

# --- Its clock -----------------------------------------------------------------------------------

CLOCK_TICKS_PER_SECOND = 65536
CLOCK_ZERO_TDT = 473385600.0
"""Seconds past J2000: 2015-01-01 12:00 TDT."""


def half_angle_deg(pixels: int, pitch_mm: float, focal_mm: float) -> float:
    """Angle between boresight and edge of a detector of that many pixels."""
    return math.degrees(math.atan(0.5 * pixels * pitch_mm / focal_mm))
