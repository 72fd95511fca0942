"""The text kernels: leap seconds, planet constants, clock, frames, instruments, metakernel."""

from __future__ import annotations

from pathlib import Path

from sample import constants as c

METAKERNEL = "synthetic.tm"
SPK = "synthetic_orbiter.bsp"
CK = "synthetic_orbiter.bc"


def write_text_kernels(folder: Path) -> None:
    """Writes every kernel that is text into the folder, the metakernel among them."""
    texts = {
        "synthetic.tls": _LEAP_SECONDS,
        "synthetic.tpc": _planet_constants(),
        "synthetic.tsc": _clock(),
        "synthetic.tf": _frames(),
        "synthetic.ti": _instruments(),
    }
    for name, text in texts.items():
        _write(folder / name, text)
    _write(folder / METAKERNEL, _metakernel([*texts, SPK, CK]))


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.lstrip("\n").encode("ascii"))


_LEAP_SECONDS = r"""
KPL/LSK

synthetic sample: leap seconds, with the values that IERS Bulletin C announced
up to 2017-01-01 and the TDB - TDT series of Moyer (1981), as in NAIF's
naif0012.tls.

\begindata

DELTET/DELTA_T_A = 32.184
DELTET/K         = 1.657D-3
DELTET/EB        = 1.671D-2
DELTET/M         = ( 6.239996D0  1.99096871D-7 )

DELTET/DELTA_AT  = ( 10, @1972-JAN-1
                     11, @1972-JUL-1
                     12, @1973-JAN-1
                     13, @1974-JAN-1
                     14, @1975-JAN-1
                     15, @1976-JAN-1
                     16, @1977-JAN-1
                     17, @1978-JAN-1
                     18, @1979-JAN-1
                     19, @1980-JAN-1
                     20, @1981-JUL-1
                     21, @1982-JUL-1
                     22, @1983-JUL-1
                     23, @1985-JUL-1
                     24, @1988-JAN-1
                     25, @1990-JAN-1
                     26, @1991-JAN-1
                     27, @1992-JUL-1
                     28, @1993-JUL-1
                     29, @1994-JUL-1
                     30, @1996-JAN-1
                     31, @1997-JUL-1
                     32, @1999-JAN-1
                     33, @2006-JAN-1
                     34, @2009-JAN-1
                     35, @2012-JUL-1
                     36, @2015-JUL-1
                     37, @2017-JAN-1 )

\begintext
"""


def _planet_constants() -> str:
    radii = "  ".join(f"{radius:.2f}" for radius in c.MARS_RADII_KM)
    return rf"""
KPL/PCK

synthetic sample: sizes and rotation of Mars and the Sun, from Archinal et al.
2018 (Report of the IAU Working Group on Cartographic Coordinates and
Rotational Elements: 2015) and IAU 2015 Resolution B3. The terms of the Mars
series keep the report's order; the angles of its moons, which the planet's
own rotation does not use, are left out.

\begindata

BODY10_RADII        = ( {c.SUN_RADIUS_KM:.1f}  {c.SUN_RADIUS_KM:.1f}  {c.SUN_RADIUS_KM:.1f} )
BODY10_POLE_RA      = ( 286.13    0.         0. )
BODY10_POLE_DEC     = (  63.87    0.         0. )
BODY10_PM           = (  84.176  14.1844000  0. )

BODY499_RADII       = ( {radii} )
BODY499_POLE_RA     = ( 317.269202   -0.10927547      0. )
BODY499_POLE_DEC    = (  54.432516   -0.05827105      0. )
BODY499_PM          = ( 176.049863  350.891982443297  0. )

BODY4_NUT_PREC_ANGLES = ( 198.991226  19139.4819985
                          226.292679  38280.8511281
                          249.663391  57420.7251593
                          266.183510  76560.6367950
                           79.398797      0.5042615
                          122.433576  19139.9407476
                           43.058401  38280.8753272
                           57.663379  57420.7517205
                           79.476401  76560.6495004
                          166.325722      0.5042615
                          129.071773  19140.0328244
                           36.352167  38281.0473591
                           56.668646  57420.9295360
                           67.364003  76560.2552215
                          104.792680  95700.4387578
                           95.391654      0.5042615 )

BODY499_NUT_PREC_RA  = ( 0.000068  0.000238  0.000052  0.000009  0.419057 )
BODY499_NUT_PREC_DEC = ( 0 0 0 0 0
                         0.000051  0.000141  0.000031  0.000005  1.591274 )
BODY499_NUT_PREC_PM  = ( 0 0 0 0 0  0 0 0 0 0
                         0.000145  0.000157  0.000040  0.000001
                         0.000001  0.584542 )

\begintext
"""


def _clock() -> str:
    return rf"""
KPL/SCLK

synthetic sample: clock of {c.SPACECRAFT}. It runs without drift; one tick is
1/{c.CLOCK_TICKS_PER_SECOND} s, and its zero is 2015-01-01 12:00:00 TDT.

\begindata

SCLK_KERNEL_ID             = ( @2019-SEP-01 )
SCLK_DATA_TYPE_999         = ( 1 )
SCLK01_TIME_SYSTEM_999     = ( 2 )
SCLK01_N_FIELDS_999        = ( 2 )
SCLK01_MODULI_999          = ( 4294967296  {c.CLOCK_TICKS_PER_SECOND} )
SCLK01_OFFSETS_999         = ( 0  0 )
SCLK01_OUTPUT_DELIM_999    = ( 1 )
SCLK_PARTITION_START_999   = ( 0.0 )
SCLK_PARTITION_END_999     = ( 2.8147497671065E+14 )
SCLK01_COEFFICIENTS_999    = ( 0.0  {c.CLOCK_ZERO_TDT:.1f}  1.0 )

\begintext
"""


def _frames() -> str:
    about_z, about_y, about_x = c.LINE_CAM_MOUNTING_DEG
    return rf"""
KPL/FK

synthetic sample: names and frames of {c.SPACECRAFT}, a spacecraft that never
flew. Its bus has +Z down and +X along the velocity, and so has its framing
camera; the line scanner is mounted a little askew, as real ones are.

\begindata

NAIF_BODY_NAME += ( '{c.SPACECRAFT}' )
NAIF_BODY_CODE += ( {c.SPACECRAFT_ID} )
NAIF_BODY_NAME += ( '{c.FRAME_CAM}' )
NAIF_BODY_CODE += ( {c.FRAME_CAM_ID} )
NAIF_BODY_NAME += ( '{c.LINE_CAM}' )
NAIF_BODY_CODE += ( {c.LINE_CAM_ID} )

FRAME_{c.BUS_FRAME} = {c.BUS_FRAME_ID}
FRAME_{c.BUS_FRAME_ID}_NAME     = '{c.BUS_FRAME}'
FRAME_{c.BUS_FRAME_ID}_CLASS    = 3
FRAME_{c.BUS_FRAME_ID}_CLASS_ID = {c.BUS_FRAME_ID}
FRAME_{c.BUS_FRAME_ID}_CENTER   = {c.SPACECRAFT_ID}
CK_{c.BUS_FRAME_ID}_SCLK        = {c.SPACECRAFT_ID}
CK_{c.BUS_FRAME_ID}_SPK         = {c.SPACECRAFT_ID}

FRAME_{c.FRAME_CAM}     = {c.FRAME_CAM_ID}
FRAME_{c.FRAME_CAM_ID}_NAME       = '{c.FRAME_CAM}'
FRAME_{c.FRAME_CAM_ID}_CLASS      = 4
FRAME_{c.FRAME_CAM_ID}_CLASS_ID   = {c.FRAME_CAM_ID}
FRAME_{c.FRAME_CAM_ID}_CENTER     = {c.SPACECRAFT_ID}
TKFRAME_{c.FRAME_CAM_ID}_RELATIVE = '{c.BUS_FRAME}'
TKFRAME_{c.FRAME_CAM_ID}_SPEC     = 'MATRIX'
TKFRAME_{c.FRAME_CAM_ID}_MATRIX   = ( 1 0 0  0 1 0  0 0 1 )

FRAME_{c.LINE_CAM}      = {c.LINE_CAM_ID}
FRAME_{c.LINE_CAM_ID}_NAME       = '{c.LINE_CAM}'
FRAME_{c.LINE_CAM_ID}_CLASS      = 4
FRAME_{c.LINE_CAM_ID}_CLASS_ID   = {c.LINE_CAM_ID}
FRAME_{c.LINE_CAM_ID}_CENTER     = {c.SPACECRAFT_ID}
TKFRAME_{c.LINE_CAM_ID}_RELATIVE = '{c.BUS_FRAME}'
TKFRAME_{c.LINE_CAM_ID}_SPEC     = 'ANGLES'
TKFRAME_{c.LINE_CAM_ID}_UNITS    = 'DEGREES'
TKFRAME_{c.LINE_CAM_ID}_ANGLES   = ( {about_z}  {about_y}  {about_x} )
TKFRAME_{c.LINE_CAM_ID}_AXES     = ( 3  2  1 )

\begintext
"""


def _instruments() -> str:
    half_mm = 0.5 * c.FRAME_CAM_PIXELS * c.FRAME_CAM_PITCH_MM
    corners = "\n".join(
        f"    {x * half_mm:8.4f}  {y * half_mm:8.4f}  {c.FRAME_CAM_FOCAL_MM:8.4f}"
        for x, y in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    )
    across = c.half_angle_deg(c.LINE_CAM_PIXELS, c.LINE_CAM_PITCH_MM, c.LINE_CAM_FOCAL_MM)
    along = c.half_angle_deg(1, c.LINE_CAM_PITCH_MM, c.LINE_CAM_FOCAL_MM)
    return rf"""
KPL/IK

synthetic sample: cameras of {c.SPACECRAFT}. Lengths are in millimetres, IFOV in
radians a pixel.

{c.FRAME_CAM}: a framing camera; its field of view is given by its corners.

\begindata
{_detector(c.FRAME_CAM_ID, "FRAMING CAMERA", c.FRAME_CAM_PIXELS, c.FRAME_CAM_PIXELS)}
{_optics(c.FRAME_CAM_ID, c.FRAME_CAM_FOCAL_MM, c.FRAME_CAM_PITCH_MM)}
INS{c.FRAME_CAM_ID}_FOV_FRAME        = '{c.FRAME_CAM}'
INS{c.FRAME_CAM_ID}_FOV_SHAPE        = 'RECTANGLE'
INS{c.FRAME_CAM_ID}_FOV_CLASS_SPEC   = 'CORNERS'
INS{c.FRAME_CAM_ID}_BORESIGHT        = ( 0.0  0.0  1.0 )
INS{c.FRAME_CAM_ID}_FOV_BOUNDARY_CORNERS = (
{corners} )

\begintext

{c.LINE_CAM}: a push-broom line scanner, its line across the track (Y); its
field of view is given by angles.

\begindata
{_detector(c.LINE_CAM_ID, "LINE SCANNER", c.LINE_CAM_PIXELS, 1)}
{_optics(c.LINE_CAM_ID, c.LINE_CAM_FOCAL_MM, c.LINE_CAM_PITCH_MM)}
INS{c.LINE_CAM_ID}_FOV_FRAME        = '{c.LINE_CAM}'
INS{c.LINE_CAM_ID}_FOV_SHAPE        = 'RECTANGLE'
INS{c.LINE_CAM_ID}_FOV_CLASS_SPEC   = 'ANGLES'
INS{c.LINE_CAM_ID}_BORESIGHT        = ( 0.0  0.0  1.0 )
INS{c.LINE_CAM_ID}_FOV_REF_VECTOR   = ( 0.0  1.0  0.0 )
INS{c.LINE_CAM_ID}_FOV_REF_ANGLE    = ( {across:.8f} )
INS{c.LINE_CAM_ID}_FOV_CROSS_ANGLE  = ( {along:.8f} )
INS{c.LINE_CAM_ID}_FOV_ANGLE_UNITS  = 'DEGREES'

\begintext
"""


def _detector(instrument: int, kind: str, samples: int, lines: int) -> str:
    return f"""
INS{instrument}_PLATFORM_ID      = ( {c.BUS_FRAME_ID} )
INS{instrument}_INSTRUMENT_TYPE  = '{kind}'
INS{instrument}_PIXEL_SAMPLES    = ( {samples} )
INS{instrument}_PIXEL_LINES      = ( {lines} )
INS{instrument}_CCD_CENTER       = ( {(samples + 1) / 2}  {(lines + 1) / 2} )"""


def _optics(instrument: int, focal_mm: float, pitch_mm: float) -> str:
    ifov = pitch_mm / focal_mm
    return f"""INS{instrument}_FOCAL_LENGTH     = ( {focal_mm} )
INS{instrument}_PIXEL_SIZE       = ( {pitch_mm}  {pitch_mm} )
INS{instrument}_IFOV             = ( {ifov:.10f}  {ifov:.10f} )"""


def _metakernel(names: list[str]) -> str:
    kernels = "\n".join(f"                      '$KERNELS/{name}'" for name in names).lstrip()
    start, stop = c.COVERAGE_UTC
    return rf"""
KPL/MK

synthetic sample: a spacecraft that never flew, {c.SPACECRAFT}, at Mars from
{start} to {stop} UTC.

PATH_VALUES is this file's own folder. Planetary QGIS finds it wherever the
file lies; CSPICE's own furnsh takes '.' for the current directory, so change
into this folder first.

\begindata

PATH_VALUES     = ( '.' )
PATH_SYMBOLS    = ( 'KERNELS' )
KERNELS_TO_LOAD = ( {kernels} )

\begintext
"""
