"""A QGIS project as it is in a package: relative paths, and only layers that go along."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from qgis.PyQt.QtCore import QByteArray, QCoreApplication
from qgis.PyQt.QtXml import QDomDocument, QDomElement, QDomNode

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.packages.package_xml import XmlElement, XmlError, parsed_xml
from planetary_qgis.core.mapping.packages.project_checks import (
    Source,
    has_secrets,
    project_layers,
    project_xml,
    source_of,
    text_of,
)
from planetary_qgis.core.mapping.packages.style_files import is_absolute, with_pictures

_LAYER_NODES = {
    "layer-tree-layer": "id",
    "legendlayerfile": "layerid",
    "layer": "id",
    "item": "",
}
"""Elements that stand for a layer, and where they say which; "" means in their text."""

CopyRaster = Callable[[Path], "str | None"]
"""Gives the place of a raster's copy within the package; None where it does not go along."""


@dataclass
class ProjectPacking:
    """Where the parts of a project go.

    Attributes:
        project: The file as it was last saved.
        geopackage: The map's, and in `packed` its place within the package.
        tables: Those of the map that go along.
        copy_raster: None leaves local rasters out.
        notes: Sentences about layers that do not go along.
    """

    project: Path
    geopackage: Path
    packed: str
    tables: frozenset[str]
    copy_raster: CopyRaster | None
    notes: list[str] = field(default_factory=list)

    def write(self, target: Path, metadata: str) -> None:
        """Write the project of the package, and what its layers carry beside it.

        Args:
            metadata: Content of a .qmd file.

        Raises:
            PlanetaryError: The project as it was saved cannot be read.
        """
        content, root = self._content()
        sources = self._sources(root)
        document = QDomDocument()
        document.setContent(QByteArray(content))
        for layer in list(_elements(document, "maplayer")):
            identifier = layer.firstChildElement("id").text()
            if identifier in sources:
                _set_text(document, layer.firstChildElement("datasource"), sources[identifier])
            else:
                layer.parentNode().removeChild(layer)
        _forget_others(document, sources)
        _settle(document, metadata)
        text = self._with_new_places(document.toString(2))
        target.write_text(with_pictures(text, self.project.parent), encoding="utf-8")
        self._copy_labels(target.with_suffix(".qgd"))

    def _content(self) -> tuple[bytes, XmlElement]:
        """The project's XML, and its tree."""
        try:
            content = project_xml(self.project)
            return content, parsed_xml(content)
        except (XmlError, OSError, zipfile.BadZipFile) as error:
            raise PlanetaryError(
                _tr("The project {path} cannot be read.").format(path=self.project),
                details=str(error),
                hint=_tr("Save the project again, then export."),
            ) from error

    def _sources(self, root: XmlElement) -> dict[str, str]:
        """Sources in the package by the ids of layers; others do not go along."""
        found = {}
        for layer in project_layers(root):
            source = source_of(layer)
            place = (
                None if has_secrets(layer) else self._place(text_of(layer, "datasource"), source)
            )
            if place is None:
                self._note(text_of(layer, "layername"), source, has_secrets(layer))
            else:
                found[text_of(layer, "id")] = place
        return found

    def _place(self, written: str, source: Source) -> str | None:
        if source.is_remote:
            return None if source.provider == "memory" else written
        if not source.file:
            return None
        path = self._resolved(source.file)
        if path == self.geopackage.resolve():
            rest = written.partition("|")[2]
            known = not source.table or source.table.lower() in self.tables
            return "|".join(filter(None, (f"./{self.packed}", rest))) if known else None
        if source.provider == "gdal" and self.copy_raster is not None and path.is_file():
            copied = self.copy_raster(path)
            return None if copied is None else f"./{copied}"
        return None

    def _resolved(self, file: str) -> Path:
        path = Path(file)
        return (path if is_absolute(file) else self.project.parent / path).resolve()

    def _note(self, name: str, source: Source, secret: bool) -> None:
        if secret:
            text = _tr("“{name}”: its address names a password or a key.")
        elif source.provider == "memory":
            text = _tr("“{name}”: it lives in memory only.")
        else:
            text = _tr("“{name}”: {file}")
        file = Path(source.file).name or source.provider
        self.notes.append(text.format(name=name, file=file))

    def _with_new_places(self, text: str) -> str:
        """Forms and relations name the map's file, too."""
        path = self.geopackage
        try:
            beside = f"./{path.resolve().relative_to(self.project.parent.resolve()).as_posix()}"
        except ValueError:
            beside = ""
        for old in filter(None, (str(path), path.as_posix(), str(path.resolve()), beside)):
            if old != f"./{self.packed}":
                text = text.replace(escape(f"{old}|"), escape(f"./{self.packed}|"))
                text = text.replace(escape(f"{old}|", quote=False), f"./{self.packed}|")
        return text

    def _copy_labels(self, target: Path) -> None:
        """Copy what QGIS keeps beside a project: places of labels that were moved by hand."""
        if self.project.suffix.lower() != ".qgz":
            beside = self.project.with_suffix(".qgd")
            if beside.is_file():
                target.write_bytes(beside.read_bytes())
            return
        with zipfile.ZipFile(self.project) as packed:
            for name in packed.namelist():
                if name.lower().endswith(".qgd"):
                    target.write_bytes(packed.read(name))


def _forget_others(document: QDomDocument, kept: dict[str, str]) -> None:
    """Take out what stands for layers that are gone, and tell the others' new sources."""
    for tag, attribute in _LAYER_NODES.items():
        for element in list(_elements(document, tag)):
            parent = element.parentNode().nodeName()
            if tag == "item" and parent != "custom-order":
                continue
            if tag == "layer" and parent not in ("layerorder", "individual-layer-settings"):
                continue
            identifier = element.attribute(attribute) if attribute else element.text()
            if identifier not in kept:
                element.parentNode().removeChild(element)
            elif element.hasAttribute("source"):
                element.setAttribute("source", kept[identifier])


def _settle(document: QDomDocument, metadata: str) -> None:
    """Relative paths, no traces of the computer it was saved on, the package's metadata."""
    root = document.documentElement()
    for attribute in ("saveUser", "saveUserFull", "saveDateTime"):
        root.removeAttribute(attribute)
    home = root.firstChildElement("homePath")
    if not home.isNull():
        home.setAttribute("path", "")
    paths = root.firstChildElement("properties").firstChildElement("Paths")
    absolute = paths.firstChildElement("Absolute")
    if not absolute.isNull():
        _set_text(document, absolute, "false")
    _put_metadata(document, root, metadata)


def _put_metadata(document: QDomDocument, root: QDomElement, metadata: str) -> None:
    given = QDomDocument()
    given.setContent(QByteArray(metadata.encode("utf-8")))
    fresh = document.importNode(given.documentElement(), True).toElement()
    fresh.setTagName("projectMetadata")
    old = root.firstChildElement("projectMetadata")
    if old.isNull():
        root.appendChild(fresh)
    else:
        root.replaceChild(fresh, old)


def _set_text(document: QDomDocument, element: QDomElement, text: str) -> None:
    while element.hasChildNodes():
        element.removeChild(element.firstChild())
    element.appendChild(document.createTextNode(text))


def _elements(document: QDomDocument, tag: str) -> Iterator[QDomElement]:
    found = document.elementsByTagName(tag)
    nodes: list[QDomNode] = [found.at(position) for position in range(found.count())]
    for each in nodes:
        yield each.toElement()


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapPackage", text)
