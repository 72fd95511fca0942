"""What no keyword says of unprojected images, an instrument a rule; named in raw_images.toml."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.rasters.line_times import times_before_lines, times_in_cube
from planetary_qgis.core.rasters.raster_labels import RasterLabel
from planetary_qgis.core.rasters.raw_image_drafts import MICROSECONDS, Draft
from planetary_qgis.core.rasters.raw_image_framelets import (
    cassis_window,
    junocam_framelets,
    themis_visible_framelets,
    wac_framelets,
)
from planetary_qgis.core.times import parse_utc


def _ctx_dark_samples(draft: Draft, label: RasterLabel) -> None:
    """CTX's archived lines begin with samples that see nothing; ISIS cubes have none of them.

    Source: USGS ISIS, mroctx2isis.
    """
    if label.kind == "ISIS3":
        return
    summing, whole = draft.fields["sample_summing"], draft.fields["first_sample"] == 1.0
    dark = {(1.0, True): 38, (1.0, False): 16, (2.0, True): 19, (2.0, False): 8}
    draft.fields["first_sample"] -= dark.get((summing, whole), 0) * summing


_HIRISE_SAMPLES = 1024


def _hirise_channel(draft: Draft, label: RasterLabel) -> None:
    """Half of a CCD, and the middle of the lines over which charge was shifted with the ground.

    Source: mro_hirise_v12.ti, its recipe for view directions; USGS ISIS, HiriseCamera.
    """
    words, fields = label.words, draft.fields
    channel, shifted = words.whole("CHANNEL_NUMBER"), words.number("TDI")
    if channel not in (0, 1) or not shifted:
        raise LabelError(
            f"The label of {label.path.name} lacks CHANNEL_NUMBER or TDI.",
            hint="Stitched and projected images are not raw; open those as rasters.",
        )
    summing = fields["sample_summing"]
    fields.update(first_sample=1.0 if channel else _HIRISE_SAMPLES + 1.0, line_summing=summing)
    fields["first_line"] = 0.5 + shifted / 2.0
    draft.later(fields["line_s"] / summing * (summing - shifted) / 2.0)


_NAC_SAMPLES = 5064


def _nac_summing(draft: Draft, label: RasterLabel) -> None:
    """PDS4 labels do not tell it; images have all of the detector's samples, or half as many."""
    if label.kind != "PDS4":
        return
    summing, rest = divmod(_NAC_SAMPLES, draft.fields["samples"])
    if rest or summing not in (1, 2):
        raise LabelError(
            f"{label.path.name} has {draft.fields['samples']} samples, the detector "
            f"{_NAC_SAMPLES}: nothing says which part it is.",
            hint="Give the detector window yourself.",
        )
    draft.fields["sample_summing"] = float(summing)


def _nac_mirrored(draft: Draft, label: RasterLabel) -> None:
    """Early archived images of the right camera run the other way. Source: lronac2isis."""
    if label.kind != "PDS3" or label.words.word("FRAME_ID") != "RIGHT":
        return
    version = label.words.text("PRODUCT_VERSION_ID").lower().lstrip("v")
    try:
        draft.fields["mirrored"] = float(version) < 1.3
    except ValueError:
        draft.notes.append("The label has no version, which says whether samples are mirrored.")


_THEMIS_LINE_S = 0.0332871
_THEMIS_TDI_LINES = (8.5, 24.5, 50.5, 76.5, 102.5, 128.5, 154.5, 180.5, 205.5, 231.5)
_THEMIS_LINES = (9, 24, 52, 77, 102, 129, 155, 181, 206, 232)


def _themis_infrared_lines(draft: Draft, label: RasterLabel) -> None:
    """Each band is one line of the detector, over which the ground comes at its own time.

    Source: USGS ISIS, ThemisIrCamera.
    """
    summing, words = draft.fields["line_summing"], label.words
    line_s = _THEMIS_LINE_S * summing
    band = words.whole("BAND_BIN_FILTER_NUMBER", "FilterNumber") or 1
    delayed = words.word("TIME_DELAY_INTEGRATION_FLAG", "TimeDelayIntegration") == "ENABLED"
    lines = _THEMIS_TDI_LINES if delayed else _THEMIS_LINES
    if not 1 <= band <= len(lines):
        raise LabelError(
            f"{label.path.name} names band {band}, which THEMIS has not.", hint="Check its label."
        )
    line = float(lines[band - 1])
    draft.fields.update(line_s=line_s, exposure_s=line_s, first_line=line)
    draft.later((line - 0.5) * _THEMIS_LINE_S)
    if label.image is not None and label.image.bands > 1:
        draft.notes.append(f"The image is placed as its first band, {band}, sees the ground.")


def _hrsc_line_times(draft: Draft, label: RasterLabel) -> None:
    """Archived lines begin with their own times; ISIS cubes have a table of where those change."""
    read = times_in_cube if label.kind == "ISIS3" else times_before_lines
    found = read(label, label.words.whole("AlphaLines") or draft.fields["lines"])
    if found is None:
        _even_lines(draft, label)
        return
    times, exposures = found
    since = np.rint((times - times[0]) * MICROSECONDS).astype("timedelta64[us]")
    draft.fields["line_starts"] = draft.fields["start"] + since
    draft.fields["exposure_s"] = float(np.median(exposures))


def _even_lines(draft: Draft, label: RasterLabel) -> None:
    """Lines at even times from the label's start to its stop."""
    stop = label.words.text("STOP_TIME")
    if not stop:
        raise LabelError(
            f"The label of {label.path.name} lacks STOP_TIME.", hint="Give the line time yourself."
        )
    whole = (parse_utc(stop.split()[0]) - draft.fields["start"]) / np.timedelta64(1, "us")
    line_s = float(whole) / MICROSECONDS / draft.fields["lines"]
    draft.fields.update(line_s=line_s, exposure_s=line_s)
    draft.notes.append(
        "The times of single lines are not there: lines are spread evenly from start to stop."
    )


def _mdis_binning(draft: Draft, label: RasterLabel) -> None:
    """Binned in the focal plane, which leaves out its first samples, and again on board.

    Source: USGS ISIS, MdisCamera; msgr_mdis_v160.ti: FPUBIN_START_SAMPLE and _LINE.
    """
    words = label.words
    summing = float(words.whole("PixelBinningMode", "MESS:PIXELBIN") or 1)
    if words.whole("FpuBinningMode", "MESS:FPU_BIN") == 1:
        summing *= 2.0
        draft.fields.update(first_sample=9.0, first_line=1.0)
    draft.fields.update(sample_summing=summing, line_summing=summing)
    if words.whole("SubFrameMode", "MESS:SUBFRAME"):
        draft.notes.append("Only subframes of the image hold data; the rest is empty.")


def _dawn_upside_down(draft: Draft, label: RasterLabel) -> None:
    """Archived images have the detector's last line first; ISIS turns them. Source: dawnfc2isis."""
    draft.fields["flipped"] = label.kind != "ISIS3"


def _lorri_mode(draft: Draft, label: RasterLabel) -> None:
    """LORRI binned 4 × 4 is an instrument of its own to NAIF, and FITS has the lowest line first.

    Source: USGS ISIS, NewHorizonsLorriCamera.
    """
    fields = draft.fields
    size = (label.words.whole("AlphaSamples") or fields["samples"]), fields["samples"]
    if size[0] not in (1024, 256):
        raise LabelError(
            f"{label.path.name} has {size[1]} samples, LORRI 1024 or, binned, 256.",
            hint="Give the detector window yourself.",
        )
    draft.instrument = -98301 if size[0] == 1024 else -98302
    fields["flipped"] = label.kind == "FITS"


def _kaguya_directions(draft: Draft, label: RasterLabel) -> None:
    """Which way lines and samples of the image run."""
    if label.words.word("FIRST_SAMPLED_LINE_POSITION") == "LOWERMOST":
        raise LabelError(
            f"{label.path.name} has its last line first.",
            hint="Turn it upside down, or prepare it with ISIS.",
        )
    first_element = label.words.word(
        "FIRST_DETECTOR_ELEMENT_POSITION", "FIRST_DETECTOR_ELEM_POSITION"
    )
    draft.fields["mirrored"] = first_element == "RIGHT"


_KAGUYA_FIRST_SAMPLES = {"FULL": 1, "NOMINAL": 297, "HALF": 1172}


def _kaguya_window(draft: Draft, label: RasterLabel) -> None:
    """The Terrain Camera's swath. Source: SEL_TC_V01.TI."""
    first = label.words.whole("FIRST_PIXEL_NUMBER")
    first = first or _KAGUYA_FIRST_SAMPLES.get(label.words.word("SWATH_MODE_ID"))
    if first is None:
        raise LabelError(
            f"The label of {label.path.name} does not say which part of the detector was read.",
            hint="Give the detector window yourself.",
        )
    draft.fields["first_sample"] = float(first)


RULES: dict[str, Callable[[Draft, RasterLabel], None]] = {
    "ctx_dark_samples": _ctx_dark_samples,
    "hirise_channel": _hirise_channel,
    "nac_summing": _nac_summing,
    "nac_mirrored": _nac_mirrored,
    "themis_infrared_lines": _themis_infrared_lines,
    "themis_visible_framelets": themis_visible_framelets,
    "hrsc_line_times": _hrsc_line_times,
    "mdis_binning": _mdis_binning,
    "dawn_upside_down": _dawn_upside_down,
    "lorri_mode": _lorri_mode,
    "kaguya_directions": _kaguya_directions,
    "kaguya_window": _kaguya_window,
    "wac_framelets": wac_framelets,
    "junocam_framelets": junocam_framelets,
    "cassis_window": cassis_window,
}
