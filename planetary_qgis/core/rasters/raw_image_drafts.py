"""Unprojected images on the way from their labels, and the parts that ISIS cut from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.rasters.raster_labels import RasterLabel

MICROSECONDS = 1e6


@dataclass
class Draft:
    """An image on the way.

    Attributes:
        fields: Those of RawImage.
        instrument: NAIF id.
    """

    fields: dict[str, Any]
    instrument: int
    notes: list[str] = field(default_factory=list)

    def later(self, seconds: float) -> None:
        """Let it begin so much later."""
        step = np.timedelta64(round(seconds * MICROSECONDS), "us")
        self.fields["start"] = self.fields["start"] + step


def draft_of_part(draft: Draft, label: RasterLabel) -> None:
    """Place a part of an ISIS cube, or one reduced or enlarged, in the image that it was cut from.

    Source: USGS ISIS, AlphaCube: edges of pixels, the first one's being 0.5.
    """
    words, fields = label.words, draft.fields
    if label.kind != "ISIS3" or words.value("AlphaSamples") is None:
        return
    first_sample, scale = _part(label, "Sample")
    first_line, line_scale = _part(label, "Line")
    fields["first_sample"] += first_sample * fields["sample_summing"]
    fields["sample_summing"] *= scale
    if fields.get("line_starts") is not None:
        _times_of_part(draft, first_line, line_scale, label)
        return
    if fields.get("line_s") is not None:
        draft.later(first_line * fields["line_s"])
        fields["line_s"] *= line_scale
        return  # whatever line of it: the detector's is the same
    if fields.get("framelet_lines") is not None and (first_line or line_scale != 1.0):
        raise LabelError(
            f"{label.path.name} is a part of an image made of framelets.",
            hint="Give the whole image.",
        )
    fields["first_line"] = fields.get("first_line", 1.0) + first_line * fields["line_summing"]
    fields["line_summing"] *= line_scale


def _times_of_part(draft: Draft, first: float, scale: float, label: RasterLabel) -> None:
    """Times of the lines that were cut from an image whose lines have times of their own."""
    begin, lines = int(first), draft.fields["lines"]
    starts = draft.fields["line_starts"][begin : begin + lines]
    if scale != 1.0 or first != begin or len(starts) != lines:
        raise LabelError(
            f"{label.path.name} does not have the lines of the image that it is a part of.",
            hint="Give the whole image.",
        )
    draft.fields.update(line_starts=starts, start=starts[0])


def _part(label: RasterLabel, side: str) -> tuple[float, float]:
    """Pixels of the parent before the part, and how many of them one of the part's covers."""
    number = label.words.number
    begin, end = number(f"AlphaStarting{side}"), number(f"AlphaEnding{side}")
    count = number(f"Beta{side}s")
    if begin is None or end is None or not count or not end > begin:
        raise LabelError(
            f"The AlphaCube group of {label.path.name} does not say which part of an image it is.",
            hint="Give the detector window yourself.",
        )
    return begin - 0.5, (end - begin) / count
