"""What was found on a map, as a page that any browser shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from planetary_qgis.core.bodies import find_body
from planetary_qgis.core.longitudes import in_style, usual_style
from planetary_qgis.core.mapping.checks.catalogue import Check
from planetary_qgis.core.mapping.checks.finding_keys import finding_key
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.wording import length_text, list_text

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.ground import Ground

_WORDS = {
    Severity.ERROR: ("Error", "errors"),
    Severity.WARNING: ("Warning", "warnings"),
    Severity.NOTE: ("Note", "notes"),
}

_IGNORED = ' class="ignored"'

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .2rem; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid rgba(136, 136, 136, 0.4); overflow-wrap: anywhere; }
th { white-space: nowrap; }
td.place, td.features { white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.facts td:first-child { white-space: nowrap; width: 12rem; color: #777; }
.severity { display: inline-block; padding: 0 .5rem; border-radius: .7rem; color: #fff;
  font-size: .85rem; white-space: nowrap; }
.error { background: #b3261e; } .warning { background: #8a5a00; } .note { background: #1f5f99; }
.hint, .explanation, .reason { color: #777; }
.ignored td { color: #777; } .ignored .message { text-decoration: line-through; }
@media print { h2 { break-after: avoid; } tr { break-inside: avoid; } }
"""


def html_report(
    findings: Sequence[Finding],
    *,
    settings: MapSettings,
    checks: Sequence[Check],
    ignored: Mapping[str, str],
    counts: Mapping[str, int],
    made_at: str,
    crs_text: str,
    ground: Ground,
) -> str:
    """A page of HTML that needs no other file.

    Args:
        findings: As the checks gave them.
        checks: Those that were run.
        ignored: Reasons by the keys of findings that mappers have looked at and let be.
        counts: Features by layer.
        made_at: When the map was checked.
        crs_text: The map's coordinate reference system, as the user knows it.
        ground: Of the map; it says where on the body places are.
    """
    rows = _Rows(ignored, ground, settings.body)
    parts = [
        f"<h1>{_text(settings.title or 'Geologic map')}</h1>",
        _facts(settings, counts, made_at, crs_text),
        f"<p><strong>{_verdict(findings, ignored, len(checks))}</strong></p>",
        _summary(findings, checks, ignored),
        *(_section(title, why, found, rows) for title, why, found in _grouped(findings, checks)),
    ]
    title = _text(f"Check of {settings.title or 'a geologic map'}")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _facts(settings: MapSettings, counts: Mapping[str, int], made_at: str, crs_text: str) -> str:
    body = find_body(settings.body)
    layers = ", ".join(f"{name}: {count:,}" for name, count in counts.items())
    facts = {
        "Body": body.title if body else settings.body,
        "Scale": f"1:{settings.scale:,.0f}",
        "Authors": settings.authors,
        "Coordinate system": crs_text,
        "Lines meet within": length_text(settings.closing_distance_m),
        "Checked": made_at,
        "Features": layers,
    }
    rows = "".join(
        f"<tr><td>{_text(name)}</td><td>{_text(value)}</td></tr>"
        for name, value in facts.items()
        if value
    )
    return f'<table class="facts">{rows}</table>'


def _verdict(findings: Sequence[Finding], ignored: Mapping[str, str], checks: int) -> str:
    open_ones = [each for each in findings if finding_key(each) not in ignored]
    let_be = len(findings) - len(open_ones)
    told = f" ({let_be:,} ignored with a reason)" if let_be else ""
    many = "1 check" if checks == 1 else f"{checks:,} checks"
    if not open_ones:
        return f"No problems found in {many}{told}."
    numbers = ((each, sum(f.severity is each for f in open_ones)) for each in Severity)
    found = ", ".join(f"{n:,} {_WORDS[each][n != 1].lower()}" for each, n in numbers if n)
    return f"{found} in {many}{told}."


def _summary(
    findings: Sequence[Finding], checks: Sequence[Check], ignored: Mapping[str, str]
) -> str:
    rows = []
    for title, _, found in _grouped(findings, checks):
        still_open = [each for each in found if finding_key(each) not in ignored]
        rows.append(
            f"<tr><td>{_badge(found[0].severity)}</td><td>{_text(title)}</td>"
            f'<td class="number">{len(still_open):,}</td>'
            f'<td class="number">{len(found) - len(still_open):,}</td></tr>'
        )
    seen = {each.check for each in findings}
    clean = [_text(check.title) for check in checks if check.key not in seen]
    table = (
        "<table><thead><tr><th></th><th>Check</th>"
        '<th class="number">Found</th><th class="number">Ignored</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
    passed = f'<p class="explanation">Nothing found: {"; ".join(clean)}.</p>' if clean else ""
    return (table if rows else "") + passed


def _grouped(
    findings: Sequence[Finding], checks: Sequence[Check]
) -> list[tuple[str, str, list[Finding]]]:
    """Titles, explanations and findings, in the order in which the checks first found something."""
    known = {check.key: check for check in checks}
    groups: dict[str, list[Finding]] = {}
    for each in findings:
        groups.setdefault(each.check, []).append(each)
    return [
        (known[key].title, known[key].explanation, found) if key in known else (key, "", found)
        for key, found in groups.items()
    ]


def _section(title: str, explanation: str, found: Sequence[Finding], rows: _Rows) -> str:
    return (
        f"<h2>{_text(title)} ({len(found):,})</h2>"
        f'<p class="explanation">{_text(explanation)}</p>'
        "<table><thead><tr><th></th><th>Place</th><th>Layer</th><th>Features</th>"
        f"<th>What</th></tr></thead><tbody>{''.join(map(rows.row, found))}</tbody></table>"
    )


class _Rows:
    """Findings as rows of a table."""

    def __init__(self, ignored: Mapping[str, str], ground: Ground, body: str) -> None:
        known = find_body(body)
        self._style = usual_style(known.naif_id) if known else "east 180"
        self._ignored, self._ground = ignored, ground

    def row(self, finding: Finding) -> str:
        reason = self._ignored.get(finding_key(finding))
        ids = list_text([str(each) for each in finding.features])
        what = f'<span class="message">{_text(finding.message)}</span>'
        if finding.hint:
            what += f'<br><span class="hint">{_text(finding.hint)}</span>'
        if reason is not None:
            what += f'<br><span class="reason">Ignored: {_text(reason)}</span>'
        return (
            f"<tr{_IGNORED if reason is not None else ''}>"
            f"<td>{_badge(finding.severity)}</td>"
            f'<td class="place">{self._place(finding.place)}</td>'
            f'<td>{_text(finding.layer)}</td><td class="features">{_text(ids)}</td>'
            f"<td>{what}</td></tr>"
        )

    def _place(self, place: Any) -> str:
        if place is None or place.is_empty:
            return ""
        left, bottom, right, top = place.bounds
        x, y = (left + right) / 2.0, (bottom + top) / 2.0
        if self._ground.to_sphere is None:
            return f"{x:,.1f}, {y:,.1f}"
        lon, lat = self._ground.to_sphere(np.array([x]), np.array([y]))
        return f"{self._longitude(float(lon[0]))} {_degrees(float(lat[0]), 'NS')}"

    def _longitude(self, lon_e: float) -> str:
        shown = float(in_style(lon_e, self._style))
        return _degrees(-shown if self._style == "west 360" else shown, "EW")


def _degrees(value: float, signs: str) -> str:
    return f"{abs(value):.4f}° {signs[value < 0.0]}"


def _badge(severity: Severity) -> str:
    return f'<span class="severity {severity.value}">{_WORDS[severity][0]}</span>'


def _text(value: object) -> str:
    return escape(str(value), quote=True)
