"""What a layer shows of a feature when the mouse rests on it."""

from __future__ import annotations

from html import escape

START_FIELD, STOP_FIELD, NAME_FIELD = "start_time", "stop_time", "product_id"
BROWSE_FIELD = "browse_url"

_TEXTS = {"target": "Target", "instrument_id": "Instrument"}
_NUMBERS = {
    "incidence_angle": "Incidence (°)",
    "emission_angle": "Emission (°)",
    "phase_angle": "Phase (°)",
    "resolution": "Resolution (m/pixel)",
    "solar_longitude": "Solar longitude (°)",
    "local_time": "Local time (h)",
}
_IMAGE_WIDTH = 200
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"))
"""The ampersand first, as the others bring ampersands along."""


def map_tip(names: list[str]) -> str:
    """HTML that shows what is known of a product, its browse image too, and leaves out the rest."""
    texts = [_row(title, escaped(name)) for name, title in _TEXTS.items() if name in names]
    numbers = [
        _row(title, f'round("{name}", 3)') for name, title in _NUMBERS.items() if name in names
    ]
    heading = _known("<b>", escaped(NAME_FIELD), "</b>") if NAME_FIELD in names else ""
    table = f"<table>{''.join(texts + numbers)}</table>"
    return f"{heading}{_times(names)}{table}{_image(names)}"


def _row(title: str, value: str) -> str:
    return _known(f"<tr><td>{escape(title)}</td><td>", value, "</td></tr>")


def _known(before: str, value: str, after: str) -> str:
    """A value between two pieces of HTML; nothing at all where it is unknown."""
    return f"[% coalesce('{before}' || {value} || '{after}', '') %]"


def escaped(name: str) -> str:
    """A field's value as an expression that is safe within HTML: archives write what they like."""
    value = f'"{name}"'
    for character, entity in _ESCAPES:
        value = f"replace({value}, '{character}', '{entity}')"
    return value


def _image(names: list[str]) -> str:
    """The browse image, where its address is one that a web view may fetch."""
    if BROWSE_FIELD not in names:
        return ""
    image = f"""'<br><img width="{_IMAGE_WIDTH}" src="' || {escaped(BROWSE_FIELD)} || '">'"""
    fetched = f"""regexp_match(lower("{BROWSE_FIELD}"), '^(https?://|file:///)') > 0"""
    return f"[% CASE WHEN {fetched} THEN {image} ELSE '' END %]"


def _times(names: list[str]) -> str:
    if START_FIELD not in names:
        return ""
    spelling = "'yyyy-MM-dd HH:mm:ss'"
    start = f'format_date("{START_FIELD}", {spelling})'
    stop = f"coalesce(' – ' || format_date(\"{STOP_FIELD}\", {spelling}), '')"
    if STOP_FIELD not in names:
        stop = "''"
    return f"<br>[% coalesce({start} || {stop} || ' UTC', '') %]"
