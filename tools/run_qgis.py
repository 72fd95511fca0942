"""Opens QGIS with the plugin and the demo project, in a profile of its own under build."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

import package

PLUGINS = package.BUILD / "run"
PROFILES = package.BUILD / "profile"
LOAD_PLUGIN = Path(__file__).resolve().with_name("load_plugin.py")


def environment_for(plugins: Path) -> dict[str, str]:
    """The environment in which QGIS finds the plugin, and .venv's libraries before Debian's."""
    libraries = [sysconfig.get_path("purelib"), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "QGIS_PLUGINPATH": str(plugins),
        "PYTHONPATH": os.pathsep.join(each for each in libraries if each),
    }


def main(arguments: list[str]) -> None:
    qgis = shutil.which("qgis")
    if qgis is None:
        sys.exit("There is no program `qgis` on the PATH.")
    plugins = package.stage(PLUGINS).parent
    demo = sorted((package.BUILD / "demo").glob("*.qgz"))[:1]
    options = ["--nologo", "--noversioncheck", "--profiles-path", str(PROFILES)]
    script = ["--code", str(LOAD_PLUGIN)]
    projects = [option for each in demo for option in ("--project", str(each))]
    sys.stdout.flush()
    os.execve(qgis, [qgis, *options, *script, *projects, *arguments], environment_for(plugins))


if __name__ == "__main__":
    main(sys.argv[1:])
