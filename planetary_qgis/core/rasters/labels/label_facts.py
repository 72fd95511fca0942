"""What a label says of its product, for people, in reading order."""

from __future__ import annotations

from collections.abc import Mapping

from planetary_qgis.core.rasters.labels.words import Words

# Keywords of PDS3, ISIS, VICAR and FITS labels and elements of PDS4 labels, the best first.
# The spelling does not matter: see words.py.
_FACTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Product id", ("PRODUCT_ID", "logical_identifier", "IMAGE_ID", "IMAGE_NUMBER", "PICNO")),
    ("Title", ("title", "DATA_SET_NAME")),
    ("Data set", ("DATA_SET_ID", "STANDARD_DATA_PRODUCT_ID")),
    ("Target", ("TARGET_NAME", "TARGET", "OBJECT")),
    (
        "Spacecraft",
        (
            *("INSTRUMENT_HOST_NAME", "SPACECRAFT_NAME", "INSTRUMENT_HOST_ID", "MISSION_NAME"),
            *("TELESCOP", "MISSION"),
        ),
    ),
    ("Instrument", ("INSTRUMENT_NAME", "INSTRUMENT_ID", "INSTRUME")),
    ("Camera", ("DETECTOR_ID", "FRAME_ID", "CAMERA_NAME")),
    (
        "Filter",
        ("FILTER_NAME", "Filter", "BAND_BIN_FILTER_NAME", "filter_id", "FILTER_NUMBER", "FILTER"),
    ),
    ("Wavelength", ("CENTER_FILTER_WAVELENGTH", "BAND_BIN_CENTER", "center_filter_wavelength")),
    ("Start", ("START_TIME", "start_date_time", "OnboardImageAcquisitionTime", "IMAGE_TIME")),
    ("Stop", ("STOP_TIME", "stop_date_time")),
    (
        "Exposure",
        ("EXPOSURE_DURATION", "LINE_EXPOSURE_DURATION", "exposure_duration", "Exposure_Time"),
    ),
    ("Orbit", ("ORBIT_NUMBER", "orbit_number")),
    ("Incidence angle", ("INCIDENCE_ANGLE", "solar_incidence_angle", "INCIDENCE_ANGLE_FILTER")),
    ("Emission angle", ("EMISSION_ANGLE", "EMISSION_ANGLE_FILTER")),
    ("Phase angle", ("PHASE_ANGLE", "solar_phase_angle", "PHASE_ANGLE_FILTER")),
    ("Solar longitude", ("SOLAR_LONGITUDE",)),
    ("Local time", ("LOCAL_TIME", "local_true_solar_time")),
    ("Map projection", ("MAP_PROJECTION_TYPE", "ProjectionName", "map_projection_name")),
    (
        "Resolution",
        (
            *("MAP_SCALE", "PixelResolution", "HORIZONTAL_PIXEL_SCALE", "PIXEL_SCALE_SURFACE"),
            *("SCALED_PIXEL_WIDTH", "pixel_resolution_x", "MAXIMUM_RESOLUTION"),
        ),
    ),
    ("Latitudes", ("COORDINATE_SYSTEM_NAME", "LatitudeType", "latitude_type")),
    (
        "Longitudes",
        ("POSITIVE_LONGITUDE_DIRECTION", "LongitudeDirection", "longitude_direction"),
    ),
    ("Units", ("UNIT", "CORE_UNIT", "BUNIT", "Units")),
    ("Quality", ("DATA_QUALITY_DESC", "DATA_QUALITY_ID", "USAGE_NOTE")),
    ("Processing level", ("PROCESSING_LEVEL_ID", "processing_level", "PRODUCT_TYPE")),
    ("Made with", ("SOFTWARE_NAME", "SoftwareName")),
    ("Made on", ("PRODUCT_CREATION_TIME", "creation_date_time", "FILE_CREATION_TIME")),
    ("Made by", ("PRODUCER_INSTITUTION_NAME", "PRODUCER_ID", "Producer_institution_name")),
    ("Version", ("PRODUCT_VERSION_ID", "version_id")),
    ("Line direction", ("LINE_DISPLAY_DIRECTION", "vertical_display_direction")),
)
_LONGEST = 500


def facts_of(words: Words, components: Mapping[str, str]) -> dict[str, str]:
    """What the label says, by name; what it does not say is not there.

    Args:
        components: What the format says in a place of its own, before what keywords say.
    """
    told = {name: components.get(name) or words.text(*keywords) for name, keywords in _FACTS}
    version = words.text("SOFTWARE_VERSION_ID", "SoftwareVersionId")
    if told["Made with"] and version:
        told["Made with"] = f"{told['Made with']} {version}"
    return {name: _shortened(text) for name, text in told.items() if text}


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
