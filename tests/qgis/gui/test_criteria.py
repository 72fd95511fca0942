"""The form that says what to look for: it gives what was set, and sets what was given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest
from gui_kit import find, settle
from qgis.PyQt.QtWidgets import QWidget

from planetary_qgis.core.archives.catalog import check_own
from planetary_qgis.core.archives.own_catalog import add_dataset
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.query import RANGED_COLUMNS, Query, Range
from planetary_qgis.gui.own_index_dialog import OwnIndexDialog
from planetary_qgis.gui.ranges_group import RangesGroup
from planetary_qgis.gui.search_group import SearchGroup, SearchTerms


@pytest.fixture
def window(interface) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(320, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def form(window) -> SearchGroup:
    made = SearchGroup(window)
    made.show()
    return made


@pytest.fixture
def ranges(form) -> RangesGroup:
    form.ranges.offer(RANGED_COLUMNS)
    return form.ranges


def ask(ranges: RangesGroup, column: str, low: float, high: float) -> None:
    find(ranges, f"pdsRange_{column}On").setChecked(True)
    find(ranges, f"pdsRange_{column}From").setValue(low)
    find(ranges, f"pdsRange_{column}To").setValue(high)


def test_an_untouched_form_asks_nothing(form):
    assert form.terms() == SearchTerms()


def test_terms_come_back_as_they_were_set(form, ranges):
    terms = SearchTerms(
        start=datetime(2007, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        stop=datetime(2031, 12, 31, 23, 59, 59, tzinfo=timezone.utc),
        ranges={
            "incidence_angle": Range(20.5, 70.25),
            "resolution": Range(None, 6.125),
            "solar_longitude": Range(330.0, 30.0),
            "local_time": Range(22.0, None),
        },
        product_id="P01_*, ESP_012600_?",
        expression='"phase_angle" < 60',
        limit=250,
    )
    form.set_terms(terms)
    assert form.terms() == terms
    form.set_terms(SearchTerms())
    assert form.terms() == SearchTerms()


@pytest.mark.parametrize("column", RANGED_COLUMNS)
def test_each_range_asks_what_its_ends_say(ranges, column):
    assert ranges.ranges() == {}
    ask(ranges, column, 3.25, 7.5)
    assert ranges.ranges() == {column: Range(3.25, 7.5)}
    assert "3.25" in find(ranges, f"pdsRange_{column}From").text()


@pytest.mark.parametrize(
    ("column", "lowest", "highest", "unit"),
    [
        ("incidence_angle", 0, 180, "°"),
        ("emission_angle", 0, 180, "°"),
        ("phase_angle", 0, 180, "°"),
        ("solar_longitude", 0, 360, "°"),
        ("local_time", 0, 24, "h"),
    ],
)
def test_ends_keep_to_what_can_be_and_are_open_there(ranges, column, lowest, highest, unit):
    ask(ranges, column, -1000, 1000)
    assert find(ranges, f"pdsRange_{column}From").value() == lowest
    assert find(ranges, f"pdsRange_{column}To").value() == highest
    assert find(ranges, f"pdsRange_{column}To").text().endswith(unit)
    assert ranges.ranges() == {column: Range()}


def test_only_what_is_offered_is_shown_and_asked(ranges):
    ask(ranges, "incidence_angle", 10, 20)
    ask(ranges, "local_time", 10, 12)
    ranges.offer(["incidence_angle", "phase_angle", "center_lat"])
    assert set(ranges.ranges()) == {"incidence_angle"}
    shown = {c for c in RANGED_COLUMNS if find(ranges, f"pdsRange_{c}On").isVisibleTo(ranges)}
    assert shown == {"incidence_angle", "phase_angle"}
    ranges.offer([])
    assert ranges.ranges() == {}
    assert ranges.isHidden()
    ranges.offer(RANGED_COLUMNS)
    assert ranges.ranges()["local_time"] == Range(10, 12)


def test_ranges_through_midnight_are_told_and_impossible_ones_too(ranges):
    ask(ranges, "local_time", 22, 3)
    note = find(ranges, "pdsRange_local_timeNote")
    assert "midnight" in note.text()
    assert ranges.ranges()["local_time"].wraps
    ask(ranges, "solar_longitude", 350, 10)
    assert "360" in find(ranges, "pdsRange_solar_longitudeNote").text()
    ask(ranges, "emission_angle", 30, 10)
    assert "Nothing" in find(ranges, "pdsRange_emission_angleNote").text()
    with pytest.raises(PlanetaryError, match="emission_angle"):
        Query(ranges=ranges.ranges())
    find(ranges, "pdsRange_local_timeFrom").setValue(2)
    assert note.isHidden()


def test_a_collapsed_group_says_how_many_ranges_are_asked(ranges):
    ask(ranges, "phase_angle", 1, 2)
    ask(ranges, "resolution", 1, 2)
    assert find(ranges, "pdsRanges").title().endswith("(2)")


def test_changes_of_ranges_are_told(ranges):
    told = []
    ranges.changed.connect(lambda: told.append(ranges.ranges()))
    ask(ranges, "phase_angle", 1, 2)
    assert told[-1] == {"phase_angle": Range(1, 2)}


def test_a_search_is_asked_for_unless_there_is_a_reason_against(form):
    asked = []
    form.search_requested.connect(lambda: asked.append(True))
    button = find(form.foot, "pdsSearchButton")
    form.allow_search("Check a data set first")
    button.click()
    assert (asked, button.toolTip()) == ([], "Check a data set first")
    form.allow_search("")
    button.click()
    assert asked == [True]


def test_what_was_found_takes_room_only_once_it_is_said(form):
    found = find(form.foot, "pdsFound")
    assert found.isHidden()
    form.tell_found("12 products")
    assert found.text() == "12 products"
    assert not found.isHidden()


def test_a_filter_that_cannot_be_read_is_marked_while_it_is_typed(form):
    line = find(form, "pdsFilter")
    line.setText('"incidence_angle" <')
    assert line.toolTip()
    line.setText('"incidence_angle" < 3')
    assert not line.toolTip()


def test_the_form_fits_a_narrow_dock_whatever_it_shows(form, ranges):
    for column in RANGED_COLUMNS:
        ask(ranges, column, 150, 1)
    settle()
    assert form.minimumSizeHint().width() <= 300


@pytest.fixture
def saved() -> list:
    return []


@pytest.fixture
def dialog(window, saved) -> OwnIndexDialog:
    return OwnIndexDialog(lambda key, entry: saved.append((key, entry)), window)


def fill(dialog: OwnIndexDialog, **changes: str) -> None:
    values = {
        "pdsOwnTitle": "CTX of Jezero",
        "pdsOwnMission": "MRO",
        "pdsOwnInstrument": "CTX",
        **changes,
    }
    for name, text in values.items():
        find(dialog, name).setText(text)


def test_an_own_index_is_described_as_the_catalogue_takes_it(dialog, saved, tmp_path):
    fill(dialog)
    find(dialog, "pdsOwnLabel").setFilePath("https://example.org/index/cumindex.lbl")
    find(dialog, "pdsOwnDirection").setCurrentText("West-positive")
    find(dialog, "pdsOwnLatitude").setCurrentText("Planetographic")
    dialog.accept()
    ((key, entry),) = saved
    assert key == "my.ctx_of_jezero"
    assert entry == {
        "title": "CTX of Jezero",
        "body": "MARS",
        "mission": "MRO",
        "instrument": "CTX",
        "label_url": "https://example.org/index/cumindex.lbl",
        "longitude_direction": "west",
        "latitude_kind": "ographic",
    }
    own = tmp_path / "own.toml"
    add_dataset(own, key, entry)
    check_own(own)
    assert dialog.label_path() is None


def test_a_label_on_this_computer_and_several_bodies(dialog, saved, sample, tmp_path):
    fill(dialog, pdsOwnKey="mine.2")
    find(dialog, "pdsOwnLabel").setFilePath(str(sample / "index.lbl"))
    find(dialog, "pdsOwnBody").setCurrentText("Saturn")
    find(dialog, "pdsOwnOnlyBody").setChecked(False)
    dialog.accept()
    ((key, entry),) = saved
    assert key == "mine.2"
    assert entry["usual_body"] == "SATURN"
    assert not {"body", "label_url", "longitude_direction", "latitude_kind"} & set(entry)
    assert dialog.label_path() == sample / "index.lbl"
    add_dataset(tmp_path / "own.toml", key, entry)


@pytest.mark.parametrize(
    ("changes", "label", "words"),
    [
        ({"pdsOwnTitle": " "}, "https://x.org/a.lbl", "title"),
        ({"pdsOwnMission": ""}, "https://x.org/a.lbl", "mission"),
        ({"pdsOwnInstrument": ""}, "https://x.org/a.lbl", "instrument"),
        ({"pdsOwnKey": "My index"}, "https://x.org/a.lbl", "small letters"),
        ({"pdsOwnKey": "one"}, "https://x.org/a.lbl", "two or more parts"),
        ({}, "", "label"),
        ({}, "ftp://x.org/a.lbl", "https"),
        ({}, "https://", "https"),
        ({}, "/no/such/file.lbl", "no file"),
    ],
)
def test_what_cannot_be_used_is_said_and_the_dialog_stays(dialog, saved, changes, label, words):
    fill(dialog, **changes)
    find(dialog, "pdsOwnLabel").setFilePath(label)
    dialog.show()
    dialog.accept()
    assert saved == []
    assert words in find(dialog, "pdsOwnProblem").text()
    assert dialog.isVisible()
    dialog.reject()


def test_what_the_catalogue_refuses_is_said_in_the_dialog(window):
    def refuse(_key: str, _entry: object) -> None:
        raise PlanetaryError("There is one already.", hint="Choose another.")

    dialog = OwnIndexDialog(refuse, window)
    fill(dialog)
    find(dialog, "pdsOwnLabel").setFilePath("https://example.org/a.lbl")
    dialog.show()
    dialog.accept()
    assert find(dialog, "pdsOwnProblem").text() == "There is one already. Choose another."
    assert dialog.isVisible()
    dialog.reject()


def test_the_key_follows_the_title_until_it_is_written(dialog):
    find(dialog, "pdsOwnTitle").setText("Ä first one")
    assert dialog.key() == "my.first_one"
    find(dialog, "pdsOwnKey").setText("mine.own")
    find(dialog, "pdsOwnTitle").setText("Another")
    assert dialog.key() == "mine.own"
