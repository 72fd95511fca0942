"""Stages the plugin as QGIS wants to find it, and zips it: build/planetary_qgis-<version>.zip.

QGIS and plugins.qgis.org look for metadata.txt and LICENSE inside the package, the repository keeps
them at its top: the staged folder is the package with those two and the compiled translations.
"""

from __future__ import annotations

import configparser
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = "planetary_qgis"
BUILD = REPOSITORY / "build"

LARGEST_ZIP = 25 * 1024 * 1024
"""Bytes; plugins.qgis.org takes no more."""
REFUSED_SUFFIXES = {".exe", ".dll", ".so", ".dylib", ".pyd", ".bat", ".cmd", ".sh", ".ps1"}
"""What plugins.qgis.org's scan rejects."""
LEFT_OUT_SUFFIXES = {".pyc", ".pyo", ".orig", ".rej", ".bak"}
LEFT_OUT_NAMES = {"__pycache__", "tests"}
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can say: the same sources make the same archive, byte for byte."""


class PackagingError(Exception):
    """The plugin cannot be packaged as it is."""


def stage(folder: Path, repository: Path = REPOSITORY) -> Path:
    """The complete plugin in a new folder/planetary_qgis; an older one is replaced."""
    target = folder / PACKAGE
    if target.exists():
        shutil.rmtree(target)
    source = repository / PACKAGE
    for file in _shipped(source):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    for name in ("metadata.txt", "LICENSE"):
        shutil.copyfile(repository / name, target / name)
    _compile_translations(repository / "i18n", target / "i18n")
    return target


def write_zip(staged: Path, folder: Path) -> Path:
    """folder/planetary_qgis-<version>.zip of a staged plugin."""
    archive = folder / f"{PACKAGE}-{version(staged / 'metadata.txt')}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in sorted(each for each in staged.rglob("*") if each.is_file()):
            name = file.relative_to(staged.parent).as_posix()
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            zipped.writestr(entry, file.read_bytes())
    if archive.stat().st_size > LARGEST_ZIP:
        raise PackagingError(f"{archive} is larger than the {LARGEST_ZIP >> 20} MB allowed")
    return archive


def version(metadata: Path) -> str:
    """The version that a metadata.txt states."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(metadata, encoding="utf-8")
    return parser["general"]["version"]


def _shipped(source: Path) -> list[Path]:
    """The package's files that belong in a plugin."""
    files = [each for each in sorted(source.rglob("*")) if each.is_file()]
    shipped = [each for each in files if not _is_left_out(each.relative_to(source))]
    refused = [str(each) for each in shipped if each.suffix.lower() in REFUSED_SUFFIXES]
    if refused:
        raise PackagingError(f"plugins.qgis.org takes no such files: {', '.join(refused)}")
    return shipped


def _is_left_out(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or path.suffix in LEFT_OUT_SUFFIXES or not LEFT_OUT_NAMES.isdisjoint(path.parts)


def _compile_translations(sources: Path, target: Path) -> None:
    """Put a .qm beside the plugin for every .ts; without Qt's lrelease the plugin is English."""
    translations = sorted(sources.glob("*.ts"))
    lrelease = shutil.which("lrelease") or shutil.which("lrelease-qt5")
    if translations and not lrelease:
        print("No lrelease (Debian: qttools5-dev-tools): packaged in English only.")
        return
    for translation in translations:
        target.mkdir(parents=True, exist_ok=True)
        compiled = target / f"{translation.stem}.qm"
        subprocess.run([lrelease, "-silent", translation, "-qm", compiled], check=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(write_zip(stage(Path(folder)), BUILD).relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
