"""Entries of the symbols' TOML files as specs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, get_args

from planetary_qgis.core.mapping.symbols.specs import Mark, Ornament, Pattern, Shape, Stroke

Entry = Mapping[str, Any]


def strokes_of(entry: Entry) -> tuple[Stroke, ...]:
    """The strokes of a feature; "weight" alone is one solid line in its colour."""
    if "strokes" in entry:
        return tuple(_stroke(each) for each in entry["strokes"])
    if "weight" not in entry:
        return ()
    dash = tuple(float(each) for each in entry.get("dash", ()))
    return (Stroke(float(entry["weight"]), entry.get("colour", Stroke.colour), dash),)


def ornaments_of(entry: Entry, named: Mapping[str, Entry]) -> tuple[Ornament, ...]:
    """The ornaments of a feature: names, or entries that say in "like" what they differ from."""
    colour = entry.get("colour")
    return tuple(_ornament(each, named, colour) for each in entry.get("ornaments", ()))


def marks_of(entries: Iterable[Entry], colour: str | None = None) -> tuple[Mark, ...]:
    """Figures, in the feature's colour where they have none of their own."""
    return tuple(_mark(each, colour) for each in entries)


def patterns_of(entry: Entry) -> tuple[Pattern, ...]:
    """The patterns of an area."""
    return tuple(_pattern(each, entry.get("colour")) for each in entry.get("patterns", ()))


def _stroke(entry: Entry) -> Stroke:
    found = dict(entry)
    found["dash"] = tuple(float(each) for each in found.get("dash", ()))
    return Stroke(**found)


def _ornament(entry: str | Entry, named: Mapping[str, Entry], colour: str | None) -> Ornament:
    given: Entry = {"like": entry} if isinstance(entry, str) else entry
    whole = {**named.get(given.get("like", ""), {}), **given}
    ornament = Ornament(
        marks_of(whole["marks"], colour),
        whole.get("place", "interval"),
        float(whole.get("spacing", Ornament.spacing)),
        float(whole.get("phase", 0.0)),
    )
    return _mirrored(ornament) if whole.get("side") == "right" else ornament


def _pattern(entry: Entry, colour: str | None) -> Pattern:
    found = {name: value for name, value in entry.items() if name != "marks"}
    found["dash"] = tuple(float(each) for each in found.get("dash", ()))
    if colour is not None:
        found.setdefault("colour", colour)
    return Pattern(marks=marks_of(entry.get("marks", ()), colour), **found)


def _mark(entry: Entry, colour: str | None) -> Mark:
    """A figure; "size" stands for both sides of its box, "from" and "to" for a segment."""
    found = dict(entry)
    if "from" in found:
        found.update(_segment(found.pop("from"), found.pop("to")))
    if "size" in found:
        found["width"] = found["height"] = found.pop("size")
    found.setdefault("width", 0.0)
    if colour is not None:
        found.setdefault("colour", colour)
    if found["shape"] not in get_args(Shape):
        raise ValueError(f"Unknown shape {found['shape']!r}.")
    return Mark(**found)


def _segment(start: list[float], end: list[float]) -> dict[str, float]:
    """A segment stands upright before it is turned clockwise."""
    along, up = end[0] - start[0], end[1] - start[1]
    return {
        "x": (start[0] + end[0]) / 2.0,
        "y": (start[1] + end[1]) / 2.0,
        "height": math.hypot(along, up),
        "angle": math.degrees(math.atan2(along, up)),
    }


def _mirrored(ornament: Ornament) -> Ornament:
    """The same on the other side of the line."""
    marks = (
        replace(each, y=-each.y, angle=(180.0 if each.shape == "triangle" else 0.0) - each.angle)
        for each in ornament.marks
    )
    return replace(ornament, marks=tuple(marks))
