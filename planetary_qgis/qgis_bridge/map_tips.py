"""What a layer shows of a feature when the mouse rests on it."""

from __future__ import annotations

START_FIELD, STOP_FIELD, NAME_FIELD = "start_time", "stop_time", "product_id"

_SHOWN = {
    "target": "Target",
    "instrument_id": "Instrument",
    "incidence_angle": "Incidence (°)",
    "emission_angle": "Emission (°)",
    "phase_angle": "Phase (°)",
    "resolution": "Resolution (m/pixel)",
    "solar_longitude": "Solar longitude (°)",
    "local_time": "Local time (h)",
}


def map_tip(names: list[str]) -> str:
    """HTML that shows what is known of a product and leaves out what is not."""
    rows = "".join(_row(name, title) for name, title in _SHOWN.items() if name in names)
    heading = f"<b>[% coalesce(\"{NAME_FIELD}\", '') %]</b>" if NAME_FIELD in names else ""
    return f"{heading}{_times(names)}<table>{rows}</table>"


def _row(name: str, title: str) -> str:
    value = f'round("{name}", 3)' if name not in ("target", "instrument_id") else f'"{name}"'
    row = f"'<tr><td>{title}</td><td>' || {value} || '</td></tr>'"
    return f"[% coalesce({row}, '') %]"


def _times(names: list[str]) -> str:
    if START_FIELD not in names:
        return ""
    spelling = "'yyyy-MM-dd HH:mm:ss'"
    start = f'format_date("{START_FIELD}", {spelling})'
    stop = f"coalesce(' – ' || format_date(\"{STOP_FIELD}\", {spelling}), '')"
    if STOP_FIELD not in names:
        stop = "''"
    return f"<br>[% coalesce({start} || {stop} || ' UTC', '') %]"
