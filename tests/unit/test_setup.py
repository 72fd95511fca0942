"""tools/setup.sh on machines that differ in what they have, played by programs of our own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from imports import REPOSITORY

PACKAGES = ["qgis", "python3-qgis", "gdal-bin", "python3-gdal", "xvfb", "python3-venv"]
FOR_ROOT = ["postgresql-postgis"] if os.geteuid() == 0 else []
NEEDED_PROGRAMS = ("bash", "dirname", "grep", "cat", "env")
DPKG_QUERY = """#!/bin/bash
case " {installed} " in *" ${{@: -1}} "*) echo installed;; *) exit 1;; esac
"""
LOGGED = '#!/bin/bash\necho "$(basename "$0") $*" >> "{log}"\n'


class Machine:
    """A folder with a copy of setup.sh, and a PATH of just the programs it is given."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.script = folder / "checkout" / "tools" / "setup.sh"
        self.bin.mkdir()
        self.script.parent.mkdir(parents=True)
        shutil.copy(REPOSITORY / "tools" / "setup.sh", self.script)
        for name in NEEDED_PROGRAMS:
            (self.bin / name).symlink_to(shutil.which(name))

    def has(self, name: str, text: str = "#!/bin/bash\n") -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def is_debian_with(self, *installed: str) -> None:
        self.has("apt-get", LOGGED.format(log=self.log))
        self.has("dpkg-query", DPKG_QUERY.format(installed=" ".join(installed)))

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / "bash", self.script, *arguments],
            env={"PATH": str(self.bin), **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_debian_is_asked_for_just_what_it_lacks(machine):
    machine.is_debian_with(*PACKAGES[1:3], "python3-venv", *FOR_ROOT)
    machine.has("sudo")
    done = machine.run("--dry-run")
    line = next(each for each in done.stdout.splitlines() if "to install" in each)
    assert line.split(": ")[-1].split() == ["qgis", "python3-gdal", "xvfb"]
    assert not machine.log.exists(), "a dry run installs nothing"


def test_debian_with_everything_is_asked_for_nothing(machine):
    machine.is_debian_with(*PACKAGES, *FOR_ROOT)
    done = machine.run("--dry-run")
    assert "to install" not in done.stdout
    assert done.returncode == 0


def test_a_server_for_tests_is_for_root_alone(machine):
    machine.is_debian_with(*PACKAGES)
    done = machine.run("--dry-run")
    assert ("postgresql-postgis" in done.stdout) == bool(FOR_ROOT)


def test_what_is_missing_is_installed_without_questions(machine):
    machine.is_debian_with(*PACKAGES[1:], *FOR_ROOT)
    machine.has("sudo", '#!/bin/bash\nexec "$@"\n')
    machine.run(QGIS_PYTHON="/nonexistent")
    update, install = machine.log.read_text().splitlines()
    assert update.endswith(" update")
    assert install.endswith(" install --yes --no-install-recommends qgis")


def test_a_failing_installation_fails_the_set_up(machine):
    machine.is_debian_with()
    machine.has("apt-get", "#!/bin/bash\nexit 100\n")
    machine.has("sudo", '#!/bin/bash\nexec "$@"\n')
    assert machine.run().returncode == 100


def test_another_system_without_qgis_is_told_what_is_needed(machine):
    done = machine.run()
    assert done.returncode == 1
    for package in PACKAGES:
        assert package in done.stderr
    assert "conda env create" in done.stderr


def test_another_system_with_qgis_goes_on(machine):
    machine.has("qgis")
    machine.has("python-of-qgis")  # answers every question with success
    done = machine.run("--dry-run", QGIS_PYTHON=str(machine.bin / "python-of-qgis"))
    assert done.returncode == 0
    assert f"Making .venv from {machine.bin / 'python-of-qgis'}" in done.stdout


def test_the_script_is_sound_bash():
    subprocess.run(["bash", "-n", REPOSITORY / "tools" / "setup.sh"], check=True)
