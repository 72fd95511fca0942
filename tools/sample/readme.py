"""The README that lies beside the sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sample import constants as c
from sample.index import Record


def write_readme(folder: Path, records: Sequence[Record]) -> None:
    """Writes what the sample is, what it holds and how it was made."""
    counts = Counter(record.shot.camera for record in records)
    text = _TEXT.format(
        spacecraft=c.SPACECRAFT,
        number=c.SPACECRAFT_ID,
        start=c.COVERAGE_UTC[0],
        stop=c.COVERAGE_UTC[1],
        frame_cam=c.FRAME_CAM,
        line_cam=c.LINE_CAM,
        frames=counts[c.FRAME_CAM],
        scans=counts[c.LINE_CAM],
    )
    (folder / "README.md").write_bytes(text.lstrip().encode("ascii"))


_TEXT = """
# Synthetic sample

Everything in this folder is a **synthetic sample**: {spacecraft} (NAIF id {number}) never flew,
its images were never taken, and the terrain of the map does not exist. Only the constants are
real: the size and rotation of Mars, its orbit, the gravity of Mars and the Sun, leap seconds.

`python tools/make_sample_data.py` writes the folder anew, byte for byte; change the tool, not
the files. Sources of the constants stand in `tools/sample/constants.py` and in the kernels.

| file | what it holds |
|---|---|
| synthetic.tm | metakernel of the kernels below |
| synthetic.tls, .tpc, .tsc, .tf, .ti | leap seconds; Mars and Sun; clock; frames; instruments |
| synthetic_orbiter.bsp | Sun, Mars, and the orbiter from {start} to {stop} UTC |
| synthetic_orbiter.bc | attitude of the orbiter's bus over the same time |
| index.lbl, index.tab | PDS3 index: {frames} frames of {frame_cam}, {scans} scans of {line_cam} |
| times_frame.csv, times_line.csv | products and times, to compute footprints from |
| synthetic_mars_shade.tif | shaded relief, IAU_2015:49900 |

The orbiter circles Mars 310 to 351 km up, over the poles, and crosses the equator northward at
half past two in the afternoon. Thirteen revolutions later its track lies 3 degrees further west,
so that images of the second day overlap those of the first: stereo pairs.

The index is spelled as archives spell theirs: planetographic latitude, west longitude from 0 to
360, stop times partly by day of year, a few fields that say UNK, N/A, -999.0 or -1.00E+32. Its
geometry comes from plain CSPICE calls (`sincpt`, `ilumin`, `subpnt`, `azlcpo`, `lspcn`, `et2lst`;
light time and stellar aberration corrected, for Mars's ellipsoid), frames at the middle of the
exposure, scans at the start for the upper corners and at the stop for the lower ones.

Hard cases: footprints over the antimeridian (reason "antimeridian"), footprints that hold the
north pole ("north pole"), and views that run over the limb, whose upper corners miss Mars
("limb"). Images over the south are lit at a low Sun.
"""
