"""PDS4 labels as trees, read so that no label can make this computer do anything but read it.

Expat by hand rather than defusedxml, which QGIS's Python does not bring along: a DOCTYPE, and with
it every entity, is refused before its first declaration is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from xml.parsers import expat  # nosec B407 - what makes it dangerous is refused below

from planetary_qgis.core.errors import LabelError

LABEL_SUFFIXES = frozenset((".xml", ".lblx"))
COLLECTIONS = frozenset(("Product_Collection", "Product_Bundle"))

_MOST_BYTES = 32 * 1024 * 1024
_MOST_ELEMENTS = 500_000
_DEEPEST = 200
_FAMILIES = "/pds4/"
_UNTOLD = frozenset(
    [
        *("", "tbd", "unk", "n/a", "na", "null", "none", "nan", "unknown", "undefined"),
        *("missing", "anticipated", "inapplicable", "not applicable", "not_applicable"),
    ]
)


@dataclass
class Element:
    """An element of a label.

    Attributes:
        family: Its dictionary, whatever the version: pds, cart, geom, mission/lro, …; empty in
            labels from before PDS4 had namespaces.
        name: Without prefix.
    """

    family: str
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        """The text without blanks around it; None where it is nil or a word for unknown."""
        text = "".join(self.pieces).strip()
        nil = self.attributes.get("nil", "").strip().lower() in ("true", "1")
        return None if nil or text.lower() in _UNTOLD else text

    @property
    def unit(self) -> str:
        return self.attributes.get("unit", "").strip()

    @cached_property
    def walked(self) -> list[Element]:
        """The element and all within it, in the label's order."""
        elements, waiting = [], [self]
        while waiting:
            element = waiting.pop()
            elements.append(element)
            waiting.extend(reversed(element.children))
        return elements

    def all(self, *names: str) -> list[Element]:
        """All elements within that have one of the names."""
        return [element for element in self.walked if element.name in names]

    def first(self, name: str) -> Element | None:
        return next((element for element in self.walked if element.name == name), None)

    def within(self, *path: str) -> Iterator[Element]:
        """The elements at the end of a path of children's names."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.within(*path[1:])

    def text_of(self, *path: str) -> str | None:
        """The first known text at the end of a path of children's names."""
        texts = (element.text for element in self.within(*path))
        return next((" ".join(text.split()) for text in texts if text), None)


def is_product(root: Element) -> bool:
    """Whether a tree is a PDS4 label's, as its root's name tells."""
    return root.name.startswith("Product_")


def read_label(path: Path, *, up_to: Collection[str] = ()) -> Element:
    """The root of an XML file's tree.

    Args:
        up_to: Names of elements; the file is parsed to the end of the first of them, no further.

    Raises:
        LabelError: The file cannot be read, is too large for a label, is not well-formed XML, or
            declares a document type.
    """
    return label_in(_bytes_of(path), path, up_to=up_to)


def label_in(content: bytes, path: Path, *, up_to: Collection[str] = ()) -> Element:
    """The same of a file's content; the path is what messages call it."""
    reader = _Reader(path, up_to)
    try:
        reader.parser.Parse(content, True)
    except _EnoughError:
        pass
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise _broken(path, what, error.lineno, error.offset + 1) from error
    except (LookupError, ValueError) as error:
        raise _broken(path, str(error), 1, 1) from error
    if reader.root is None:
        raise _broken(path, "no element found", 1, 1)
    return reader.root


class _EnoughError(Exception):
    """What was asked for has been read."""


class _Reader:
    """Builds the tree of one file."""

    def __init__(self, path: Path, up_to: Collection[str]) -> None:
        self.root: Element | None = None
        self._path, self._up_to = path, up_to
        self._open: list[Element] = []
        self._elements = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _doctype(self, *_declaration: object) -> None:
        raise LabelError(
            f"The file {self._path} declares a document type (DOCTYPE), which no PDS4 label needs "
            "and which can hide references to other files: it was not read.",
            hint="Take the declaration out of the file if you trust it.",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS or len(self._open) >= _DEEPEST:
            raise _too_large(self._path)
        namespace, _, local = name.rpartition(" ")
        plain = {key.rpartition(" ")[2].lower(): value for key, value in attributes.items()}
        element = Element(_family(namespace), local, plain)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        if self._open.pop().name in self._up_to:
            raise _EnoughError

    def _characters(self, text: str) -> None:
        self._open[-1].pieces.append(text)


def _family(namespace: str) -> str:
    """“cart” of http://pds.nasa.gov/pds4/cart/v1, “isda” of another agency's …/pds4/isda/v1."""
    name = namespace.partition(_FAMILIES)[2].strip("/")
    stem, _, version = name.rpartition("/")
    return stem if version[:1] == "v" and version[1:].isdigit() else name


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise LabelError(
            f"The file {path} cannot be read: {error.strerror or error}.",
            hint="Check that it is there and that you may read it.",
        ) from error
    if len(content) > _MOST_BYTES:
        raise _too_large(path)
    return content


def _too_large(path: Path) -> LabelError:
    return LabelError(
        f"The file {path} is larger or deeper than any PDS4 label: it was not read.",
        hint="Choose the label (.xml, .lblx), not the data that it describes.",
    )


def _broken(path: Path, what: str, line: int, column: int) -> LabelError:
    return LabelError(
        f"The label {path} is not well-formed XML: {what}, line {line}, column {column}.",
        hint="Get the file again from its archive, or mend that line.",
    )
