"""The page that says what was found."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from map_checks_cases import CASES
from map_checks_kit import STAGES, clean_map

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks import CHECKS, check_map, finding_key
from planetary_qgis.core.mapping.checks.report import html_report
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_layers import CONTACTS
from planetary_qgis.core.mapping.map_settings import MapSettings

SETTINGS = MapSettings("Arsia <Mons> & more", "MARS", 1e6, "A. Mapper")
IN_DEGREES = STAGES[0].ground
VOID = {"meta", "br"}


class _Page(HTMLParser):
    """Text of a page, whose tags must be closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags, self.open = "", [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += f" {data}"


def report(findings, *, settings=SETTINGS, ignored=None, ground=IN_DEGREES) -> str:
    return html_report(
        findings,
        settings=settings,
        checks=CHECKS,
        ignored=ignored or {},
        counts={CONTACTS: 1234},
        made_at="2026-01-02 03:04 UTC",
        crs_text="IAU_2015:49900",
        ground=ground,
    )


def dangle(message="Contact 4 ends.", place=None, **more) -> Finding:
    point = shapely.Point(-137.5, -4.25) if place is None else place
    return Finding("dangle", Severity.ERROR, CONTACTS, (4,), point, message, "Draw it on.", **more)


def test_it_says_which_map_was_checked_and_how():
    text = _Page(report([])).text
    for words in (
        "Arsia <Mons> & more",
        "Mars",
        "1:1,000,000",
        "A. Mapper",
        "IAU_2015:49900",
        "500 m",
        "2026-01-02 03:04 UTC",
        "geologic_contacts: 1,234",
        f"No problems found in {len(CHECKS)} checks.",
    ):
        assert words in text


def test_each_finding_is_there_with_its_check():
    findings = []
    for key, case in CASES.items():
        draft = clean_map()
        case.trigger(draft)
        findings += check_map(draft.content(STAGES[0]), keys=[key])
    page = _Page(report(findings))
    shown = " ".join(page.text.split())
    for each in findings:
        assert " ".join(each.message.split()) in shown
    for check in CHECKS:
        assert check.explanation in page.text
    errors = sum(each.severity is Severity.ERROR for each in findings)
    assert f"{errors:,} errors" in page.text


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("MARS", "222.5000° E 4.2500° S"),
        ("MOON", "137.5000° W 4.2500° S"),
        ("EUROPA", "137.5000° W 4.2500° S"),
        ("UNKNOWN", "137.5000° W 4.2500° S"),
    ],
)
def test_places_are_in_the_convention_of_the_body(body, place):
    settings = MapSettings("x", body, 1e6)
    assert place in report([dangle()], settings=settings)


def test_places_of_maps_on_no_body_are_in_map_units():
    assert "1,234.5, 4,280.0" in report(
        [dangle(place=shapely.Point(1234.5, 4280.0))], ground=Ground()
    )


def test_what_is_ignored_is_told_with_its_reason_and_not_counted():
    one, other = dangle(), dangle("Contact 5 ends.", shapely.Point(10.0, 10.0))
    page = report([one, other], ignored={finding_key(one): "A <real> end of the flow"})
    text = _Page(page).text
    assert "Ignored: A <real> end of the flow" in text
    assert f"1 error in {len(CHECKS)} checks (1 ignored with a reason)." in text
    assert page.count('class="ignored"') == 1


def test_hostile_words_stay_words():
    word = "</td></table><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;🪐"
    page = report(
        [dangle(word, subject=word)],
        settings=MapSettings(word, word, 1e6, word),
        ignored={finding_key(dangle(word, subject=word)): word},
    )
    parsed = _Page(page)
    assert not {"script", "img"} & set(parsed.tags)
    assert parsed.text.count("alert(1)") >= 8


def test_it_needs_nothing_but_itself():
    page = report([dangle()])
    assert not re.search(r"https?://|src=|@import|url\(|<script|<link", page)
    assert page.startswith("<!DOCTYPE html>")
    assert 'charset="utf-8"' in page


def test_findings_of_unknown_checks_are_shown_by_their_key():
    odd = Finding("unreadable", Severity.WARNING, "", (), None, "The layer x was not read.")
    assert "unreadable (1)" in _Page(report([odd])).text
