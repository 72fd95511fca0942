"""The command line: footprints for a mission's millions, on servers and clusters, without QGIS.

python -m planetary_qgis.batch --help
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from planetary_qgis.core.dependencies import Feature, require
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.reports import Report

if TYPE_CHECKING:
    from planetary_qgis.core.batch.records import Record
    from planetary_qgis.core.batch.runs import TimesSource
    from planetary_qgis.core.spice.observations import Observation
    from planetary_qgis.core.spice.running import WorkersLostError

DONE, STOPPED, REFUSED, INTERRUPTED = 0, 1, 2, 130
_TIME_SYSTEMS = ("UTC", "ET", "SCLK")
_ABERRATION_CORRECTIONS = ("NONE", "LT", "LT+S", "CN", "CN+S")
_SECONDS_BETWEEN_LINES = 5.0
_EXAMPLES = """\
examples:
  What do these kernels know?
    python -m planetary_qgis.batch info --kernels mro.tm

  Every image of a table, on four processes, into a GeoPackage:
    python -m planetary_qgis.batch footprints --kernels mro.tm --target MARS --observer MRO \\
        --instrument MRO_CTX --times ctx.csv --out ctx.gpkg --workers 4

  Where a camera looked every ten seconds of a day, on a Dask cluster, into PostGIS:
    python -m planetary_qgis.batch footprints --kernels mro.tm --target MARS --observer MRO \\
        --instrument MRO_MARCI --start 2010-01-01 --stop 2010-01-02 --step 10 \\
        --out postgresql://me@host/planets --layer marci --scheduler tcp://10.0.0.1:8786

Whatever ends a run, finished chunks stay; the same command goes on where it ended and gives the
same rows. Exit status: 0 done, 1 stopped on the way, 2 refused before it began.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; gives the exit status."""
    asked = _parser().parse_args(arguments)
    progress = _Progress()
    try:
        require(Feature.BATCH)
        asked.does(asked, progress)
    except PlanetaryError as error:
        _complain(error, progress, verbose=asked.verbose)
        return STOPPED if progress.has_begun else REFUSED
    except KeyboardInterrupt:
        progress.line(f"Interrupted. {progress.how_to_go_on}".strip())
        return INTERRUPTED
    return DONE


def _footprints(asked: argparse.Namespace, progress: _Progress) -> None:
    from planetary_qgis.about import about
    from planetary_qgis.core.batch.outputs import output_to
    from planetary_qgis.core.batch.runs import Asked, run
    from planetary_qgis.core.batch.workers import Workers

    program = about()
    with output_to(asked.out, asked.layer) as output:
        question = Asked(
            observation=_observation(asked),
            source=_source(asked),
            chunk_rows=asked.chunk,
            made_by=f"{program.name} {program.version}",
        )
        progress.total = len(question.source.times)
        record = run(question, output, Workers(asked.workers, asked.scheduler), progress)
        for sentence in record.problems.sentences():
            progress.line(f"Note: {sentence}")
        progress.line(f"{record.rows} footprints of {record.observations} observations: done.")
        progress.line(f"{output.where} is finished.")


def _info(asked: argparse.Namespace, _progress: _Progress) -> None:
    """Print what the kernels know."""
    from planetary_qgis.core.spice.kernels.kernel_sets import summarise

    known = summarise(asked.kernels)
    print(f"Kernels, in load order: {len(known.kernels)}")
    for path in known.kernels:
        print(f"  {path}")
    for title, found in (
        ("Targets with radii", known.targets),
        ("Observers with positions", known.observers),
        ("Instruments with a field of view", known.instruments),
    ):
        print(f"{title}: {len(found) or 'none'}")
        for each in found:
            print(f"  {each.name} ({each.naif_id}) {each.fov_shape}".rstrip())
    spans = f"{known.start} to {known.stop}" if known.start else "none"
    print(f"Positions of spacecraft: {spans}")


def _observation(asked: argparse.Namespace) -> Observation:
    from planetary_qgis.core.spice.observations import Observation

    return Observation(
        kernels=tuple(asked.kernels),
        target=asked.target,
        observer=asked.observer,
        instrument=asked.instrument,
        abcorr=asked.abcorr,
        imaging=asked.imaging,
        body_fixed_frame=asked.frame,
        surface=asked.surface,
        interframe_s=asked.interframe,
    )


def _source(asked: argparse.Namespace) -> TimesSource:
    """The times that the command line gives, in a table or as a run."""
    from planetary_qgis.core.batch.runs import RunOfTimes
    from planetary_qgis.core.batch.times_tables import inspect_times
    from planetary_qgis.core.spice.epochs import read_epochs, read_run

    if bool(asked.times) == bool(asked.start):
        raise PlanetaryError(
            "The times are given twice." if asked.times else "No times are given.",
            hint="Give either --times table.csv, or --start with or without --stop and --step.",
        )
    if asked.times:
        return inspect_times(
            asked.times,
            start_column=asked.start_column,
            stop_column=asked.stop_column,
            id_column=asked.id_column,
            reading=lambda texts: read_epochs(
                texts, asked.kernels, asked.observer, system=asked.time_system
            ),
        )
    report = Report()
    times = read_run(asked.start, asked.stop, asked.step, asked.kernels, asked.observer, report)
    return RunOfTimes(times, report)


class _Progress:
    """Lines on stderr about how the run goes; see `runs.Listener`."""

    def __init__(self) -> None:
        self.total = 0
        self.has_begun = False
        self._first: tuple[float, int] | None = None
        self._last_line = 0.0

    def works(self, who: str) -> None:
        self.line(f"Computing with {who}.")

    def lost(self, error: WorkersLostError) -> None:
        self.line(f"{error.message} Going on with new workers.")

    def done(self, record: Record) -> None:
        now = time.monotonic()
        if self._first is None:
            self.has_begun, self._first = True, (now, record.observations)
            if record.chunks:
                self.line(f"Going on after {record.observations} of {self.total} observations.")
        elif now - self._last_line >= _SECONDS_BETWEEN_LINES or record.observations == self.total:
            self._last_line = now
            self.line(self._how_far(record, now))

    @property
    def how_to_go_on(self) -> str:
        return "The same command goes on where this ended." if self.has_begun else ""

    def line(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def _how_far(self, record: Record, now: float) -> str:
        began, before = self._first or (now, 0)
        rate = (record.observations - before) / max(now - began, 1e-9)
        left = (self.total - record.observations) / rate if rate else 0.0
        return (
            f"{record.observations} of {self.total} observations, {record.rows} footprints, "
            f"{rate:.0f} a second, {_spell(left)} left"
        )


def _spell(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def _complain(error: PlanetaryError, progress: _Progress, *, verbose: bool) -> None:
    progress.line(f"Error: {error}")
    if error.details and verbose:
        progress.line(error.details)
    if progress.has_begun:
        progress.line(progress.how_to_go_on)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m planetary_qgis.batch",
        description="Footprints of planetary instruments from SPICE kernels, without QGIS.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_footprints(commands)
    _add_info(commands)
    return parser


def _add_footprints(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "footprints",
        help="compute footprints into a GeoPackage, GeoParquet or PostGIS",
        description="Compute footprints, a row each, chunk by chunk; resume what was interrupted.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(does=_footprints)
    _add_common(parser)
    _add_looking(parser.add_argument_group("who looked at what"))
    _add_times(parser.add_argument_group("when"))
    _add_running(parser.add_argument_group("output and workers"))


def _add_info(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("info", help="say what kernels know")
    parser.set_defaults(does=_info)
    _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kernels",
        nargs="+",
        type=Path,
        required=True,
        metavar="FILE",
        help="a metakernel, or kernel files in load order",
    )
    parser.add_argument("--verbose", action="store_true", help="tell the details of errors")


def _add_looking(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--target", required=True, help="name or NAIF id of the body, e.g. MARS")
    group.add_argument("--observer", required=True, help="of the spacecraft, e.g. MRO or -74")
    group.add_argument("--instrument", required=True, help="e.g. MRO_CTX or -74021")
    group.add_argument(
        "--imaging",
        default="auto",
        help="how one observation fills its area: auto (default), frame, “line scan”, …",
    )
    group.add_argument(
        "--abcorr",
        default="LT+S",
        type=str.upper,
        choices=_ABERRATION_CORRECTIONS,
        help="aberration correction (default: LT+S)",
    )
    group.add_argument(
        "--frame", default="", help="body-fixed frame; by default what the kernels say"
    )
    group.add_argument(
        "--surface",
        default="auto",
        help="what lines of sight meet: auto (default: a DSK where there is one), ellipsoid, DSK",
    )
    group.add_argument(
        "--interframe",
        type=float,
        metavar="SECONDS",
        help="from one framelet of a push frame camera to the next",
    )


def _add_times(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--times",
        type=Path,
        metavar="TABLE",
        help="delimited table, an observation a line, with times; its other columns are kept",
    )
    group.add_argument(
        "--time-system",
        default="UTC",
        type=str.upper,
        choices=_TIME_SYSTEMS,
        help="what the table's times are that do not say it themselves (default: UTC); "
        "ET is TDB, numbers being seconds past J2000",
    )
    group.add_argument(
        "--start-column", default="", metavar="NAME", help="default: start_time or the like"
    )
    group.add_argument(
        "--stop-column", default="", metavar="NAME", help="default: stop_time or the like"
    )
    group.add_argument(
        "--id-column", default="", metavar="NAME", help="default: product_id or the like"
    )
    group.add_argument("--start", default="", metavar="TIME", help="instead of a table")
    group.add_argument(
        "--stop", default="", metavar="TIME", help="end of the run, or how much later, as “+30 s”"
    )
    group.add_argument(
        "--step", type=float, metavar="SECONDS", help="an instant every so many seconds"
    )


def _add_running(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--out",
        required=True,
        metavar="OUTPUT",
        help="name.gpkg, name.parquet, or postgresql://user@host/database",
    )
    group.add_argument(
        "--layer",
        default="footprints",
        metavar="TABLE",
        help="table of a GeoPackage or database (default: footprints)",
    )
    who = group.add_mutually_exclusive_group()
    who.add_argument(
        "--workers",
        type=_count,
        default=0,
        metavar="N",
        help=f"processes to compute with (this machine has {os.cpu_count()} processors); "
        "without it the command computes by itself",
    )
    who.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="of a Dask cluster whose workers find the kernels under the same paths",
    )
    group.add_argument(
        "--chunk",
        type=_count,
        default=5_000,
        metavar="N",
        help="footprints computed and made durable at once (default: 5000)",
    )


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than one")
    return number


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(main())
