"""Collections, bundles and folders of PDS4 labels."""

from __future__ import annotations

import hashlib

import pytest
from pds4_kit import bounds, collection, product, read, told, write

from planetary_qgis.core.archives.pds4.folder import is_pds4, open_pds4
from planetary_qgis.core.errors import LabelError, PlanetaryError

LID = "urn:nasa:pds:camera:data"


def lay_out(folder, rows, *, labels=("a", "b"), **options):
    """A collection whose products' labels lie in a folder below its own."""
    for number, name in enumerate(labels):
        text = product(f"{LID}:{name}", discipline=bounds(number, number + 1, 0, 1))
        write(folder, f"data/{name}.xml", text)
    write(folder, "inventory.csv", "\r\n".join(rows) + "\r\n")
    text = collection(LID, "inventory.csv", records=len(rows), **options)
    return write(folder, "collection.xml", text)


def test_members_with_and_without_labels(tmp_path):
    label = lay_out(tmp_path, [f"P,{LID}:b::1.0", f"P,{LID}:gone::1.0", f"S,{LID}:a::1.0"])
    answer, table, shapes = read(label)
    assert table["product_id"].tolist() == ["b", "gone", "a"]
    assert table["member_status"].tolist() == ["P", "P", "S"]
    assert table["logical_identifier"].tolist() == [f"{LID}:{name}" for name in ("b", "gone", "a")]
    assert [shape and shape.bounds for shape in shapes] == [(1, 0, 2, 1), None, (0, 0, 1, 1)]
    assert table.loc[1, "target"] is None
    assert answer.total == 3
    assert "1 members have no label under the folder" in told(answer)
    assert f"{LID}:gone::1.0" in told(answer)
    inventory = tmp_path / "inventory.csv"
    assert answer.provenance["Inventory"] == str(inventory)
    digest = hashlib.sha256(inventory.read_bytes()).hexdigest()
    assert answer.provenance["Inventory SHA-256"] == digest


def test_versions(tmp_path):
    """A LIDVID means its own version, a LID the newest: 10.0 is newer than 9.0."""
    for number, version in enumerate(["9.0", "10.0", "2.1"]):
        text = product(f"{LID}:a", version=version, discipline=bounds(number, number + 1, 0, 1))
        write(tmp_path, f"v{number}/a.xml", text)
    label = lay_out(tmp_path, [f"P,{LID}:a::2.1", f"P,{LID}:a", f"P,{LID}:a::3.0"], labels=())
    _, table, shapes = read(label)
    assert table["version_id"].tolist() == ["2.1", "10.0", "3.0"]
    assert [shape and shape.bounds[0] for shape in shapes] == [2, 1, None]


def test_inventories_with_faults(tmp_path):
    rows = ["Member Status,LIDVID_LID", f"X,{LID}:a::1.0", "P", "", f'"P","{LID.upper()}:A::1.0" ']
    answer, table, shapes = read(lay_out(tmp_path, rows))
    assert table["product_id"].tolist() == ["a"]
    assert shapes[0] is not None
    assert "3 rows of inventories name no product" in told(answer)
    assert "line 1 of inventory.csv" in told(answer)
    assert "inventory.csv: 1, where its label says 5" in told(answer)


def test_other_delimiters(tmp_path):
    answer, table, _ = read(lay_out(tmp_path, [f"P|{LID}:a::1.0"], delimiter="Vertical Bar"))
    assert table["product_id"].tolist() == ["a"]
    assert not answer.report


@pytest.mark.parametrize("name", ["absent.csv", "../outside.csv", "/outside.csv"])
def test_inventories_that_are_not_there(tmp_path, name):
    write(tmp_path, "outside.csv", f"P,{LID}:a::1.0\r\n")
    label = write(tmp_path, "c/collection.xml", collection(LID, name))
    with pytest.raises(LabelError, match="not there") as caught:
        open_pds4(label)
    assert name in caught.value.message


def test_a_broken_label_keeps_its_members_row(tmp_path):
    label = lay_out(tmp_path, [f"P,{LID}:a::1.0", f"P,{LID}:b::1.0"])
    whole = (tmp_path / "data/a.xml").read_text(encoding="utf-8")
    write(tmp_path, "data/a.xml", whole.replace("</Product_Obs", "</Product_Els"))
    answer, table, shapes = read(label)
    assert table["product_id"].tolist() == ["a", "b"]
    assert [shape is None for shape in shapes] == [True, False]
    assert "1 labels cannot be read" in told(answer)
    assert "a.xml" in told(answer)


def test_bundles(tmp_path):
    lay_out(tmp_path / "data", [f"P,{LID}:a::1.0", f"P,{LID}:b::1.0"])
    other = "urn:nasa:pds:camera:more"
    write(tmp_path, "more/inv.csv", f"S,{LID}:a::1.0\nP,{other}:c::1.0\n")
    write(tmp_path, "more/collection.lblx", collection(other, "inv.csv", version="3.0"))
    write(tmp_path, "more/old.xml", collection(other, "none.csv", version="2.0"))
    members = "".join(
        f"<Bundle_Member_Entry>{reference}<member_status>Primary</member_status>"
        "</Bundle_Member_Entry>"
        for reference in (
            f"<lidvid_reference>{LID}::1.0</lidvid_reference>",
            f"<lid_reference>{other}</lid_reference>",
            "<lid_reference>urn:nasa:pds:camera:documents</lid_reference>",
        )
    )
    text = product("urn:nasa:pds:camera", root="Product_Bundle", more=members)
    answer, table, _ = read(write(tmp_path, "bundle.xml", text))
    assert table["product_id"].tolist() == ["a", "b", "c"]
    assert answer.total == 3
    assert "1 collections of the bundle are not there" in told(answer)
    assert "urn:nasa:pds:camera:documents" in told(answer)


class TestFolders:
    @pytest.fixture
    def folder(self, tmp_path):
        write(tmp_path, "a.xml", product(f"{LID}:a", discipline=bounds(0, 1, 0, 1)))
        write(tmp_path, "x/b.LBLX", product(f"{LID}:b", discipline=bounds(1, 2, 0, 1)))
        write(
            tmp_path, "x/c.xml", product(f"{LID}:c", target="Moon", discipline=bounds(2, 3, 0, 1))
        )
        write(tmp_path, "x/collection.xml", collection(LID, "inventory.csv"))
        write(tmp_path, "x/iso.xml", "<metadata/>")
        write(tmp_path, "x/broken.xml", "<Product_Observational>")
        write(tmp_path, "x/a.tif.aux.xml", "<PAMDataset/>")
        write(tmp_path, "x/readme.txt", "<Product_Observational/>")
        return tmp_path

    def test_every_label(self, folder):
        answer, table, shapes = read(folder)
        assert table["product_id"].tolist() == ["a", "b", "c"]
        assert answer.schema.body.name == "MARS"
        assert answer.total == 3
        assert [shape is None for shape in shapes] == [False, False, True]
        assert table.loc[2, "target"] == "MOON"
        sentences = told(answer)
        assert "1 rows are about other bodies than MARS" in sentences
        assert "1 labels cannot be read" in sentences
        assert "broken.xml" in sentences
        assert "1 XML files are no PDS4 labels" in sentences
        assert "1 labels describe collections" in sentences
        assert "aux.xml" not in sentences

    def test_the_body_of_ones_choice(self, folder):
        answer, table, shapes = read(folder, body="moon")
        assert answer.schema.body.name == "MOON"
        assert [shape is None for shape in shapes] == [True, True, False]
        assert table["product_id"].tolist() == ["a", "b", "c"]

    def test_chunks_do_not_change_the_answer(self, folder):
        chunks = list(open_pds4(folder, chunk_rows=2).chunks)
        assert [len(chunk) for chunk in chunks] == [2, 1]
        assert [name for chunk in chunks for name in chunk.table["product_id"]] == ["a", "b", "c"]

    def test_labels_are_read_while_the_chunks_are(self, folder):
        answer = open_pds4(folder, chunk_rows=1)
        assert next(answer.chunks).table.loc[0, "product_id"] == "a"
        (folder / "x/b.LBLX").unlink()
        assert next(answer.chunks).table.loc[0, "product_id"] == "c"
        answer.chunks.close()
        assert "1 labels cannot be read" in told(answer)


def test_what_cannot_be_opened(tmp_path):
    with pytest.raises(LabelError, match="no PDS4 labels"):
        open_pds4(tmp_path)
    label = write(tmp_path, "a.xml", product(target="(101955) Bennu"))
    with pytest.raises(LabelError, match="Bennu") as caught:
        open_pds4(label)
    assert "body" in caught.value.hint
    assert read(label, body="Mars")[2].tolist() == [None]
    with pytest.raises(PlanetaryError, match="VULCAN"):
        open_pds4(label, body="VULCAN")


def test_which_paths_are_pds4(tmp_path):
    assert is_pds4(tmp_path)
    assert is_pds4(tmp_path / "A.XML")
    assert is_pds4(tmp_path / "a.lblx")
    assert not is_pds4(tmp_path / "index.lbl")
