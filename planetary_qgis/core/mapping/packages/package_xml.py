"""XML of projects, styles and metadata, read so that no file can do more than be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat  # nosec B407 - entities, which make it dangerous, are refused

_DEEPEST = 500
_MOST_ELEMENTS = 3_000_000


class XmlError(Exception):
    """A text is no well-formed XML, or declares entities."""


@dataclass
class XmlElement:
    """An element of a tree."""

    name: str
    attributes: dict[str, str]
    children: list[XmlElement] = field(default_factory=list)
    text: str = ""

    def all(self, *names: str) -> Iterator[XmlElement]:
        """The elements of these names, this one and all below, in their order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            if not names or element.name in names:
                yield element
            waiting.extend(reversed(element.children))

    def first(self, name: str) -> XmlElement | None:
        return next(self.all(name), None)

    def child(self, name: str) -> XmlElement | None:
        return next((each for each in self.children if each.name == name), None)


def parsed_xml(content: bytes) -> XmlElement:
    """The root of an XML text's tree.

    Raises:
        XmlError: It is not well-formed, declares entities, or is deeper or larger than any of ours.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise XmlError(f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
    except (LookupError, ValueError) as error:
        raise XmlError(str(error)) from error
    if reader.root is None:
        raise XmlError("it is empty")
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: XmlElement | None = None
        self._open: list[XmlElement] = []
        self._count = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _entity(self, *_declaration: object) -> None:
        raise XmlError("it declares entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MOST_ELEMENTS or len(self._open) >= _DEEPEST:
            raise XmlError("it has too many elements, or too many inside each other")
        element = XmlElement(name, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._open[-1].text += text
