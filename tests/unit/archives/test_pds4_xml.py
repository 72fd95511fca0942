"""PDS4 labels as XML: what is refused, and how what is broken is told."""

from __future__ import annotations

import pytest
from pds4_kit import product, read, told, write

from planetary_qgis.core.archives.pds4 import xml as pds4_xml
from planetary_qgis.core.archives.pds4.folder import open_pds4
from planetary_qgis.core.archives.pds4.xml import read_label
from planetary_qgis.core.errors import LabelError

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE Product_Observational [
  <!ENTITY a "ha">
  <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
  <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]>
<Product_Observational><title>&c;</title></Product_Observational>
"""


def external(kind: str, secret: str) -> str:
    declarations = {
        "entity": f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>',
        "subset": f'<!DOCTYPE a SYSTEM "file://{secret}">',
        "parameter": f'<!DOCTYPE a [<!ENTITY % x SYSTEM "file://{secret}"> %x;]>',
    }
    return (
        f'<?xml version="1.0"?>{declarations[kind]}<Product_Observational><Identification_Area>'
        "<title>&x;</title></Identification_Area></Product_Observational>"
    )


def test_entities_that_grow_are_refused(tmp_path):
    path = write(tmp_path, "laughs.xml", LAUGHS)
    with pytest.raises(LabelError, match=r"DOCTYPE.*not read") as caught:
        open_pds4(path)
    assert str(path) in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("kind", ["entity", "subset", "parameter"])
def test_entities_from_elsewhere_are_refused(tmp_path, kind):
    secret = write(tmp_path, "secret.txt", "the secret")
    path = write(tmp_path, "label.xml", external(kind, str(secret)))
    with pytest.raises(LabelError, match="DOCTYPE") as caught:
        open_pds4(path)
    assert "the secret" not in f"{caught.value} {caught.value.details}"


def test_an_attack_loses_its_own_row_alone(tmp_path):
    write(tmp_path, "a.xml", product())
    write(tmp_path, "b.xml", LAUGHS)
    answer, table, _ = read(tmp_path)
    assert table["product_id"].tolist() == ["image_1"]
    assert "1 labels cannot be read" in told(answer)
    assert "b.xml" in told(answer)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<a>\n  <b></a>", "mismatched tag, line 2, column 8"),
        ("<a>\n<c:b/></a>", "unbound prefix, line 2"),
        ("", "no element found, line 1"),
        ("<a>&nothing;</a>", "undefined entity, line 1"),
        ('<?xml version="1.0" encoding="no-such"?><a/>', "unknown encoding"),
        ('<?xml version="1.0" encoding="shift_jis"?><a/>', "multi-byte encodings"),
        ("PDS_VERSION_ID = PDS3", "syntax error, line 1, column 1"),
    ],
)
def test_broken_xml_says_where(tmp_path, text, what):
    path = write(tmp_path, "label.xml", text)
    with pytest.raises(LabelError, match=what) as caught:
        open_pds4(path)
    assert str(path) in caught.value.message


def test_other_encodings(tmp_path):
    text = product().replace("UTF-8", "UTF-16").replace("An image", "Ärger mit ∅")
    path = tmp_path / "label.xml"
    path.write_bytes(text.encode("utf-16"))
    assert read(path)[1].loc[0, "title"] == "Ärger mit ∅"


def test_files_that_are_no_labels(tmp_path, monkeypatch):
    with pytest.raises(LabelError, match="cannot be read"):
        open_pds4(tmp_path / "absent.xml")
    with pytest.raises(LabelError, match=r"no PDS4 label.*metadata"):
        open_pds4(write(tmp_path, "iso.xml", "<metadata/>"))
    deep = write(tmp_path, "deep.xml", "<a>" * 5000 + "</a>" * 5000)
    with pytest.raises(LabelError, match="larger or deeper"):
        open_pds4(deep)
    monkeypatch.setattr(pds4_xml, "_MOST_BYTES", 100)
    with pytest.raises(LabelError, match="larger or deeper"):
        open_pds4(write(tmp_path, "large.xml", product()))


def test_too_many_elements(tmp_path, monkeypatch):
    monkeypatch.setattr(pds4_xml, "_MOST_ELEMENTS", 50)
    path = write(tmp_path, "label.xml", "<Product_Context>" + "<a/>" * 60 + "</Product_Context>")
    with pytest.raises(LabelError, match="larger or deeper"):
        read_label(path)


def test_names_and_dictionaries(tmp_path):
    text = """<Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1"
      xmlns:l="https://pds.nasa.gov/pds4/mission/lro/v1" xmlns:g="http://pds.nasa.gov/pds4/geom/v2"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
      <l:orbit Unit="deg"> 294 </l:orbit><g:phase xsi:nil="true">3</g:phase><plain>TBD</plain>
    </Product_Observational>"""
    root = read_label(write(tmp_path, "label.xml", text))
    orbit, phase, plain = root.children
    assert (orbit.family, orbit.name, orbit.unit, orbit.text) == (
        "mission/lro", "orbit", "deg", "294",
    )  # fmt: skip
    assert (phase.family, phase.text) == ("geom", None)
    assert (plain.family, plain.text) == ("pds", None)


def test_reading_may_end_before_what_is_broken(tmp_path):
    path = write(
        tmp_path, "label.xml", product().replace("</Observation_Area>", "</Observation_Area><")
    )
    assert read_label(path, up_to=["Observation_Area"]).first("Time_Coordinates") is not None
    with pytest.raises(LabelError):
        read_label(path)
