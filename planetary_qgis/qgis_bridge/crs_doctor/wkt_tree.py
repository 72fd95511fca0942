"""WKT as a tree that can be read and put together anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

from planetary_qgis.core.errors import PlanetaryError

_TOKEN = re.compile(r'\s*(?:("(?:[^"]|"")*")|([\[\](),])|([^\s\[\](),"]+))')
_OGRAPHIC = re.compile(r"(?<!ge)ographic")
_DEEPEST = 50


@dataclass(frozen=True)
class Node:
    """KEYWORD[item, item, …]; items are nodes, or words as they stand, names with their quotes."""

    keyword: str
    items: tuple[Item, ...]

    @property
    def name(self) -> str:
        """The first item, without quotes; empty where it is none."""
        first = self.items[0] if self.items else ""
        return _unquoted(first) if isinstance(first, str) else ""

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(item for item in self.items if isinstance(item, Node))

    def child(self, *keywords: str) -> Node | None:
        """The first node right below with one of these keywords."""
        return next((node for node in self.nodes if node.keyword in keywords), None)

    def find(self, *keywords: str) -> Node | None:
        """The first node anywhere below, or this one, with one of these keywords."""
        return next((node for node in self.walk() if node.keyword in keywords), None)

    def walk(self) -> Iterator[Node]:
        yield self
        for node in self.nodes:
            yield from node.walk()

    def word(self, number: int) -> str:
        """An item as text, without quotes; empty where there is none."""
        item = self.items[number] if number < len(self.items) else ""
        return _unquoted(item) if isinstance(item, str) else ""

    def number(self, position: int) -> float | None:
        try:
            return float(self.word(position))
        except ValueError:
            return None

    def without(self, *keywords: str) -> Node:
        """The same without nodes of these keywords right below."""
        kept = (i for i in self.items if not (isinstance(i, Node) and i.keyword in keywords))
        return Node(self.keyword, tuple(kept))

    def __str__(self) -> str:
        return f"{self.keyword}[{','.join(map(str, self.items))}]"


Item = Union[str, Node]


def quoted(name: str) -> str:
    """A name as WKT writes it."""
    return '"' + name.replace('"', '""') + '"'


def says_ographic(node: Node) -> bool:
    """Whether a node's name says that latitudes are planetographic."""
    return _OGRAPHIC.search(node.name.lower()) is not None


def parsed(text: str) -> Node:
    """The tree of a WKT.

    Raises:
        PlanetaryError: The brackets do not match, or there are none.
    """
    tokens = [match.group().strip() for match in _TOKEN.finditer(text)]
    tree, rest = _node(tokens, 0, _DEEPEST)
    if rest != len(tokens):
        raise _broken(text)
    return tree


def _node(tokens: list[str], at: int, depth: int) -> tuple[Node, int]:
    if depth == 0 or at + 1 >= len(tokens) or tokens[at + 1] not in "[(":
        raise _broken(" ".join(tokens))
    keyword, items, at = tokens[at].upper(), [], at + 2
    while at < len(tokens) and tokens[at] not in "])":
        if tokens[at] == ",":
            at += 1
        elif at + 1 < len(tokens) and tokens[at + 1] in "[(":
            node, at = _node(tokens, at, depth - 1)
            items.append(node)
        else:
            items.append(tokens[at])
            at += 1
    if at >= len(tokens):
        raise _broken(" ".join(tokens))
    return Node(keyword, tuple(items)), at + 1


def _unquoted(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word


def _broken(text: str) -> PlanetaryError:
    return PlanetaryError(
        "The definition of a coordinate reference system (WKT) is broken off.",
        details=text,
        hint="Choose the coordinate reference system anew in the layer's properties.",
    )
