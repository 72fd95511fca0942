"""Which rows of a detector framelets were read from, an instrument a rule."""

from __future__ import annotations

from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.rasters.labels.words import listed
from planetary_qgis.core.rasters.raster_labels import RasterLabel
from planetary_qgis.core.rasters.raw_image_drafts import Draft

_THEMIS_FIRST_ROWS = {1: (2, 203), 2: (5, 814), 3: (3, 404), 4: (4, 612), 5: (1, 4)}
_THEMIS_FRAMELET_LINES = 192


def themis_visible_framelets(draft: Draft, label: RasterLabel) -> None:
    """Each filter covers its own rows of the detector, read out one filter after the other.

    Source: USGS ISIS, ThemisVisCamera; the start it takes is one and a half exposures before the
    label's.
    """
    fields, band = draft.fields, label.words.whole("BAND_BIN_FILTER_NUMBER", "FilterNumber") or 0
    if band not in _THEMIS_FIRST_ROWS:
        raise LabelError(
            f"The label of {label.path.name} does not say which filter took the image.",
            hint="Give the detector window yourself.",
        )
    turn, row = _THEMIS_FIRST_ROWS[band]
    fields["framelet_lines"] = round(_THEMIS_FRAMELET_LINES / fields["line_summing"])
    fields.update(first_line=float(row), flipped=True)
    draft.later((turn - 1) * fields["interframe_s"] - 1.5 * fields["exposure_s"])
    if label.image is not None and label.image.bands > 1:
        draft.notes.append(
            f"The image is placed as its first band, filter {band}, sees the ground."
        )


_WAC_FIRST_LINES = {
    -85641: 244.0,
    -85642: 302.0,
    -85631: 703.0,
    -85632: 728.0,
    -85633: 754.0,
    -85634: 781.0,
    -85635: 806.0,
}
_WAC_ULTRAVIOLET = (-85641, -85642)


def wac_framelets(draft: Draft, label: RasterLabel) -> None:
    """Each filter has its rows of the detector; framelets of the ultraviolet are summed by 4.

    Cubes of even and of odd framelets have all lines, those of the others empty.

    Source: lro_lroc_v18.ti: FILTER_OFFSET and …_SAMPLE_OFFSET, which count as its BORESIGHT_SAMPLE
    and _LINE do; USGS ISIS, lrowac2isis and LroWideAngleCamera.
    """
    words, fields, mode = label.words, draft.fields, label.words.word("INSTRUMENT_MODE_ID")
    if label.kind != "ISIS3" and mode != "BW":
        raise LabelError(
            f"{label.path.name} has the framelets of several filters one below the other.",
            hint="Part it by filters with ISIS's lrowac2isis, and open the cubes.",
        )
    if words.word("DataFlipped") == "YES" or words.whole("ColorOffset"):
        raise LabelError(
            f"The framelets of {label.path.name} have been put in another order.",
            hint="Import it again by lrowac2isis, without flipping and without a colour offset.",
        )
    is_ultraviolet = draft.instrument in _WAC_ULTRAVIOLET
    summing, first_sample = (4.0, 264.0) if is_ultraviolet else (1.0, 160.0)
    if mode == "BW" and words.whole("Mode") in (2, 3):  # over the poles all samples are read
        first_sample = 0.0
    fields.update(framelet_lines=4 if is_ultraviolet else 14, first_sample=first_sample)
    fields.update(first_line=_WAC_FIRST_LINES[draft.instrument])
    fields.update(sample_summing=summing, line_summing=summing)
    _note_first_band(draft, label)


_JUNOCAM_LINES = 128
_JUNOCAM_DELTA_S = 0.001


def junocam_framelets(draft: Draft, label: RasterLabel) -> None:
    """Framelets of 128 lines; ISIS's cubes hold one each.

    Source: juno_junocam_v03.ti, whose pixels count within the framelet; USGS ISIS, JunoCamera.
    """
    words, fields = label.words, draft.fields
    filters = listed(words.value("FILTER_NAME"))
    if len(filters) > 1:
        raise LabelError(
            f"{label.path.name} has the framelets of {len(filters)} filters one below the other.",
            hint="Part it into framelets with ISIS's junocam2isis, and open those.",
        )
    fields["framelet_lines"] = round(_JUNOCAM_LINES / fields["line_summing"])
    fields["interframe_s"] += _JUNOCAM_DELTA_S
    draft.later(((words.whole("FrameNumber") or 1) - 1) * fields["interframe_s"])


def cassis_window(draft: Draft, label: RasterLabel) -> None:
    """The window of the detector that a framelet was read from; rows and columns count from 0.

    ISIS keeps it as an AlphaCube. Source: USGS ISIS, tgocassis2isis.
    """
    if label.kind == "ISIS3":
        return
    words, fields = label.words, draft.fields
    number = (words.whole("WindowCounter", "Window_Count") or 0) + 1
    places = {
        f"{edge}_{side}": words.whole(f"Window{number}_{edge}_{side}")
        for edge in ("Start", "End")
        for side in ("Row", "Col")
    }
    row, column = places["Start_Row"], places["Start_Col"]
    if row is None or column is None:
        raise LabelError(
            f"The label of {label.path.name} does not say where window {number} begins.",
            hint="Give the detector window yourself.",
        )
    fields.update(first_line=row + 1.0, first_sample=column + 1.0)
    last = places["End_Col"]
    if last is not None:
        summing = float(max(1, round((last - column + 1) / fields["samples"])))
        fields.update(sample_summing=summing, line_summing=summing)


def _note_first_band(draft: Draft, label: RasterLabel) -> None:
    if label.image is not None and label.image.bands > 1:
        draft.notes.append("The image is placed as its first band sees the ground.")
