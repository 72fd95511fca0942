"""Whether a packaged QGIS project opens elsewhere as it did here."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from planetary_qgis.core.mapping.packages.package_report import Notebook, examples
from planetary_qgis.core.mapping.packages.package_xml import XmlElement, XmlError, parsed_xml
from planetary_qgis.core.mapping.packages.style_files import is_absolute, missing_files
from planetary_qgis.core.mapping.packages.tables import UNREADABLE, opened_geopackage

_FILE_PROVIDERS = ("ogr", "gdal", "delimitedtext", "spatialite", "gpx", "mdal", "pdal", "ept")
_REMOTE = ("http://", "https://", "/vsicurl", "/vsis3", "/vsigs", "/vsiaz", "WMS:", "WCS:", "WFS:")
_SECRETS = re.compile(r"\b(password|authcfg|api_?key|token)=", re.IGNORECASE)
_LARGEST_PROJECT = 512 * 1024**2


@dataclass(frozen=True)
class Source:
    """Where a layer's data are, as a project says.

    Attributes:
        file: As it is written; "" where the data are in no file.
        table: Of that file; "" where it is not named.
    """

    provider: str
    file: str
    table: str
    is_remote: bool


def check_project(path: Path, notebook: Notebook) -> None:
    """That the project can be read and its layers' data are in the package."""
    where = path.name
    try:
        root = parsed_xml(project_xml(path))
    except (XmlError, OSError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        notebook.error(
            "project", where, f"The project cannot be read: {error}.", "Save and export it again."
        )
        return
    if root.name != "qgis":
        notebook.error("project", where, "The file is no QGIS project.", "Export it again.")
        return
    layers = project_layers(root)
    if not layers:
        notebook.warn("project", where, "The project shows no layer.")
    for layer in layers:
        _check_layer(layer, path, notebook)
    lost = missing_files(root, path.parent)
    if lost:
        notebook.error(
            "styles",
            where,
            f"The project needs pictures that are not there: {examples(lost)}.",
            "Embed them in styles and layouts, then export again.",
        )


def project_xml(path: Path) -> bytes:
    """The XML of a .qgs file, or of that within a .qgz file.

    Raises:
        OSError, zipfile.BadZipFile, XmlError: It cannot be read.
    """
    if path.suffix.lower() != ".qgz":
        return path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        inside = [each for each in packed.infolist() if each.filename.lower().endswith(".qgs")]
        if len(inside) != 1 or inside[0].file_size > _LARGEST_PROJECT:
            raise XmlError("the file holds no project")
        return packed.read(inside[0])


def project_layers(root: XmlElement) -> list[XmlElement]:
    """The layers of a project, each as QGIS wrote it."""
    return [
        layer
        for layers in root.all("projectlayers")
        for layer in layers.children
        if layer.name == "maplayer"
    ]


def source_of(layer: XmlElement) -> Source:
    """Where the data of a project's layer are."""
    provider, source = text_of(layer, "provider"), text_of(layer, "datasource")
    if provider not in _FILE_PROVIDERS:
        return Source(provider, "", "", is_remote=True)
    if source.startswith(_REMOTE) or "://" in source.split("?")[0].replace("file://", ""):
        return Source(provider, "", "", is_remote=True)
    if source.startswith("file:"):
        return Source(provider, unquote(urlsplit(source).path), "", is_remote=False)
    file, *options = source.split("|")
    named = [each[len("layername=") :] for each in options if each.startswith("layername=")]
    if file.upper().startswith("GPKG:"):
        inside, _, table = file[len("GPKG:") :].rpartition(":")
        return Source(provider, inside, table, is_remote=False)
    return Source(provider, file, named[0] if named else "", is_remote=False)


def text_of(layer: XmlElement, name: str) -> str:
    child = layer.child(name)
    return child.text.strip() if child is not None else ""


def has_secrets(layer: XmlElement) -> bool:
    """Whether the layer's source names a password or a key."""
    return bool(_SECRETS.search(text_of(layer, "datasource")))


def _check_layer(layer: XmlElement, project: Path, notebook: Notebook) -> None:
    name = text_of(layer, "layername") or "a layer"
    where = f"{project.name}: {name}"
    if has_secrets(layer):
        notebook.warn(
            "project-secrets",
            where,
            "The layer's source names a password or a key.",
            "Take the layer out before you give the package away.",
        )
    source = source_of(layer)
    if source.provider == "memory":
        notebook.warn("project-paths", where, "The layer lives in memory: it will be empty.")
    if source.is_remote or not source.file:
        return
    if is_absolute(source.file):
        notebook.error(
            "project-paths",
            where,
            f"The layer is looked for at a place of one computer: {source.file}.",
            "Save the project with relative paths, with its data inside the package.",
        )
        return
    path = project.parent / source.file
    if not path.is_file():
        notebook.error(
            "project-paths",
            where,
            f"The layer's file is not there: {source.file}.",
            "Put it into the package, or take the layer out of the project.",
        )
    elif source.table and not _has_table(path, source.table):
        notebook.error(
            "project-paths",
            where,
            f"{source.file} has no table “{source.table}”.",
            "Export the package again.",
        )


def _has_table(path: Path, table: str) -> bool:
    if path.suffix.lower() != ".gpkg":
        return True
    try:
        with opened_geopackage(path) as package:
            return package.table(table) is not None or package.has(table)
    except UNREADABLE:
        return True  # that it cannot be read is told of the file itself
