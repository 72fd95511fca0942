"""Whether the files of a package are whole: checksums, metadata, PDF, rasters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from planetary_qgis.core.mapping.packages.manifest import MANIFEST, differences
from planetary_qgis.core.mapping.packages.package_report import Notebook, examples
from planetary_qgis.core.mapping.packages.package_xml import XmlElement, XmlError, parsed_xml
from planetary_qgis.core.mapping.packages.style_files import is_absolute

_PICTURES = {".png": ".pgw", ".jpg": ".jgw", ".jpeg": ".jgw"}
_LABEL_POINTER = re.compile(r'^\s*\^\w+\s*=\s*\(?\s*"([^"]+)"', re.MULTILINE)
_PDF_TAIL = 2048
_STARTXREF = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_CSDGM_SECTIONS = ("idinfo", "metainfo")
_LARGEST_TEXT = 32 * 1024 * 1024
_RASTER_FOLDERS = ("raster", "rasters", "basemap", "basemaps", "images")


def check_checksums(root: Path, notebook: Notebook) -> None:
    """That every file is as the manifest says."""
    found = differences(root)
    if found is None:
        notebook.warn(
            "checksums",
            MANIFEST,
            "The package has no list of checksums.",
            "Without one nobody can tell whether it arrived whole.",
        )
        return
    again = "Copy or download the package again."
    for name in found.changed:
        notebook.error("checksums", name, "The file is not what its checksum says.", again)
    for name in found.missing:
        notebook.error("checksums", name, "The file is listed but not there.", again)
    if found.unlisted:
        notebook.warn(
            "checksums",
            MANIFEST,
            f"Files without a checksum: {examples(found.unlisted)}.",
            "Export the package again if they belong to it.",
        )
    if found.unreadable:
        notebook.error(
            "checksums",
            MANIFEST,
            f"Lines that name no file: {examples(found.unreadable)}.",
            again,
        )


def check_metadata(root: Path, files: Sequence[Path], notebook: Notebook) -> None:
    """That there are metadata, and that they can be read."""
    seen = False
    for path in files:
        if path.suffix.lower() not in (".xml", ".qmd") or path.name.lower().endswith(".aux.xml"):
            continue
        where = path.relative_to(root).as_posix()
        tree = _tree(path)
        if isinstance(tree, str):
            seen = True
            notebook.error(
                "metadata", where, f"The metadata cannot be read: {tree}.", "Export them again."
            )
        elif tree is not None:
            seen |= _is_metadata(tree)
            _check_csdgm(tree, where, notebook)
    if not seen:
        notebook.warn(
            "metadata",
            "metadata",
            "The package has no metadata as XML.",
            "Add FGDC or ISO metadata.",
        )


def check_pdfs(root: Path, files: Sequence[Path], notebook: Notebook) -> None:
    """That there is a PDF, and that none was cut off."""
    pdfs = [path for path in files if path.suffix.lower() == ".pdf"]
    if not pdfs:
        notebook.warn(
            "pdf", "document", "The package has no PDF of the map sheet.", "Export one with it."
        )
    for path in pdfs:
        problem = _problem_of_pdf(path)
        if problem:
            notebook.error(
                "pdf", path.relative_to(root).as_posix(), problem, "Export or copy it again."
            )


def check_rasters(root: Path, files: Sequence[Path], notebook: Notebook) -> None:
    """That the files that rasters consist of are all there."""
    for path in files:
        where, suffix = path.relative_to(root).as_posix(), path.suffix.lower()
        if path.stat().st_size == 0:
            notebook.error("empty-file", where, "The file is empty.", "Copy it again.")
        elif suffix == ".vrt":
            _check_vrt(path, where, notebook)
        elif suffix == ".lbl":
            _check_label(path, where, notebook)
        elif suffix in _PICTURES and path.parent.name.lower() in _RASTER_FOLDERS:
            _check_picture(path, where, notebook)


def check_readme(files: Sequence[Path], notebook: Notebook) -> None:
    if not any(path.name.lower().startswith("readme") for path in files):
        notebook.warn(
            "readme", "README.txt", "The package has no readme.", "Say in one what is in it."
        )


def _tree(path: Path) -> XmlElement | str | None:
    """The tree of an XML file; a text where it cannot be read; None where it is far too large."""
    if path.stat().st_size > _LARGEST_TEXT:
        return None
    try:
        return parsed_xml(path.read_bytes())
    except (XmlError, OSError) as error:
        return str(error)


def _is_metadata(tree: XmlElement) -> bool:
    return tree.name == "metadata" or tree.name.endswith("MD_Metadata") or tree.name == "qgis"


def _check_csdgm(tree: XmlElement, where: str, notebook: Notebook) -> None:
    if tree.name != "metadata":
        return
    lacking = [name for name in _CSDGM_SECTIONS if tree.child(name) is None]
    title = tree.first("title")
    if lacking:
        notebook.error(
            "metadata", where, f"The FGDC metadata lack {', '.join(lacking)}.", "Write them again."
        )
    elif title is None or not title.text.strip():
        notebook.error("metadata", where, "The FGDC metadata lack a title.", "Give the map one.")


def _problem_of_pdf(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, size - _PDF_TAIL))
        tail = file.read()
        if b"%PDF-" not in head:
            return "The file is no PDF."
        end = _STARTXREF.search(tail)
        if end is None:
            return "The PDF was cut off: it lacks its end."
        place = int(end[1])
        file.seek(min(place, size))
        table = file.read(64).lstrip()
    is_table = table.startswith(b"xref") or re.match(rb"\d+\s+\d+\s+obj", table)
    return "" if is_table else "The PDF is damaged: its table of contents is not where it says."


def _check_vrt(path: Path, where: str, notebook: Notebook) -> None:
    try:
        root = parsed_xml(path.read_bytes())
    except XmlError as error:
        notebook.error("raster", where, f"The VRT cannot be read: {error}.", "Build it again.")
        return
    names = [
        (each.text.strip(), each.attributes.get("relativeToVRT", "0") == "1")
        for each in root.all("SourceFilename", "SourceDataset")
    ]
    lost = [
        name
        for name, is_relative in names
        if name
        and not name.startswith(("/vsi", "http"))
        and (is_absolute(name) or not is_relative or not (path.parent / name).is_file())
    ]
    if lost:
        notebook.error(
            "raster",
            where,
            f"Sources of the VRT are not in the package: {examples(lost)}.",
            "Export with rasters again, or make the VRT a raster of its own.",
        )


def _check_label(path: Path, where: str, notebook: Notebook) -> None:
    text = path.read_bytes()[: 1 << 20].decode("latin-1")
    beside = {each.name.lower() for each in path.parent.iterdir()}
    lost = [name for name in _LABEL_POINTER.findall(text) if name.lower() not in beside]
    if lost and re.search(r"^\s*\^(IMAGE|QUBE|CORE)\b", text, re.MULTILINE):
        notebook.error(
            "raster",
            where,
            f"Files that the label points to are not there: {examples(lost)}.",
            "Put them beside the label.",
        )


def _check_picture(path: Path, where: str, notebook: Notebook) -> None:
    world = (path.with_suffix(_PICTURES[path.suffix.lower()]), path.with_suffix(".wld"))
    aux = Path(f"{path}.aux.xml")
    if not any(each.is_file() for each in (*world, aux)):
        notebook.warn(
            "raster",
            where,
            "The picture has no world file, so it has no place on the map.",
            "Put its world file (.pgw, .jgw, .wld) or .aux.xml beside it.",
        )
