"""A map's metadata in the form of QGIS, whose model is that of ISO 19115."""

from __future__ import annotations

from planetary_qgis.core.mapping.packages.csdgm_nodes import Node, as_xml, node
from planetary_qgis.core.mapping.packages.package_facts import LayerFacts, PackageFacts

LANGUAGE = "ENG"


def qmd(facts: PackageFacts, layer: LayerFacts | None = None) -> str:
    """The content of a .qmd file: of the whole map, or of one of its layers."""
    said = facts.metadata
    title = facts.title if layer is None else f"{facts.title}: {layer.title}"
    name = facts.name if layer is None else f"{facts.name}:{layer.name}"
    tree = node(
        "qgis",
        node("identifier", name),
        node("parentidentifier", "" if layer is None else facts.name),
        node("language", LANGUAGE),
        node("type", "dataset"),
        node("title", title),
        node("abstract", said.abstract),
        [_keywords(facts)],
        [_contact(facts)],
        [node("rights", f"© {said.authors}")] if said.authors else [],
        [node("license", said.licence)] if said.licence else [],
        [node("history", line) for line in _history(facts)],
    )
    return as_xml(tree).replace("<keywords>", '<keywords vocabulary="keywords">')


def _keywords(facts: PackageFacts) -> Node:
    words = facts.metadata.keywords or ("geologic map", facts.body_title)
    return node("keywords", [node("keyword", word) for word in words])


def _contact(facts: PackageFacts) -> Node:
    said = facts.metadata
    return node(
        "contact",
        node("name", said.contact or said.authors),
        node("organization", said.organization),
        node("position", ""),
        node("voice", ""),
        node("fax", ""),
        node("email", said.email),
        node("role", "author"),
    )


def _history(facts: PackageFacts) -> list[str]:
    said = facts.metadata
    return [
        f"Version {said.version} of {facts.today.isoformat()}, made with {facts.made_with}.",
        *(f"Data source: {source}" for source in said.data_sources),
        *([f"Purpose: {said.purpose}"] if said.purpose else []),
        *([f"DOI: {said.doi}"] if said.doi else []),
    ]
