"""The validator: packages made elsewhere pass, what is damaged is found, nothing is changed."""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.core.mapping.packages.manifest import (
    MANIFEST,
    differences,
    listed,
    write_manifest,
)
from planetary_qgis.core.mapping.packages.validation import validate_package

MARS = (
    'GEOGCS["Mars (2015) - Sphere / Ocentric",DATUM["Mars (2015) - Sphere",'
    'SPHEROID["Mars (2015) - Sphere",3396190,0]],PRIMEM["Reference Meridian",0],'
    'UNIT["degree",0.0174532925199433],AUTHORITY["IAU_2015","49900"]]'
)
EARTH = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)
KINDS = {"POLYGON": 3, "LINESTRING": 2, "POINT": 1}
LAYERS = {
    "geologic_units": ("POLYGON", "Unit TEXT, RGB TEXT"),
    "geologic_contacts": ("LINESTRING", "Contact_ty TEXT"),
    "linear_features": ("LINESTRING", "name TEXT"),
    "surface_features": ("POLYGON", "name TEXT"),
}


def blob(kind: str, srs_id: int = 49900) -> bytes:
    """A GeoPackage geometry: a triangle, a segment, or a point."""
    points = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]
    head = b"GP\0\x01" + struct.pack("<i", srs_id) + b"\x01" + struct.pack("<I", KINDS[kind])
    if kind == "POINT":
        return head + struct.pack("<2d", *points[1])
    rows = points if kind == "POLYGON" else points[:2]
    count = struct.pack("<I", 1) if kind == "POLYGON" else b""
    return (
        head + count + struct.pack("<I", len(rows)) + b"".join(struct.pack("<2d", *p) for p in rows)
    )


def planmap(path: Path, wkt: str = MARS) -> Path:
    """A GeoPackage such as PLANMAP's partners hand in, made by hand."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA application_id = 1196444487")
        file.execute(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, "
            "organization TEXT, organization_coordsys_id INTEGER, definition TEXT)"
        )
        file.execute(
            "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, "
            "identifier TEXT, srs_id INTEGER)"
        )
        file.execute(
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, "
            "geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER)"
        )
        file.execute("CREATE TABLE layer_styles (id INTEGER, f_table_name TEXT, styleQML TEXT)")
        file.execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('x', 49900, 'IAU', 49900, ?)", (wkt,)
        )
        for name, (kind, columns) in LAYERS.items():
            add_layer(file, name, kind, columns)
        file.execute("UPDATE geologic_contacts SET Contact_ty = 'certain'")
        file.execute("UPDATE geologic_units SET Unit = 'a', RGB = '1,2,3'")
    return path


def add_layer(file: sqlite3.Connection, name: str, kind: str, columns: str) -> None:
    file.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, geom {kind}, {columns})')
    file.execute(f'INSERT INTO "{name}" (geom) VALUES (?)', (blob(kind),))  # noqa: S608
    file.execute("INSERT INTO gpkg_contents VALUES (?, 'features', ?, 49900)", (name, name))
    file.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, 49900, 0, 0)", (name, kind)
    )


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nxref\n0 1\ntrailer\n<<>>\nstartxref\n29\n%%EOF\n"
PROJECT = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis projectname="p"><projectlayers><maplayer><id>u</id>
<datasource>./vector/map.gpkg|layername=geologic_units</datasource><layername>Units</layername>
<provider>ogr</provider></maplayer></projectlayers></qgis>"""
VRT = (
    '<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand band="1"><SimpleSource>'
    '<SourceFilename relativeToVRT="1">a.tif</SourceFilename></SimpleSource></VRTRasterBand>'
    "</VRTDataset>"
)


@pytest.fixture
def package(tmp_path):
    """A whole package as another program could have made it."""
    root = tmp_path / "Päckage"
    planmap(root / "vector" / "map.gpkg")
    files = {
        "map.qgs": PROJECT.encode(),
        "document/map.pdf": PDF,
        "metadata/map.xml": b"<metadata><idinfo><title>x</title></idinfo><metainfo/></metadata>",
        "raster/m.vrt": VRT.encode(),
        "raster/a.tif": b"II*\0",
        "README.txt": b"read me",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    write_manifest(root)
    return root


def zipped(root: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for each in sorted(root.rglob("*")):
            packed.write(each, each.relative_to(root.parent))
    return path


def state(root: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(root)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in root.rglob("*")
        if path.is_file()
    }


def sql(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / "vector" / "map.gpkg")) as file, file:
        for statement in statements:
            file.execute(statement)


def replaced(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    content = path.read_bytes()
    assert old.encode() in content
    path.write_bytes(content.replace(old.encode(), new.encode()))


def test_a_package_made_elsewhere_passes(package, tmp_path):
    assert validate_package(package).findings == ()
    report = validate_package(zipped(package, tmp_path / "p.zip"))
    assert (report.kind, report.findings) == ("zip", ())
    assert validate_package(package / "vector" / "map.gpkg").findings == ()


def test_a_package_is_not_changed(package):
    before = state(package)
    validate_package(package)
    assert state(package) == before


DAMAGES = {
    "a layer is missing": (
        lambda root: sql(root, "DROP TABLE surface_features"),
        "planmap-layers", "surface_features"),
    "styles are missing": (
        lambda root: sql(root, "DROP TABLE layer_styles"), "planmap-layers", "layer_styles"),
    "a column is missing": (
        lambda root: sql(root, "ALTER TABLE geologic_contacts RENAME COLUMN Contact_ty TO kind"),
        "planmap-columns", "Contact_ty"),
    "a column is spelled otherwise": (
        lambda root: sql(root, "ALTER TABLE geologic_contacts RENAME Contact_ty TO contact_TY"),
        "planmap-columns", "Contact_ty"),
    "a required value is missing": (
        lambda root: sql(root, "UPDATE geologic_contacts SET Contact_ty = NULL"),
        "planmap-nonempty", "1 of 1"),
    "units are numbers": (
        lambda root: sql(root, "ALTER TABLE geologic_units RENAME COLUMN Unit TO x",
                         "ALTER TABLE geologic_units ADD COLUMN Unit INTEGER"),
        "planmap-columns", "asks for text"),
    "a name is strange": (
        lambda root: sql(root, "ALTER TABLE linear_features RENAME TO '1 lines'",
                         "UPDATE gpkg_contents SET table_name = '1 lines' "
                         "WHERE table_name = 'linear_features'",
                         "UPDATE gpkg_geometry_columns SET table_name = '1 lines' "
                         "WHERE table_name = 'linear_features'"),
        "layer-name", "other signs"),
    "a layer is empty": (
        lambda root: sql(root, "DELETE FROM geologic_units"), "empty-layer", "empty"),
    "a geometry is broken": (
        lambda root: sql(root, "UPDATE geologic_units SET geom = x'0011223344'"),
        "geometry", "cannot be read"),
    "a geometry is missing": (
        lambda root: sql(root, "UPDATE geologic_units SET geom = NULL"), "geometry", "without"),
    "a geometry is of another kind": (
        lambda root: sql(root, "UPDATE geologic_units SET geom = "
                         "(SELECT geom FROM geologic_contacts)"), "geometry", "another kind"),
    "a geometry lies elsewhere": (
        lambda root: sql(root, "UPDATE gpkg_geometry_columns SET srs_id = 4326 "
                         "WHERE table_name = 'geologic_units'"), "geometry", "another reference"),
    "layers are in different systems": (
        lambda root: sql(root, "UPDATE gpkg_geometry_columns SET srs_id = 4326 "
                         "WHERE table_name = 'geologic_units'"), "crs", "different"),
    "the map lies on the Earth": (
        lambda root: sql(root, f"UPDATE gpkg_spatial_ref_sys SET definition = '{EARTH}'"),  # noqa: S608
        "crs", "on the Earth"),
    "there is no reference system": (
        lambda root: sql(root, "UPDATE gpkg_spatial_ref_sys SET definition = 'undefined'"),
        "crs", "no coordinate reference system"),
    "a style needs a file of one computer": (
        lambda root: sql(root, "INSERT INTO layer_styles VALUES (1, 'geologic_units', "
                         "'<qgis><Option name=\"name\" value=\"/home/me/a.svg\"/></qgis>')"),
        "styles", "/home/me/a.svg"),
    "a style cannot be read": (
        lambda root: sql(root, "INSERT INTO layer_styles VALUES (1, 'geologic_units', '<qgis>')"),
        "styles", "cannot be read"),
    "the file is cut off": (
        lambda root: (root / "vector/map.gpkg").write_bytes(
            (root / "vector/map.gpkg").read_bytes()[:6000]), "geopackage", ""),
    "the file is no database": (
        lambda root: (root / "vector/map.gpkg").write_bytes(b"hello"),
        "geopackage", "no SQLite file"),
    "a journal lies beside": (
        lambda root: (root / "vector/map.gpkg-wal").write_bytes(b"x" * 32),
        "journal", "map.gpkg-wal"),
    "a path is absolute": (
        lambda root: replaced(root, "map.qgs", "./vector", "/home/me/vector"),
        "project-paths", "/home/me"),
    "a path of Windows is absolute": (
        lambda root: replaced(root, "map.qgs", "./vector", "C:/maps/vector"),
        "project-paths", "C:/maps"),
    "a path is broken": (
        lambda root: replaced(root, "map.qgs", "map.gpkg", "other.gpkg"),
        "project-paths", "other.gpkg"),
    "a table of the project is missing": (
        lambda root: replaced(root, "map.qgs", "=geologic_units", "=units"),
        "project-paths", "units"),
    "the project tells a password": (
        lambda root: replaced(root, "map.qgs", "=geologic_units", "=geologic_units password=x"),
        "project-secrets", "password"),
    "the project is cut off": (
        lambda root: (root / "map.qgs").write_bytes(PROJECT.encode()[:90]),
        "project", "cannot be read"),
    "there is no project": (lambda root: (root / "map.qgs").unlink(), "project", "no QGIS project"),
    "a checksum differs": (
        lambda root: (root / "README.txt").write_bytes(b"other"), "checksums", "checksum says"),
    "a listed file is gone": (
        lambda root: (root / "README.txt").unlink(), "checksums", "not there"),
    "a file is not listed": (
        lambda root: (root / "extra.txt").write_bytes(b"x"), "checksums", "extra.txt"),
    "the checksums are gone": (
        lambda root: (root / MANIFEST).unlink(), "checksums", "no list"),
    "the checksums are garbled": (
        lambda root: (root / MANIFEST).write_bytes(b"what is this\n"), "checksums", "name no file"),
    "metadata are missing": (
        lambda root: (root / "metadata/map.xml").unlink(), "metadata", "no metadata"),
    "metadata are cut off": (
        lambda root: (root / "metadata/map.xml").write_bytes(b"<metadata><idinfo>"),
        "metadata", "cannot be read"),
    "metadata lack a part": (
        lambda root: (root / "metadata/map.xml").write_bytes(b"<metadata><idinfo/></metadata>"),
        "metadata", "metainfo"),
    "the PDF is missing": (lambda root: (root / "document/map.pdf").unlink(), "pdf", "no PDF"),
    "the PDF is cut off": (
        lambda root: (root / "document/map.pdf").write_bytes(PDF[:-20]), "pdf", "cut off"),
    "the PDF's table is not where it says": (
        lambda root: replaced(root, "document/map.pdf", "startxref\n29", "startxref\n3"),
        "pdf", "damaged"),
    "a source of a VRT is missing": (
        lambda root: (root / "raster/a.tif").unlink(), "raster", "a.tif"),
    "a raster is empty": (
        lambda root: (root / "raster/a.tif").write_bytes(b""), "empty-file", "empty"),
    "a label points to nothing": (
        lambda root: (root / "raster/x.lbl").write_text('^IMAGE = "X.IMG"\n'), "raster", "X.IMG"),
    "a picture has no place": (
        lambda root: (root / "raster/x.png").write_bytes(b"x"), "raster", "world file"),
    "the GeoPackage is missing": (
        lambda root: (root / "vector/map.gpkg").unlink(), "geopackage", "no GeoPackage"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found(package, damage):
    spoil, check, words = DAMAGES[damage]
    spoil(package)
    found = [each for each in validate_package(package).findings if each.check == check]
    assert any(words in each.message for each in found), validate_package(package).findings
    if damage == "the map lies on the Earth":
        assert all(each.severity is Severity.ERROR for each in found)


def test_the_report_is_a_page_that_shows_what_was_found(package):
    sql(package, "ALTER TABLE linear_features RENAME COLUMN name TO \"<script>\"",
        "INSERT INTO layer_styles VALUES (1, '<script>', NULL)")  # fmt: skip
    report = validate_package(package)
    page = report.html()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert report.sentence() in page
    assert "checksum" in page


def gems(path: Path) -> Path:
    """The smallest database that GeMS allows, by the tables of TM 11-B10."""
    planmap(path)
    line = "Type TEXT, IsConcealed TEXT, LocationConfidenceMeters REAL, ExistenceConfidence TEXT, "
    line += "IdentityConfidence TEXT, Label TEXT, Symbol TEXT, DataSourceID TEXT"
    units = "MapUnit TEXT, IdentityConfidence TEXT, Label TEXT, Symbol TEXT, DataSourceID TEXT"
    described = "MapUnit TEXT, Name TEXT, FullName TEXT, Age TEXT, Description TEXT, "
    described += "HierarchyKey TEXT, ParagraphStyle TEXT, Label TEXT, Symbol TEXT, "
    described += "AreaFillRGB TEXT, AreaFillPatternDescription TEXT, DescriptionSourceID TEXT, "
    described += "GeoMaterial TEXT, GeoMaterialConfidence TEXT"
    tables = {
        "DescriptionOfMapUnits": described,
        "DataSources": "Source TEXT, URL TEXT",
        "Glossary": "Term TEXT, Definition TEXT, DefinitionSourceID TEXT",
        "GeoMaterialDict": "HierarchyKey TEXT, GeoMaterial TEXT, IndentedName TEXT, "
        "Definition TEXT",
    }
    with closing(sqlite3.connect(path)) as file, file:
        for name in LAYERS:
            file.execute(f'DROP TABLE "{name}"')
        file.execute("DELETE FROM gpkg_contents")
        file.execute("DELETE FROM gpkg_geometry_columns")
        add_layer(file, "MapUnitPolys", "POLYGON", f"{units}, MapUnitPolys_ID TEXT")
        add_layer(file, "ContactsAndFaults", "LINESTRING", f"{line}, ContactsAndFaults_ID TEXT")
        for name, columns in tables.items():
            file.execute(
                f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, {columns}, {name}_ID TEXT)'
            )
            file.execute("INSERT INTO gpkg_contents VALUES (?, 'attributes', ?, 0)", (name, name))
        file.execute("UPDATE MapUnitPolys SET MapUnit='a', IdentityConfidence='certain', "
                     "DataSourceID='DAS1', MapUnitPolys_ID='MUP1'")  # fmt: skip
        file.execute("UPDATE ContactsAndFaults SET Type='contact', IsConcealed='N', "
                     "LocationConfidenceMeters=-9, ExistenceConfidence='certain', "
                     "IdentityConfidence='certain', DataSourceID='DAS1', "
                     "ContactsAndFaults_ID='CAF1'")  # fmt: skip
        file.execute("INSERT INTO DescriptionOfMapUnits (MapUnit, Name, HierarchyKey, "
                     "ParagraphStyle, DescriptionOfMapUnits_ID) "
                     "VALUES ('a', 'A', '01', 'DMUUnit1', 'DMU1')")  # fmt: skip
        file.execute("INSERT INTO DataSources (Source, DataSources_ID) VALUES ('this', 'DAS1')")
        file.executemany(
            "INSERT INTO Glossary (Term, Definition, DefinitionSourceID, Glossary_ID) "
            "VALUES (?, 'x', 'DAS1', ?)", [("certain", "GLO1"), ("contact", "GLO2")],
        )  # fmt: skip
    return path


GEMS_DAMAGES = {
    "DROP TABLE Glossary": ("gems-tables", "Glossary"),
    "ALTER TABLE MapUnitPolys RENAME COLUMN Symbol TO S": ("gems-columns", "Symbol"),
    "UPDATE MapUnitPolys SET IdentityConfidence = NULL": ("gems-nulls", "IdentityConfidence"),
    "UPDATE MapUnitPolys SET MapUnitPolys_ID = 'CAF1'": ("gems-keys", "CAF1"),
    "UPDATE MapUnitPolys SET DataSourceID = 'DAS9'": ("gems-references", "DAS9"),
    "UPDATE ContactsAndFaults SET Type = 'fault'": ("gems-references", "fault"),
    "UPDATE MapUnitPolys SET MapUnit = 'b'": ("gems-references", "“b”"),
}


def test_gems_databases_are_held_to_gems(tmp_path):
    assert validate_package(gems(tmp_path / "g.gpkg")).findings == ()


@pytest.mark.parametrize("damage", GEMS_DAMAGES)
def test_what_gems_does_not_allow_is_found(tmp_path, damage):
    path = gems(tmp_path / "g.gpkg")
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(damage)
        file.execute(
            "DELETE FROM gpkg_contents WHERE table_name NOT IN (SELECT name FROM sqlite_master)"
        )
    check, words = GEMS_DAMAGES[damage]
    found = [each.message for each in validate_package(path).findings if each.check == check]
    assert any(words in message for message in found)


def test_names_that_lead_out_of_a_zip_file_stay_inside(package, tmp_path):
    path = zipped(package, tmp_path / "evil.zip")
    with zipfile.ZipFile(path, "a") as packed:
        for name in (
            "../outside.txt",
            "/etc/outside.txt",
            "a/../../outside.txt",
            "C:\\outside.txt",
        ):
            packed.writestr(name, "x")
        link = zipfile.ZipInfo("Päckage/link")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    before = set(tmp_path.rglob("*"))
    found = [each.layer for each in validate_package(path).findings if each.check == "zip"]
    assert len(found) == 5
    assert set(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "outside.txt").exists()


def test_a_zip_bomb_is_not_opened(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", bytes(5000))
    claimed = struct.pack("<I", 3_000_000_000)
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 5000), claimed))
    with pytest.raises(PlanetaryError, match="it was not opened"):
        validate_package(path)


def test_a_zip_file_that_lies_about_its_size_is_not_believed(tmp_path):
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", bytes(5000))
    content = path.read_bytes().replace(struct.pack("<I", 5000), struct.pack("<I", 10))
    path.write_bytes(content)
    with pytest.raises(PlanetaryError, match="damaged"):
        validate_package(path)


def test_an_encrypted_zip_file_gets_a_sentence(package, tmp_path):
    path = zipped(package, tmp_path / "secret.zip")
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 4)
    path.write_bytes(content)
    with pytest.raises(PlanetaryError, match="encrypted"):
        validate_package(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.zip", b"PK\x03\x04 cut", "no zip file"),
        ("a.txt", b"x", "no map package"),
        ("", b"", "There is no"),
    ],
)
def test_what_is_no_package_gets_a_sentence(tmp_path, name, content, words):
    path = tmp_path / (name or "absent.zip")
    if name:
        path.write_bytes(content)
    with pytest.raises(PlanetaryError, match=words):
        validate_package(path)


def test_any_cut_of_a_zip_file_gets_a_sentence(package, tmp_path):
    whole = zipped(package, tmp_path / "w.zip").read_bytes()
    for end in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        path = tmp_path / "cut.zip"
        path.write_bytes(whole[:end])
        with pytest.raises(PlanetaryError):
            validate_package(path)


@settings(max_examples=50)
@given(st.binary(max_size=400), st.integers(0, 30_000))
def test_a_garbled_geopackage_never_stops_the_validator(tmp_path_factory, noise, place):
    path = planmap(tmp_path_factory.mktemp("noise") / "map.gpkg")
    content = bytearray(path.read_bytes())
    content[place : place + len(noise)] = noise
    path.write_bytes(content)
    report = validate_package(path)
    assert report.kind == "geopackage"


names = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\0/"), min_size=1, max_size=30
).filter(lambda name: name not in (".", "..", MANIFEST) and len(os.fsencode(name)) < 200)


@given(st.lists(names, min_size=1, max_size=4, unique=True))
def test_any_name_of_a_file_comes_back_from_the_manifest(tmp_path_factory, chosen):
    folder = tmp_path_factory.mktemp("names")
    for name in chosen:
        (folder / name).write_bytes(name.encode())
    write_manifest(folder)
    expected = {name: hashlib.sha256(name.encode()).hexdigest() for name in chosen}
    assert listed(folder) == expected
    found = differences(folder)
    assert (found.changed, found.missing, found.unlisted, found.unreadable) == ((), (), (), ())


@pytest.mark.real_data
def test_published_maps_without_a_body_are_told_so(real_data):
    report = validate_package(real_data / "vectors" / "planmap_mappy" / "output-map-data.gpkg")
    checks = {each.check for each in report.findings if each.severity is Severity.ERROR}
    assert {"crs", "planmap-layers"} <= checks
    assert io.StringIO(report.html()).readline().startswith("<!DOCTYPE")
