"""Installs the plugin into the user's QGIS profile, or into the one QGIS_PROFILE_ROOT names.

QGIS_PROFILE_ROOT is the profile's own folder, such as ~/.local/share/QGIS/QGIS3/profiles/default.
Without it, the default profile of every QGIS major version that was started here gets the plugin.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import package

MAJOR_VERSIONS = ("QGIS3", "QGIS4")


def deploy(profile: Path) -> Path:
    """The plugin's folder in a profile; an older copy is replaced once the new one is complete."""
    plugins = profile / "python" / "plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    target = plugins / package.PACKAGE
    with tempfile.TemporaryDirectory(dir=plugins, prefix=".deploy-") as folder:
        staged = package.stage(Path(folder))
        _remove(target)
        staged.rename(target)
    return target


def profiles(environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:
    """The profiles to install into: the one asked for, or each default profile there is."""
    if environment.get("QGIS_PROFILE_ROOT"):
        return [Path(environment["QGIS_PROFILE_ROOT"]).expanduser()]
    root = _profiles_root(environment, home, platform)
    every = [root / major / "profiles" / "default" for major in MAJOR_VERSIONS]
    return [each for each in every if each.is_dir()]


def _profiles_root(environment: Mapping[str, str], home: Path, platform: str) -> Path:
    if platform == "win32":
        return Path(environment["APPDATA"]) / "QGIS"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "QGIS"
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "QGIS"


def _remove(target: Path) -> None:
    if target.is_symlink():
        target.unlink()
    elif target.exists():
        shutil.rmtree(target)


def main() -> int:
    found = profiles(os.environ, Path.home(), sys.platform)
    if not found:
        print(
            "No QGIS profile here yet. Start QGIS once, or name the profile's folder: "
            "make deploy QGIS_PROFILE_ROOT=~/.local/share/QGIS/QGIS3/profiles/default",
            file=sys.stderr,
        )
        return 1
    for profile in found:
        print(f"Installed in {deploy(profile)}")
    print("Restart QGIS and tick Planetary QGIS in Plugins > Manage and Install Plugins.")
    print("Its docks name the Python libraries that your QGIS lacks and how to install them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
