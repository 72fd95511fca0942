"""FGDC metadata held to the production rules of their standard; metadata kept in a map's file."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.packages.csdgm import csdgm
from planetary_qgis.core.mapping.packages.csdgm_names import LONG_NAMES
from planetary_qgis.core.mapping.packages.csdgm_nodes import Node, as_text, as_xml
from planetary_qgis.core.mapping.packages.map_metadata import (
    MapMetadata,
    keep_metadata,
    metadata_in,
)
from planetary_qgis.core.mapping.packages.package_facts import (
    ColumnFacts,
    LayerFacts,
    PackageFacts,
)
from planetary_qgis.core.mapping.packages.package_xml import XmlError, parsed_xml
from planetary_qgis.core.mapping.packages.qgis_metadata import qmd
from planetary_qgis.core.mapping.packages.readme import crs_words
from planetary_qgis.core.mapping.packages.wkt_facts import crs_facts
from planetary_qgis.core.mapping.settings_table import keep_settings, settings_in

SPHERE = (
    'GEOGCS["Mars (2015) - Sphere / Ocentric",DATUM["Mars (2015) - Sphere",'
    'SPHEROID["Mars (2015) - Sphere",3396190,0,AUTHORITY["IAU_2015","49900"]]],'
    'PRIMEM["Reference Meridian",0],UNIT["degree",0.0174532925199433],'
    'AUTHORITY["IAU_2015","49900"]]'
)
POLAR = (
    'PROJCS["Mars polar",GEOGCS["Mars",DATUM["D_MARS",SPHEROID["MARS",3376200,0]],'
    'PRIMEM["Reference Meridian",0],UNIT["degree",0.0174532925199433]],'
    'PROJECTION["Polar_Stereographic"],PARAMETER["latitude_of_origin",-90],'
    'PARAMETER["central_meridian",180],PARAMETER["scale_factor",1],'
    'PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]'
)
TRANSVERSE_2 = (
    'PROJCRS["Moon TM",BASEGEOGCRS["Moon (2015)",DATUM["Moon (2015) - Sphere",'
    'ELLIPSOID["Moon (2015) - Sphere",1737400,0,LENGTHUNIT["metre",1]]]],'
    'CONVERSION["TM",METHOD["Transverse Mercator",ID["EPSG",9807]],'
    'PARAMETER["Latitude of natural origin",0],PARAMETER["Longitude of natural origin",77],'
    'PARAMETER["Scale factor at natural origin",0.9996]],CS[Cartesian,2],'
    'AXIS["(E)",east],AXIS["(N)",north],LENGTHUNIT["metre",1]]'
)

# FGDC-STD-001-1998: what each compound element consists of, in this order. ? may be left out,
# * any number, + one or more; a bar parts alternatives.
RULES = {
    "metadata": "idinfo dataqual? spdoinfo? spref? eainfo? distinfo* metainfo",
    "idinfo": "citation descript timeperd status spdom keywords accconst useconst ptcontac? "
    "browse* datacred? secinfo? native? crossref*",
    "citation": "citeinfo",
    "citeinfo": "origin+ pubdate pubtime? title edition? geoform? serinfo? pubinfo? othercit? "
    "onlink* lworkcit?",
    "descript": "abstract purpose supplinf?",
    "timeperd": "timeinfo current",
    "timeinfo": "sngdate|mdattim|rngdates",
    "sngdate": "caldate time?",
    "status": "progress update",
    "spdom": "bounding dsgpoly*",
    "bounding": "westbc eastbc northbc southbc",
    "keywords": "theme+ place* stratum* temporal*",
    "theme": "themekt themekey+",
    "place": "placekt placekey+",
    "ptcontac": "cntinfo",
    "cntinfo": "cntperp|cntorgp cntpos? cntaddr+ cntvoice+ cnttdd* cntfax* cntemail* hours? "
    "cntinst?",
    "cntperp": "cntper cntorg?",
    "cntorgp": "cntorg cntper?",
    "cntaddr": "addrtype address* city state postal country?",
    "dataqual": "attracc? logic complete posacc? lineage cloud?",
    "attracc": "attraccr qattracc*",
    "posacc": "horizpa? vertacc?",
    "horizpa": "horizpar qhorizpa*",
    "lineage": "srcinfo* procstep+",
    "srcinfo": "srccite srcscale? typesrc srctime srccitea srccontr",
    "srccite": "citeinfo",
    "srctime": "timeinfo srccurr",
    "procstep": "procdesc srcused* procdate proctime? srcprod* proccont?",
    "spdoinfo": "indspref? direct? ptvctinf|rastinfo|",
    "ptvctinf": "sdtsterm+",
    "sdtsterm": "sdtstype ptvctcnt?",
    "spref": "horizsys? vertdef?",
    "horizsys": "geograph|planar|local geodetic?",
    "geograph": "latres longres geogunit",
    "planar": "mapproj|gridsys|localp planci",
    "mapproj": "mapprojn polarst|transmer|equirect|sinusoid|stereo|mercator|lambertc|lamberta|"
    "albers|orthogr|robinson|mapprojp",
    "polarst": "svlong stdparll|sfprjorg feast fnorth",
    "transmer": "sfctrmer longcm latprjo feast fnorth",
    "equirect": "stdparll longcm feast fnorth",
    "sinusoid": "longcm feast fnorth",
    "mapprojp": "otherprj",
    "planci": "plance coordrep|distbrep plandu",
    "coordrep": "absres ordres",
    "geodetic": "horizdn? ellips semiaxis denflat",
    "eainfo": "detailed+ overview*",
    "detailed": "enttyp attr*",
    "enttyp": "enttypl enttypd enttypds",
    "attr": "attrlabl attrdef attrdefs attrdomv+ begdatea* attrvai? attrmfrq?",
    "attrdomv": "edom*|rdom|codesetd|udom",
    "edom": "edomv edomvd edomvds attr*",
    "rdom": "rdommin rdommax attrunit? attrmres? attr*",
    "distinfo": "distrib resdesc? distliab stdorder* custom? techpreq? availabl?",
    "distrib": "cntinfo",
    "stdorder": "nondig|digform+ fees ordering? turnarnd?",
    "digform": "digtinfo digtopt+",
    "digtinfo": "formname formvern? formspec? formcont? filedec? transize?",
    "digtopt": "onlinopt|offoptn",
    "onlinopt": "computer+ accinstr? oncomp?",
    "computer": "networka|dialinst",
    "networka": "networkr+",
    "metainfo": "metd metrd? metfrd? metc metstdn metstdv mettc? metac? metuc? metsi? metextns*",
    "metc": "cntinfo",
}


def pattern(rule: str) -> re.Pattern[str]:
    """A rule as an expression over the children's names, each with a blank behind."""
    parts = []
    for part in rule.split():
        options = [re.sub(r"^(\w+)([?*+]?)$", r"(?:\1 )\2", each) for each in part.split("|")]
        parts.append(f"(?:{'|'.join(options)})")
    return re.compile("".join(parts))


PATTERNS = {tag: pattern(rule) for tag, rule in RULES.items()}


def against_the_standard(node: Node) -> list[str]:
    """Where a tree is not as the standard has it."""
    wrong = []
    if node.children:
        inside = "".join(f"{child.tag} " for child in node.children)
        if node.tag not in PATTERNS or not PATTERNS[node.tag].fullmatch(inside):
            wrong.append(f"{node.tag}: {inside}")
    elif node.tag in PATTERNS or not node.text.strip():
        wrong.append(f"{node.tag}: empty")
    return wrong + [each for child in node.children for each in against_the_standard(child)]


def facts(wkt: str = SPHERE, **said) -> PackageFacts:
    columns = (
        ColumnFacts("fid", "Number", "INTEGER", numbers=(1.0, 7.0)),
        ColumnFacts("Contact_ty", "Kind", "TEXT", (("01.01.01", "Contact", ""),)),
        ColumnFacts("Notes", "Notes", "TEXT"),
    )
    return PackageFacts(
        name="map",
        metadata=MapMetadata(**said),
        settings=MapSettings("A map", "MARS", 1e6),
        crs=crs_facts(wkt),
        bounds=(10.0, 20.0, -5.0, 5.0),
        layers=(
            LayerFacts("geologic_contacts", "Contacts", "line", 7, columns),
            LayerFacts("description_of_map_units", "Description", "none", 0, columns[2:]),
        ),
        today=date(2026, 1, 31),
        made_with="Planetary QGIS",
    )


FULL = {
    "title": "Map of <Mars> & more",
    "authors": "A. One; B. Two",
    "abstract": "First\nsecond",
    "purpose": "To know",
    "keywords": ("lava", "Mars"),
    "licence": "CC0",
    "contact": "A. One",
    "organization": "Survey",
    "email": "a@example.org",
    "doi": "10.5066/X",
    "data_sources": ("THEMIS", "MOLA"),
}


@pytest.mark.parametrize("wkt", [SPHERE, POLAR, TRANSVERSE_2])
@pytest.mark.parametrize("said", [{}, {"organization": "Survey"}, FULL])
def test_fgdc_metadata_follow_their_standard(wkt, said):
    tree = csdgm(facts(wkt, **said))
    assert against_the_standard(tree) == []


def test_the_rules_of_the_test_do_find_what_is_wrong():
    tree = csdgm(facts())
    upside_down = replace(tree, children=tree.children[::-1])
    assert against_the_standard(upside_down)


def test_fgdc_metadata_say_the_body_and_every_column():
    xml = parsed_xml(as_xml(csdgm(facts(**FULL))).encode())
    assert xml.first("semiaxis").text == "3396190"
    assert xml.first("denflat").text == "INF"
    assert xml.first("title").text == "Map of <Mars> & more"
    assert [each.text for each in xml.all("attrlabl")] == ["fid", "Contact_ty", "Notes", "Notes"]
    assert [each.text for each in xml.all("edomv")] == ["01.01.01"]
    assert [each.text for each in xml.all("rdommax")] == ["7"]
    assert [each.text for each in xml.all("westbc", "eastbc")] == ["10.000000", "20.000000"]


def test_projections_by_the_names_of_the_standard():
    polar = parsed_xml(as_xml(csdgm(facts(POLAR))).encode())
    assert polar.first("mapprojn").text == "Polar Stereographic"
    assert (polar.first("svlong").text, polar.first("sfprjorg").text) == ("-180", "1")
    transverse = parsed_xml(as_xml(csdgm(facts(TRANSVERSE_2))).encode())
    assert transverse.first("longcm").text == "77"
    assert transverse.first("sfctrmer").text == "0.9996"
    assert transverse.first("semiaxis").text == "1737400"


def test_the_text_has_the_long_names_and_all_the_words():
    text = as_text(csdgm(facts(**FULL)), LONG_NAMES)
    assert text.startswith("Identification_Information:\n  Citation:\n")
    assert "Semi-major_Axis: 3396190\n" in text
    assert max(map(len, text.splitlines())) < 120


@given(st.text(max_size=300))
def test_whatever_a_mapper_writes_the_metadata_can_be_read(text):
    said = {"title": text or "x", "abstract": text, "data_sources": (text or "x",)}
    for written in (as_xml(csdgm(facts(**said))), qmd(facts(**said))):
        root = parsed_xml(written.encode("utf-8"))
        assert root.first("title") is not None


def test_metadata_that_declare_entities_are_not_read():
    bomb = b'<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><m>&b;</m>'
    with pytest.raises(XmlError, match="entities"):
        parsed_xml(bomb)


@pytest.fixture
def kept(tmp_path):
    path = tmp_path / "karte.gpkg"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, "
            "identifier TEXT, srs_id INTEGER)"
        )
    with geopackage.transaction(path) as cursor:
        keep_settings(cursor, MapSettings("Old title", "MARS", 5e5, "Old", 12.0))
    return path


def test_what_is_said_stays_in_the_map_and_title_and_authors_are_the_settings(kept):
    assert metadata_in(kept) == MapMetadata(title="Old title", authors="Old")
    said = MapMetadata(**{**FULL, "abstract": "quotes \" ' ; emoji 🪐\nline"})
    keep_metadata(kept, said)
    assert metadata_in(kept) == said
    assert settings_in(kept) == MapSettings(FULL["title"], "MARS", 5e5, FULL["authors"], 12.0)
    keep_metadata(kept, MapMetadata(title="New"))
    assert metadata_in(kept) == MapMetadata(title="New")


def test_a_file_that_is_no_map_gets_a_sentence(tmp_path):
    path = tmp_path / "no.gpkg"
    path.write_bytes(b"not a database, but long enough to be taken for one" * 20)
    with pytest.raises(PlanetaryError, match="cannot be read"):
        metadata_in(path)


def test_what_is_missing_is_named():
    assert "abstract" in MapMetadata(title="x").missing()
    assert MapMetadata(**FULL).missing() == ()


@pytest.mark.parametrize(
    ("wkt", "body", "radius"),
    [(SPHERE, "MARS", 3396190.0), (POLAR, "MARS", 3376200.0), (TRANSVERSE_2, "MOON", 1737400.0)],
)
def test_reference_systems_are_read_from_both_versions_of_wkt(wkt, body, radius):
    found = crs_facts(wkt)
    assert (found.body.name, found.semi_major_m) == (body, radius)
    assert f"{radius:,.10g}" in " ".join(crs_words(found))


@pytest.mark.parametrize("wkt", ["", "undefined", "GEOGCS[", 'LOCAL_CS["x"]', "]]][[["])
def test_what_is_no_reference_system_is_none(wkt):
    assert crs_facts(wkt) is None
