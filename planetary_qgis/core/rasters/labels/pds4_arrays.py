"""Arrays of PDS4 labels that are images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planetary_qgis.core.archives.pds4.units import number_of
from planetary_qgis.core.archives.pds4.xml import Element
from planetary_qgis.core.rasters.labels.band_words import nanometres
from planetary_qgis.core.rasters.labels.image_objects import (
    BYTES_OF,
    BandInfo,
    ImageFacts,
    ImageObject,
    Strides,
)
from planetary_qgis.core.rasters.labels.pds_types import pds4_type
from planetary_qgis.core.rasters.labels.special_values import pds4_specials

_ENCODED = ("Encoded_Image", "Encoded_Binary")
_BAND_AXES = ("BAND", "SPECTRAL", "WAVELENGTH", "FREQUENCY", "TIME", "FRAME", "CHANNEL")
_FILTERS = ("Optical_Filter", "Band_Bin", "Filter")
_CENTRES = ("center_filter_wavelength", "center_wavelength", "filter_center_wavelength")
_WIDTHS = ("filter_bandwidth", "bandwidth", "band_width", "filter_width")
_NAMES = ("filter_name", "filter_id", "band_name", "filter_number", "band_number")


def pds4_images(root: Element) -> Iterator[ImageObject]:
    """The arrays of two or three axes of a label's files, in its order."""
    for area in root.children:
        if not area.name.startswith("File_Area_") or area.name == "File_Area_Browse":
            continue
        file_name = area.text_of("File", "file_name") or ""
        for child in area.children:
            if child.name.startswith(("Array_2D", "Array_3D")) or child.name == "Array":
                image = _array(child, root, file_name)
                if image is not None:
                    yield image
            elif child.name in _ENCODED:
                yield _encoded(child, file_name)


def _array(array: Element, root: Element, file_name: str) -> ImageObject | None:
    """None where the array has one axis, or more than three longer than 1."""
    axes = _axes(array)
    if axes is None:
        return None
    numbers = array.first("Element_Array")
    spelled = (numbers.text_of("data_type") if numbers else None) or ""
    data_type, byte_order = pds4_type(spelled)
    counts = {role: count for role, count, _ in axes}
    steps = {role: step * BYTES_OF.get(data_type, 0) for role, _, step in axes}
    facts = ImageFacts(
        samples=counts["pixel"],
        lines=counts["line"],
        bands=counts["band"],
        data_type=data_type,
        scale=(number_of(array.first("scaling_factor")) or 1.0) if numbers else 1.0,
        offset=_offset(numbers),
        unit=(numbers.text_of("unit") or "") if numbers else "",
        specials=pds4_specials(array, data_type),
    )
    name = array.text_of("local_identifier") or array.text_of("name") or array.name
    begin = number_of(next(array.within("offset"), None)) or 0.0
    strides = Strides(int(begin), **steps)
    return ImageObject(
        name=name,
        facts=facts,
        file_name=file_name,
        strides=(_upside_down(strides, facts) if _runs_upwards(root, array) else strides)
        if data_type
        else None,
        byte_order=byte_order or "MSB",
        bands=_bands(root, facts.bands),
        refusal="" if data_type else f"{name} holds numbers of {spelled or 'an unnamed type'}.",
    )


def _axes(array: Element) -> list[tuple[str, int, int]] | None:
    """Role (pixel, line, band), length and step in numbers of three axes.

    Axes without known names are taken as the format orders them: the last is along lines.
    """
    found = []
    for axis in array.within("Axis_Array"):
        count, place = number_of(axis.first("elements")), number_of(axis.first("sequence_number"))
        if count is None or place is None or count != int(count):
            return None
        found.append((int(place), (axis.text_of("axis_name") or "").upper(), int(count)))
    found.sort()
    order = array.text_of("axis_index_order") or array.text_of("Element_Array", "order") or ""
    first_fastest = order.upper().replace("_", " ").startswith("FIRST")
    fastest_first = found if first_fastest else found[::-1]
    steps, step = [], 1
    for _, name, count in fastest_first:
        steps.append((name, count, step))
        step *= count
    steps = [axis for axis in steps if axis[1] != 1 or _role(axis[0])] or steps
    return _with_roles(steps, step)


def _with_roles(steps: list[tuple[str, int, int]], total: int) -> list[tuple[str, int, int]] | None:
    if not 2 <= len(steps) <= 3:
        return None
    roles = [_role(name) for name, _, _ in steps]
    if len(set(roles)) != len(roles) or "" in roles or not {"pixel", "line"} <= set(roles):
        roles = ["pixel", "line", "band"][: len(steps)]
    axes = [(role, count, step) for role, (_, count, step) in zip(roles, steps)]
    return axes if len(axes) == 3 else [*axes, ("band", 1, total)]


def _role(name: str) -> str:
    if name.startswith(("SAMPLE", "COLUMN")):
        return "pixel"
    if name.startswith(("LINE", "ROW")):
        return "line"
    return "band" if name.startswith(_BAND_AXES) else ""


def _runs_upwards(root: Element, array: Element) -> bool:
    """Whether the label wants the first line of the array shown lowest."""
    identifier = array.text_of("local_identifier")
    for settings in root.all("Display_Settings"):
        named = [element.text for element in settings.all("local_identifier_reference")]
        direction = settings.first("vertical_display_direction")
        if direction is not None and (not named or identifier in named):
            return (direction.text or "").lower() == "bottom to top"
    return False


def _upside_down(strides: Strides, facts: ImageFacts) -> Strides:
    last_line = strides.image + max(facts.lines - 1, 0) * strides.line
    return replace(strides, image=last_line, line=-strides.line)


def _offset(numbers: Element | None) -> float:
    """value_offset; `offset` in labels from before PDS4 was settled."""
    if numbers is None:
        return 0.0
    found = numbers.first("value_offset") or numbers.first("offset")
    return number_of(found) or 0.0


def _encoded(element: Element, file_name: str) -> ImageObject:
    standard = element.text_of("encoding_standard_id") or element.name
    name = element.text_of("local_identifier") or element.text_of("name") or element.name
    return ImageObject(
        name=name,
        facts=ImageFacts(0, 0),
        file_name=file_name,
        encoding=standard,
        refusal=f"{name} is not stored as plain numbers but as {standard}.",
    )


def _bands(root: Element, count: int) -> tuple[BandInfo, ...]:
    """The label's filters, where it describes as many as there are bands."""
    described = [element for name in _FILTERS for element in root.all(name)]
    if len(described) != count:
        return ()
    return tuple(
        BandInfo(
            name=_first_text(element, _NAMES),
            wavelength_nm=_length(element, _CENTRES),
            width_nm=_length(element, _WIDTHS),
        )
        for element in described
    )


def _first_text(element: Element, names: tuple[str, ...]) -> str:
    found = (element.first(name) for name in names)
    return next((each.text for each in found if each is not None and each.text), "")


def _length(element: Element, names: tuple[str, ...]) -> float | None:
    for name in names:
        found = element.first(name)
        if found is not None:
            return nanometres(found.text, found.unit)
    return None
