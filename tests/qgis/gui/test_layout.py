"""Docks stay whole when narrow, and their widgets can be found."""

from __future__ import annotations

from collections import Counter

import pytest
from gui_kit import settle
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTabWidget,
    QWidget,
)

from planetary_qgis.gui.area_group import AreaKind
from planetary_qgis.gui.footprints_view import FootprintsView
from planetary_qgis.gui.mapping.mapping_view import MappingView
from planetary_qgis.gui.search_view import SearchView

NARROW = 300


@pytest.fixture(params=[SearchView, FootprintsView, MappingView])
def view(request, interface):
    made = request.param()
    made.resize(NARROW, 500)
    made.show()
    settle()
    yield made
    made.close()
    made.deleteLater()


def test_nothing_is_cut_off_in_a_narrow_dock(view):
    if isinstance(view, SearchView):
        view.search.area.set_kind(AreaKind.BOX)
        settle()
    tabs = view.findChild(QTabWidget)
    for page in range(tabs.count() if tabs else 1):
        if tabs:
            tabs.setCurrentIndex(page)
            settle()
        areas = [area for area in view.findChildren(QScrollArea) if area.isVisible()]
        for content in [area.widget() for area in areas] or [view]:
            assert_nothing_is_cut_off(content)


def assert_nothing_is_cut_off(content):
    room = content.parentWidget().width() if content.parentWidget() else content.width()
    assert content.minimumSizeHint().width() <= room <= NARROW
    for widget in content.findChildren(QWidget):
        if widget.isVisible() and widget.parentWidget() is not None:
            right = widget.mapTo(content, widget.rect().topRight()).x()
            assert right <= room, f"{widget.objectName() or type(widget).__name__} ends at {right}"


def test_what_a_user_touches_has_a_name_of_its_own(view):
    names = Counter(
        each.objectName()
        for kind in (QAbstractButton, QComboBox, QLineEdit)
        for each in view.findChildren(kind)
        if each.objectName() and not each.objectName().startswith(("qt_", "mFile", "mFilter"))
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_labels_are_worded_as_qgis_words_them(view):
    for label in view.findChildren(QLabel):
        assert not label.text().endswith(":")
    for button in view.findChildren(QAbstractButton):
        assert "..." not in button.text() or button.objectName().startswith("mFile")
