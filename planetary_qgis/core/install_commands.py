"""What to type to install Python libraries into the build of QGIS that is running."""

from __future__ import annotations

import os
import shlex
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path


class Build(Enum):
    """The ways QGIS comes, as far as they install Python libraries differently."""

    FLATPAK = "Flatpak"
    CONDA = "conda"
    VIRTUAL_ENVIRONMENT = "virtual environment"
    WINDOWS = "Windows (OSGeo4W or installer)"
    MACOS = "macOS"
    MANAGED_LINUX = "Linux whose package manager owns Python"
    LINUX = "Linux"


def install_command(
    specifiers: Sequence[str],
    numpy_version: str | None = None,
    build: Build | None = None,
    prefix: str = sys.prefix,
) -> str:
    """One line for a terminal; on Windows, for the OSGeo4W Shell.

    Args:
        specifiers: What to install, as pip spells it: "spiceypy>=6.0".
        numpy_version: The numpy that is there. Its major version is kept, because QGIS's own
            libraries are compiled against it.
        build: This build where None.
        prefix: Where this build's Python lives.
    """
    build = build or current_build()
    wanted = [*specifiers, *_numpy_kept(specifiers, numpy_version)]
    if build is Build.WINDOWS:
        # cmd.exe knows double quotes only, and takes a bare > for a redirection.
        return " ".join(["python -m pip install --user", *(f'"{each}"' for each in wanted)])
    return shlex.join([*_installer(build, prefix), *wanted])


def current_build() -> Build:
    """How the running QGIS was installed."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    return build_of(
        platform=sys.platform,
        prefix=sys.prefix,
        base_prefix=sys.base_prefix,
        environment=os.environ,
        is_conda=Path(sys.prefix, "conda-meta").is_dir(),
        is_managed=(stdlib / "EXTERNALLY-MANAGED").is_file(),
    )


def build_of(
    *,
    platform: str,
    prefix: str,
    base_prefix: str,
    environment: Mapping[str, str],
    is_conda: bool,
    is_managed: bool,
) -> Build:
    """The build that shows these signs.

    Args:
        platform: As sys.platform.
        prefix: As sys.prefix.
        base_prefix: As sys.base_prefix.
        environment: The environment variables.
        is_conda: Whether the prefix has conda's own folder. CONDA_PREFIX alone does not tell: a
            system QGIS started from a conda shell has it too.
        is_managed: Whether Python carries an EXTERNALLY-MANAGED file (PEP 668).
    """
    if "FLATPAK_ID" in environment:
        return Build.FLATPAK
    if is_conda:
        return Build.CONDA
    if prefix != base_prefix:
        return Build.VIRTUAL_ENVIRONMENT
    if platform == "win32":
        return Build.WINDOWS
    if platform == "darwin":
        return Build.MACOS
    return Build.MANAGED_LINUX if is_managed else Build.LINUX


def _installer(build: Build, prefix: str) -> list[str]:
    # sys.executable may be QGIS itself, which would open a second window: name Python instead.
    python = f"{prefix}/bin/python3"
    if build is Build.FLATPAK:
        return ["flatpak", "run", "--devel", "--command=pip3", "org.qgis.qgis", "install", "--user"]
    if build is Build.CONDA:
        return ["conda", "install", "--prefix", prefix, "--channel", "conda-forge"]
    if build is Build.VIRTUAL_ENVIRONMENT:
        return [python, "-m", "pip", "install"]
    if build is Build.MANAGED_LINUX:
        return [python, "-m", "pip", "install", "--user", "--break-system-packages"]
    return [python, "-m", "pip", "install", "--user"]


def _numpy_kept(specifiers: Sequence[str], numpy_version: str | None) -> list[str]:
    asked_for = any(each.startswith("numpy>") for each in specifiers)
    if numpy_version is None or asked_for:
        return []
    major = int(numpy_version.split(".")[0])
    return [f"numpy<{major + 1}"]
