"""The real QGIS application, started under Xvfb with the plugin, driven by a script inside it.

A test names a *steps* file: a Python file with one function, `run(app)`, which QGIS calls once it
is up, with an `in_app.Application` (see there for what it can do). What `run` returns, as long as
JSON can hold it, comes back as `Outcome.results`:

    # tests/e2e/steps/open_a_dock.py
    def run(app):
        app.load_plugin()
        app.find("pdsSearchDock").show()
        app.wait_until(lambda: app.find("pdsSearchRun").isEnabled(), what="Search is enabled")
        app.grab("pds_search")          # build/e2e/pds_search.png
        return {"layers": len(app.layers())}

    # tests/e2e/test_docks.py
    def test_dock_opens(run_in_qgis):
        outcome = run_in_qgis("open_a_dock.py")
        outcome.expect_success()        # no exception in run, no Python error in QGIS's log
        assert outcome.results["layers"] == 0
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SCREENSHOTS = HERE.parents[1] / "build" / "e2e"
DISPLAY_STARTS_WITHIN = 30
TRACEBACK_BEFORE_KILL = 3
"""Seconds before the end at which every thread's traceback goes to the output."""

_DROPPED = ("QT_QPA_PLATFORM", "PYTHONHOME", "VIRTUAL_ENV", "QGIS_PREFIX_PATH", "WAYLAND_DISPLAY")
_SETTINGS = """\
[PythonPlugins]
MetaSearch=false
db_manager=false

[qgis]
showTips322=false
"""


@dataclass(frozen=True)
class Outcome:
    """How one run of QGIS ended.

    Attributes:
        exit_code: QGIS's, negative for a signal; None where time ran out.
        results: What the steps returned.
        problems: Tracebacks and Python errors, however they surfaced.
        messages: QGIS's whole message log as {"tag", "level", "text"}.
        output: What QGIS wrote to stdout and stderr.
    """

    exit_code: int | None
    output: str
    results: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    messages: list[dict[str, str]] = field(default_factory=list)

    def expect_success(self) -> None:
        """Raise AssertionError with everything known unless all went well."""
        if self.exit_code != 0 or self.problems:
            ending = "ran out of time" if self.exit_code is None else f"exit {self.exit_code}"
            raise AssertionError("\n\n".join([f"QGIS: {ending}", *self.problems, self.output]))


@contextmanager
def virtual_display(size: str = "1400x900x24") -> Iterator[str]:
    """The name of a fresh X display, gone afterwards."""
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", size, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    try:
        yield f":{_display_number(read_end)}"
    finally:
        os.close(read_end)
        server.terminate()
        server.wait()


def _display_number(read_end: int) -> str:
    ready, _, _ = select.select([read_end], [], [], DISPLAY_STARTS_WITHIN)
    number = os.read(read_end, 16).decode().strip() if ready else ""
    if not number:
        raise RuntimeError(f"Xvfb gave no display within {DISPLAY_STARTS_WITHIN} seconds")
    return number


@dataclass(frozen=True)
class QgisSession:
    """Starts QGIS as often as asked, each time with a profile and a home of its own.

    Attributes:
        display: An X display, such as ":99".
        plugins: The folder that holds the staged plugin's folder.
    """

    display: str
    plugins: Path

    def run(self, steps: Path, folder: Path, *, seconds: float = 180, **extra: str) -> Outcome:
        """Run the steps in a new QGIS.

        Args:
            steps: A Python file with `run(app)`.
            folder: An empty folder for the profile, the home and the results.
            seconds: After which QGIS is killed.
            extra: More environment variables.
        """
        results = folder / "results.json"
        told = {
            "PLANETARY_QGIS_E2E_STEPS": str(steps),
            "PLANETARY_QGIS_E2E_RESULTS": str(results),
            "PLANETARY_QGIS_E2E_SCREENSHOTS": str(SCREENSHOTS),
            "PLANETARY_QGIS_E2E_DEADLINE": str(time.time() + seconds - TRACEBACK_BEFORE_KILL),
        }
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        environment = {**self._environment(folder), **told, **extra}
        exit_code, output = _run(_command(folder), environment, folder / "output.txt", seconds)
        if not results.is_file():
            return Outcome(exit_code, output, problems=["QGIS ended before the steps did."])
        return Outcome(exit_code, output, **json.loads(results.read_text(encoding="utf-8")))

    def _environment(self, folder: Path) -> dict[str, str]:
        home, runtime = folder / "home", folder / "runtime"
        home.mkdir()
        runtime.mkdir(mode=0o700)
        inherited = {k: v for k, v in os.environ.items() if k not in _DROPPED}
        return {
            **inherited,
            "DISPLAY": self.display,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "LC_ALL": "C.UTF-8",
            "QGIS_PLUGINPATH": str(self.plugins),
            "PYTHONPATH": os.pathsep.join([str(HERE), sysconfig.get_path("purelib")]),
        }


def _command(folder: Path) -> list[str]:
    profiles = folder / "profiles"
    for settings in ("QGIS3.ini", "QGIS4.ini"):
        file = profiles / "profiles" / "default" / "QGIS" / settings
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_SETTINGS, encoding="utf-8")
    program = shutil.which("qgis") or "qgis"
    options = ["--nologo", "--noversioncheck", "--profiles-path", str(profiles)]
    return [program, *options, "--code", str(HERE / "start_steps.py")]


def _run(
    command: list[str], environment: dict[str, str], output: Path, seconds: float
) -> tuple[int | None, str]:
    with output.open("wb") as stream:
        process = subprocess.Popen(
            command, env=environment, stdout=stream, stderr=stream, start_new_session=True
        )
        try:
            exit_code: int | None = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            exit_code = None
        finally:
            _kill_group(process)
    return exit_code, output.read_text(encoding="utf-8", errors="replace")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End QGIS and whatever it started, which would otherwise outlive the test."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
