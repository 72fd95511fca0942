"""Map tips, evaluated by QGIS for features of every awkward kind."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from qgis.core import (
    QgsExpression,
    QgsExpressionContext,
    QgsFeature,
    QgsFields,
)

from planetary_qgis.core.products import SHARED_COLUMNS
from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.map_tips import map_tip


class Page(HTMLParser):
    """What a browser would make of a tip: its elements, and its text."""

    def __init__(self, tip: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(tip)

    def handle_starttag(self, tag, attributes) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data) -> None:
        self.text += data

    def images(self) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag == "img"]


def page_of(names=tuple(SHARED_COLUMNS), **values) -> Page:
    """The tip of a feature of a layer with these fields."""
    fields = QgsFields()
    for name in names:
        fields.append(field(name, SHARED_COLUMNS[name]))
    feature = QgsFeature(fields)
    feature.setValid(True)
    for name, value in values.items():
        feature[name] = value
    context = QgsExpressionContext()
    context.setFields(fields)
    context.setFeature(feature)
    tip = QgsExpression.replaceExpressionText(map_tip(list(names)), context)
    return Page(tip)


def test_nothing_known_is_nothing_shown():
    page = page_of()
    assert page.text.strip() == ""
    assert page.images() == []


def test_what_is_known_is_shown():
    page = page_of(product_id="P01", target="MARS", incidence_angle=62.34567, resolution=5.5)
    assert page.text == "P01TargetMARSIncidence (°)62.346Resolution (m/pixel)5.5"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/browse/P01.png",
        "HTTP://example.org/a.jpg?b=c&d=e",
        "file:///data/%C3%BC%20b.png",
    ],
)
def test_a_browse_image_is_shown(address):
    (image,) = page_of(product_id="P01", browse_url=address).images()
    assert image["src"] == address
    assert int(image["width"]) > 0


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "file://host/share/x.png", "browse.png", ""],
)
def test_other_addresses_are_no_image(address):
    assert page_of(browse_url=address).images() == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('x')</script>",
        'a"b<c>d&e&amp;f',
        "it's [% 1 + 1 %] %]",
        "&lt;b&gt;",
    ],
)
def test_what_an_archive_writes_is_text_and_no_html(text):
    plain = {tag for tag, _ in page_of(product_id="P", target="M", instrument_id="I").elements}
    page = page_of(product_id=text, target=text, instrument_id=text)
    assert page.text == f"{text}Target{text}Instrument{text}"
    assert {tag for tag, _ in page.elements} == plain


def test_an_address_cannot_leave_its_quotes():
    evil = 'https://example.org/"><script>alert(1)</script>'
    page = page_of(browse_url=evil)
    assert [image["src"] for image in page.images()] == [evil]
    assert "script" not in {tag for tag, _ in page.elements}


def test_a_layer_without_these_fields_has_a_tip_too():
    assert page_of(names=("product_id",), product_id="P").text == "P"
    assert page_of(names=()).text == ""
