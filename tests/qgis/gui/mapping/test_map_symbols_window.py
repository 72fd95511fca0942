"""The window of map symbols."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gui_kit import find, settle
from qgis.core import QgsStyle
from qgis.PyQt.QtWidgets import QLabel

from planetary_qgis.gui.mapping.symbols.controller import SymbolsController
from planetary_qgis.gui.mapping.symbols.model import CODE, PICTURE, TITLE
from planetary_qgis.gui.mapping.symbols.window import SymbolsWindow
from planetary_qgis.qgis_bridge.mapping import map_symbols


@pytest.fixture
def window(toolbox) -> Iterator[SymbolsWindow]:
    made = SymbolsWindow()
    SymbolsController(made, toolbox)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    settle()


def shown(window: SymbolsWindow, column: int) -> list[str]:
    model = find(window, "mapSymbolsTable").model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_it_lists_every_symbol_with_a_picture(window):
    model = find(window, "mapSymbolsTable").model()
    assert model.rowCount() == len(map_symbols.style_specs())
    for row in range(0, model.rowCount(), 25):
        picture = model.index(row, PICTURE).data(1).toImage()
        colours = {picture.pixel(x, y) for x in range(20, 100, 2) for y in range(34)}
        assert len(colours) > 1


def test_the_filter_finds_words_in_any_order(window):
    find(window, "mapSymbolsFilter").setText("approximate THRUST")
    assert shown(window, CODE) == ["02.08.03", "02.08.04", "25.022"]
    find(window, "mapSymbolsFilter").setText("25.094")
    assert shown(window, TITLE)[0] == "Crater rim, large"
    find(window, "mapSymbolsFilter").setText("no such thing")
    assert shown(window, TITLE) == []


def test_the_current_one_is_explained(window):
    find(window, "mapSymbolsFilter").setText("02.08.01")
    find(window, "mapSymbolsTable").selectRow(0)
    assert "upper plate on the left" in window.findChild(QLabel, "mapSymbolsAbout").text()


def test_it_installs_into_the_library(window, messages, monkeypatch):
    library = QgsStyle()
    library.createMemoryDatabase()
    monkeypatch.setattr(QgsStyle, "defaultStyle", lambda *_: library)
    find(window, "mapSymbolsInstall").click()
    assert library.symbolCount() == len(map_symbols.style_specs())
    assert str(library.symbolCount()) in messages()


def test_it_saves_a_file_or_says_why_not(window, toolbox, messages, tmp_path: Path):
    controller = window.findChild(SymbolsController)
    controller.save(tmp_path / "symbols {count}")
    assert (tmp_path / "symbols {count}.xml").is_file()
    controller.save(tmp_path / "nowhere" / "symbols.xml")
    assert "cannot be written" in messages()
