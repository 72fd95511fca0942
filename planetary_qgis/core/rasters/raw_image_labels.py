"""Unprojected images as their labels tell them: detector window, times, and NAIF's names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.rasters.labels.durations import seconds_in
from planetary_qgis.core.rasters.labels.words import Words, listed, number_in
from planetary_qgis.core.rasters.raster_labels import RasterLabel
from planetary_qgis.core.rasters.raw_image_drafts import MICROSECONDS, Draft, draft_of_part
from planetary_qgis.core.rasters.raw_image_rules import RULES
from planetary_qgis.core.spice.images.raw_images import RawImage
from planetary_qgis.core.times import parse_utc

_HINT = "Give instrument, times and detector window yourself, or prepare the image with ISIS."
_OF_FACTS = "facts."
_GONE = {"begin": 0.0, "middle": 0.5, "end": 1.0}
"""How much of the exposure has gone by when labels say that it starts."""
_PROJECTED = ("MAP_PROJECTION_TYPE", "ProjectionName", "map_projection_name")


@dataclass(frozen=True)
class RecognisedImage:
    """An unprojected image, and who took it of what.

    Attributes:
        target: NAIF's name where the body is known.
        observer, instrument: NAIF ids as texts: names mean nothing without the kernels that
            define them.
        notes: What the label left open, and how it was taken to be.
        title: Spacecraft and camera for people.
        imaging: As instruments are told to image: "frame", "line scan", "push frame".
    """

    image: RawImage
    target: str
    observer: str
    instrument: str
    notes: tuple[str, ...] = ()
    title: str = ""
    imaging: str = "auto"


def raw_image_of(label: RasterLabel) -> RecognisedImage:
    """What the label says of its first image, if that is as a known instrument took it.

    Raises:
        LabelError: The instrument is not known, the image is a map, or the label lacks something.
    """
    entry = _entry_of(label)
    projection = label.words.text(*_PROJECTED)
    if projection:
        raise LabelError(
            f"{label.path.name} is a map already, in the projection {projection}.",
            hint="Open it as a raster.",
        )
    draft = _draft(entry, label)
    for rule in entry.get("rules", ()):
        RULES[rule](draft, label)
    draft_of_part(draft, label)
    return RecognisedImage(
        image=RawImage(**draft.fields),
        target=label.target or label.facts.get("Target", ""),
        observer=str(entry["observer"]),
        instrument=str(draft.instrument),
        notes=(*entry.get("notes", ()), *draft.notes),
        title=entry["title"],
        imaging=entry["imaging"],
    )


def known_images() -> list[str]:
    """Titles of the instruments whose images are recognised."""
    return [entry["title"] for entry in _entries()]


@lru_cache(maxsize=1)
def _entries() -> tuple[dict[str, Any], ...]:
    return tuple(read_toml(Path(__file__).with_name("raw_images.toml"))["image"])


def _entry_of(label: RasterLabel) -> dict[str, Any]:
    for entry in _entries():
        if all(_says(label, keys, said) for keys, said in entry["when"].items()):
            return entry
    names = [label.facts.get("Spacecraft", ""), label.facts.get("Instrument", "")]
    who = " ".join(filter(None, names)) or "an instrument that its label does not name"
    raise LabelError(
        f"{label.path.name} is by {who}, whose images the plugin cannot place by their labels.",
        details="It can: " + ", ".join(known_images()),
        hint=_HINT,
    )


def _says(label: RasterLabel, keywords: str, said: list[str]) -> bool:
    return any(_word(label, keyword) in said for keyword in keywords.split("|"))


def _word(label: RasterLabel, keyword: str) -> str:
    if keyword.startswith(_OF_FACTS):
        return "_".join(label.facts.get(keyword[len(_OF_FACTS) :], "").upper().split())
    return label.words.word(keyword)


def _draft(entry: dict[str, Any], label: RasterLabel) -> Draft:
    if label.image is None or min(label.image.samples, label.image.lines) < 1:
        raise LabelError(f"The label of {label.path.name} describes no image.", hint=_HINT)
    words, samples, lines = label.words, label.image.samples, label.image.lines
    fields: dict[str, Any] = {"samples": samples, "lines": lines}
    fields["exposure_s"] = _seconds(entry, "exposure", label) or 0.0
    fields["start"] = _start(entry, label, fields["exposure_s"])
    line_s = _seconds(entry, "line", label)
    if line_s is not None:
        fields["line_s"] = line_s * entry.get("line_factor", 1.0)
    interframe_s = _seconds(entry, "interframe", label)
    if interframe_s is not None:
        fields["interframe_s"] = interframe_s
    for name in ("sample_summing", "line_summing"):
        fields[name] = _summing(entry.get(name), words)
    fields["first_sample"] = 1.0 + (words.number(*entry.get("first_sample", ())) or 0.0)
    if "temperature" in entry:
        fields["temperature_c"] = words.number(*entry["temperature"])
    _check_size(entry, fields, label)
    return Draft(fields, _instrument(entry, label))


def _start(entry: dict[str, Any], label: RasterLabel, exposure_s: float) -> np.datetime64:
    text = label.words.text(*entry["start"])
    if not text:
        raise _lacking(label, entry["start"])
    delay_s = entry.get("start_delay_s", 0.0) - _GONE[entry.get("start_is", "begin")] * exposure_s
    return parse_utc(text.split()[0]) + np.timedelta64(round(delay_s * MICROSECONDS), "us")


def _seconds(entry: dict[str, Any], name: str, label: RasterLabel) -> float | None:
    """A duration that the label must tell, None where the instrument has none."""
    if name not in entry:
        return None
    keywords = entry[name]["keywords"]
    seconds = seconds_in(label.words.value(*keywords), entry[name]["unit"])
    if seconds is None:
        raise _lacking(label, keywords)
    return seconds


def _summing(rule: dict[str, Any] | None, words: Words) -> float:
    if rule is None:
        return 1.0
    for keyword in rule["keywords"]:
        number, word = words.number(keyword), words.word(keyword)
        if number is not None and number > 0.0:
            return number
        if word in rule.get("words", {}):
            return float(rule["words"][word])
    return 1.0


def _instrument(entry: dict[str, Any], label: RasterLabel) -> int:
    if "instrument" in entry:
        named = label.words.whole("NaifFrameCode", "NaifIkCode")
        if named is not None and named in entry.get("cube_ids", ()):
            return named
        return int(entry["instrument"])
    rule = entry["instruments"]
    said = [_first_word(label, keyword) for keyword in rule["keywords"]]
    known = next((word for word in said if word in rule["ids"]), None)
    if known is None:
        raise _no_such_part(label, entry, next(filter(None, said), ""))
    return int(rule["ids"][known])


def _first_word(label: RasterLabel, keyword: str) -> str:
    """The first of what a keyword lists, for comparing: bands are placed as the first is."""
    values = listed(label.words.value(keyword))
    number = number_in(values[0]) if values else None
    whole = number is not None and number == int(number)
    return str(int(number or 0.0)) if whole else "_".join(str(v).upper() for v in values[:1])


def _no_such_part(label: RasterLabel, entry: dict[str, Any], said: str) -> LabelError:
    keywords = " or ".join(entry["instruments"]["keywords"])
    if said:
        what = f"names {said} as {keywords}, which the plugin cannot place."
    else:
        what = f"does not say which of the cameras or filters of {entry['title']} took it."
    return LabelError(
        f"The label of {label.path.name} {what}",
        details=f"{keywords} should be one of {', '.join(entry['instruments']['ids'])}.",
        hint=_HINT,
    )


def _check_size(entry: dict[str, Any], fields: dict[str, Any], label: RasterLabel) -> None:
    size = entry.get("size")
    if size is None or label.words.value("AlphaSamples") is not None:
        return
    if [fields["samples"], fields["lines"]] != size:
        raise LabelError(
            f"{label.path.name} has {fields['samples']} samples and {fields['lines']} lines, the "
            f"detector of {entry['title']} {size[0]} and {size[1]}: nothing says which part it is.",
            hint=_HINT,
        )


def _lacking(label: RasterLabel, keywords: list[str]) -> LabelError:
    return LabelError(
        f"The label of {label.path.name} lacks {' or '.join(keywords)}.",
        hint=_HINT,
    )
