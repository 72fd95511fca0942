"""Trees of FGDC metadata, as XML and as indented text."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from html import escape

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTH = 78


@dataclass(frozen=True)
class Node:
    """An element with a text, or with others inside."""

    tag: str
    text: str = ""
    children: tuple[Node, ...] = field(default=())


def node(tag: str, *content: object) -> Node:
    """An element; content is a text or a number, or nodes and lists of nodes, None left out."""
    children: list[Node] = []
    text = ""
    for part in content:
        if isinstance(part, Node):
            children.append(part)
        elif isinstance(part, (list, tuple)):
            children += [each for each in part if each is not None]
        elif part is not None:
            text = str(part)
    return Node(tag, text, tuple(children))


def as_xml(root: Node) -> str:
    """The tree as an XML file; signs that XML forbids become the sign for unknown ones."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _xml(root, 0)


def as_text(root: Node, names: dict[str, str]) -> str:
    """The tree as indented text, each element by its long name."""
    return "".join(_lines(child, 0, names) for child in root.children)


def clean(text: str) -> str:
    """The text without signs that XML forbids."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _xml(element: Node, depth: int) -> str:
    blanks = "  " * depth
    if not element.children:
        text = escape(clean(element.text), quote=False)
        return f"{blanks}<{element.tag}>{text}</{element.tag}>\n"
    inside = "".join(_xml(child, depth + 1) for child in element.children)
    return f"{blanks}<{element.tag}>\n{inside}{blanks}</{element.tag}>\n"


def _lines(element: Node, depth: int, names: dict[str, str]) -> str:
    blanks, name = "  " * depth, names[element.tag]
    if element.children:
        inside = "".join(_lines(child, depth + 1, names) for child in element.children)
        return f"{blanks}{name}:\n{inside}"
    text = clean(element.text)
    if "\n" not in text and len(blanks) + len(name) + 2 + len(text) <= _WIDTH:
        return f"{blanks}{name}: {text}\n"
    inner = blanks + "  "
    wrapped = [
        line
        for part in text.splitlines()
        for line in textwrap.wrap(
            part, max(40, _WIDTH - len(inner)), break_long_words=False, break_on_hyphens=False
        )
        or [""]
    ]
    return f"{blanks}{name}:\n" + "".join(f"{inner}{line}".rstrip() + "\n" for line in wrapped)
