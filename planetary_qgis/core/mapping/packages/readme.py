"""The readme of a package."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from planetary_qgis.core.mapping.packages.csdgm_nodes import clean
from planetary_qgis.core.mapping.packages.manifest import MANIFEST, files_below
from planetary_qgis.core.mapping.packages.package_facts import LayerFacts, PackageFacts
from planetary_qgis.core.mapping.packages.wkt_facts import CrsFacts

README = "README.txt"

_WIDTH = 78
_TERMS_SHOWN = 12
_PURPOSES = {
    ".qgs": "QGIS project; open this one",
    ".qgd": "labels and charts that the project's layers carry",
    ".gpkg": "the map's layers, their styles and metadata",
    ".pdf": "the map sheet",
    ".html": "what the checks of the map found",
    ".qmd": "metadata as QGIS reads them (the model of ISO 19115)",
    ".vrt": "raster made of other files",
}


def readme(facts: PackageFacts, folder: Path, checked: Iterable[str]) -> str:
    """The text; the folder holds all the other files already.

    Args:
        checked: Sentences about what was checked, and what came out.
    """
    sections = (
        ("", _head(facts)),
        ("About", _about(facts)),
        ("Files", _files(folder)),
        ("How to open it", _how_to_open(facts)),
        ("Coordinates", _coordinates(facts)),
        ("Layers", [line for layer in facts.layers for line in _layer(layer)]),
        ("Data sources", [f"- {each}" for each in facts.metadata.data_sources]),
        ("Not in the package", [f"- {each}" for each in facts.notes]),
        ("What was checked", [f"- {each}" for each in checked]),
        ("Whether it arrived whole", _checksums()),
    )
    written = [
        (f"{title}\n{'-' * len(title)}\n" if title else "") + _wrapped(lines)
        for title, lines in sections
        if lines
    ]
    return clean("\n".join(written))


def crs_words(crs: CrsFacts | None) -> Iterator[str]:
    """A coordinate reference system in sentences."""
    if crs is None:
        yield "The layers have no coordinate reference system that could be read."
        return
    code = f" ({crs.code})" if crs.code else ""
    yield f"{crs.name}{code}."
    shape = (
        f"an ellipsoid with a semi-major axis of {crs.semi_major_m:,.10g} m and a flattening of "
        f"1/{crs.inverse_flattening:.10g}"
        if crs.inverse_flattening
        else f"a sphere with a radius of {crs.semi_major_m:,.10g} m"
    )
    yield f"It lies on {shape} (datum: {crs.datum or 'without name'})."
    if crs.is_geographic:
        yield "Coordinates are degrees of longitude, positive to the east, and of latitude."
        return
    told = ", ".join(f"{k.replace('_', ' ')} {value:.10g}" for k, value in crs.parameters.items())
    yield f"Projection: {crs.projection.replace('_', ' ')}, {told}; coordinates are in metres."


def _head(facts: PackageFacts) -> list[str]:
    said = facts.metadata
    lines = [facts.title, "=" * min(_WIDTH, len(facts.title))]
    if said.authors:
        lines.append(said.authors)
    scale = f"1:{facts.settings.scale:,.0f}"
    lines.append(f"Geologic map of {facts.body_title}, scale {scale}, version {said.version}")
    lines.append(f"Packed on {facts.today.isoformat()} with {facts.made_with}")
    if said.doi:
        lines.append(f"DOI: {said.doi}")
    return lines


def _about(facts: PackageFacts) -> list[str]:
    said = facts.metadata
    contact = ", ".join(filter(None, (said.contact, said.organization, said.email)))
    named = (
        ("", said.abstract),
        ("Purpose: ", said.purpose),
        ("Keywords: ", ", ".join(said.keywords)),
        ("Licence: ", said.licence),
        ("Contact: ", contact),
    )
    return [f"{title}{text}" for title, text in named if text]


def _files(folder: Path) -> list[str]:
    names = [path.relative_to(folder).as_posix() for path in files_below(folder)]
    return [f"- {name}{_purpose(name)}" for name in (*names, README, MANIFEST)]


def _purpose(name: str) -> str:
    known = _PURPOSES.get(Path(name).suffix.lower(), "")
    if "_gems" in name:
        known = "the same map in the tables of GeMS (USGS TM 11-B10)"
    elif "_fgdc" in name:
        known = "metadata after FGDC-STD-001-1998 (CSDGM)"
    elif name == MANIFEST:
        known = "checksums of all files"
    elif name == README:
        known = "this text"
    return f": {known}" if known else ""


def _how_to_open(facts: PackageFacts) -> list[str]:
    return [
        f"Open {facts.name}.qgs in QGIS 3.22 or newer. Its paths are relative: the folder can be "
        "moved as a whole, and should not be opened from inside a zip file.",
        "Other programs read the GeoPackage itself; QGIS finds the styles in it, too.",
    ]


def _coordinates(facts: PackageFacts) -> list[str]:
    lines = [" ".join(crs_words(facts.crs))]
    if facts.bounds is not None:
        west, east, south, north = facts.bounds
        lines.append(
            f"The map reaches from {west:.4f}° to {east:.4f}° in longitude (positive to the east) "
            f"and from {south:.4f}° to {north:.4f}° in planetocentric latitude."
        )
    return lines


def _layer(layer: LayerFacts) -> Iterator[str]:
    shape = "table" if layer.geometry == "none" else f"{layer.geometry}s"
    yield f"{layer.name} ({layer.title}; {shape}, {layer.rows})"
    for column in layer.columns:
        yield f"    {column.name}: {column.title}{_terms(column.terms)}"


def _terms(terms: tuple[tuple[str, str, str], ...]) -> str:
    if not terms:
        return ""
    shown = "; ".join(
        code if code == label else f"{code} = {label}" for code, label, _ in terms[:_TERMS_SHOWN]
    )
    more = "; … (all in the metadata)" if len(terms) > _TERMS_SHOWN else ""
    return f" [{shown}{more}]"


def _checksums() -> list[str]:
    return [
        f"{MANIFEST} holds the SHA-256 of every file. In the folder of the package:",
        f"    sha256sum --check {MANIFEST}",
    ]


def _wrapped(lines: Iterable[str]) -> str:
    """Lines that fit; the rest of an item or a column stands further in."""
    wrapped = []
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        deeper = indent + ("  " if indent or line.startswith("- ") else "")
        for part in line.splitlines() or [""]:
            wrapped += textwrap.wrap(
                part,
                _WIDTH,
                subsequent_indent=deeper,
                break_long_words=False,
                break_on_hyphens=False,
            ) or [""]
    return "\n".join(wrapped) + "\n"
