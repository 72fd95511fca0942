"""A user's own catalogue: read, refused with a reason, and written."""

from __future__ import annotations

import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planetary_qgis.core.archives import catalog
from planetary_qgis.core.archives.own_catalog import add_dataset
from planetary_qgis.core.errors import PlanetaryError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

INDEX = """# Our own survey
[datasets."lab.camera.edr"]
title = "Camera of ours"
mission = "OUR MISSION"
instrument = "CAM"
body = "mars"
data_set_ids = ["LAB-M-CAM-*"]
longitude_direction = "west"
latitude_kind = "ographic"
roles = { start_time = ["began_at"] }
units = { resolution = "km" }
"""
SERVICE = """
[endpoints.our_stac]
speaks = "stac"
url = "https://stac.example.org/api"
ranges = ["resolution"]

[services."our_stac.mars.dtms"]
service = "our_stac"
title = "DTMs of ours"
body = "MARS"
mission = "OUR MISSION"
instrument = "CAM"
parameters = { collection = "dtms" }
"""
HOST = """
[hosts."stac.example.org"]
gap_s = 1
at_once = 1
back_off_s = 60.0
back_off_statuses = [429]
"""


class Label:
    def texts(self, keyword):
        return ["MRO-M-CTX-2-EDR-L0-V1.0"] if keyword == "DATA_SET_ID" else []

    def names(self):
        return ["index"]


@pytest.fixture(autouse=True)
def _shipped_again():
    yield
    catalog.use_own(None)


@pytest.fixture
def own(tmp_path):
    def write(text):
        path = tmp_path / "catalog.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_own_index(own):
    shipped = catalog.datasets()
    catalog.use_own(own(INDEX))
    added = catalog.find("lab.camera.edr")
    assert (added.title, added.body, added.longitude_direction) == (
        "Camera of ours",
        "MARS",
        "west",
    )
    assert added.roles == {"start_time": ("BEGAN_AT",)}
    assert added.archive != ""
    assert added.verified.endswith(".")
    assert catalog.datasets() == (added, *shipped)
    catalog.use_own(None)
    assert catalog.datasets() == shipped


def test_own_service_and_host(own):
    catalog.use_own(own(SERVICE + HOST))
    served = catalog.find_service("our_stac.mars.dtms")
    assert (served.service, served.url) == ("stac", "https://stac.example.org/api")
    assert (served.parameters, served.ranges) == ({"collection": "dtms"}, ("resolution",))
    assert catalog.politeness_of("stac.example.org").gap_s == 1
    assert catalog.politeness_of("oderest.rsl.wustl.edu").gap_s == 3.0


def test_own_endpoint_moves_every_data_set_of_a_service(own):
    catalog.use_own(own('[endpoints.ode]\nurl = "https://mirror.example.org/ode"\n'))
    served = catalog.find_service("ode.mars.mro.ctx.edr")
    assert served.url == "https://mirror.example.org/ode"
    assert "incidence_angle" in served.ranges


def test_own_fields_of_a_shipped_index(own):
    before = catalog.find("mro.hirise.rdr")
    catalog.use_own(own('[datasets."mro.hirise.rdr"]\nlabel_url = "https://x.example/a.lbl"\n'))
    after = catalog.find("mro.hirise.rdr")
    assert after.label_url == "https://x.example/a.lbl"
    assert (after.title, after.body, after.roles) == (before.title, before.body, before.roles)
    assert len(catalog.datasets()) == len({dataset.key for dataset in catalog.datasets()})


def test_own_body_in_place_of_a_usual_one(own):
    catalog.use_own(own('[datasets."dawn.fc"]\nbody = "CERES"\n'))
    changed = catalog.find("dawn.fc")
    assert (changed.body, changed.usual_body) == ("CERES", "")


def test_own_index_is_recognised_before_the_others(own):
    catalog.use_own(own(INDEX.replace("LAB-M-CAM-*", "MRO-M-CTX-*")))
    assert catalog.recognise(Label()).key == "lab.camera.edr"


@pytest.mark.parametrize(
    ("old", "new", "place", "advice"),
    [
        ('body = "mars"', 'body = "VULCAN"', "body is “VULCAN”", "NAIF"),
        ('body = "mars"', "", "either body or usual_body", "body"),
        ('"west"', '"up"', "longitude_direction is “up”", '"east" or "west"'),
        ('"ographic"', '"graphic"', "latitude_kind is “graphic”", '"ocentric"'),
        ('"ographic"', "7", "latitude_kind is 7", '"ocentric"'),
        ('"Camera of ours"', "3", "title is 3", "text"),
        ('"Camera of ours"', '" "', "title is “ ”", "text"),
        ('title = "Camera of ours"\n', "", "has no title", "text"),
        ('["LAB-M-CAM-*"]', '"LAB-M-CAM-*"', "data_set_ids is “LAB-M-CAM-*”", "list"),
        ('["LAB-M-CAM-*"]', "[1]", "data_set_ids is [1]", "list"),
        ("start_time =", "begin =", "roles is", "start_time"),
        ('= "km"', '= "miles"', "units is", "km"),
        ("title =", "titel =", "“titel” is not a known field", "title?"),
        ('"lab.camera.edr"', '"Lab Camera"', "“Lab Camera” cannot be its name", "small letters"),
        ("data_set_ids", "label_url", "label_url is", "https://"),
        ("units =", 'label_url = "ftp://x.example/a.lbl"\nunits =', "label_url is", "https://"),
        ("units =", 'label_url = "https:///a.lbl"\nunits =', "label_url is", "https://"),
        ("units =", 'label_url = "https://a b/"\nunits =', "label_url is", "https://"),
        ("units =", 'label_url = "https://{newest}/"\nunits =', "label_url is", "https://"),
        (
            "units =",
            'label_url = "https://x.example/{newest}"\nunits =',
            "go together",
            "all three",
        ),
        ("units =", "volume_pattern = '('\nunits =", "volume_pattern is", "one group"),
        ("units =", "volume_pattern = 'a'\nunits =", "volume_pattern is", "one group"),
        ("units =", 'product_url = "https://x.example/{id}"\nunits =', "product_url is", "file"),
    ],
)
def test_index_that_cannot_be_used(own, old, new, place, advice):
    assert old in INDEX
    path = own(INDEX.replace(old, new))
    shipped = catalog.datasets()
    for use in (catalog.use_own, catalog.check_own):
        with pytest.raises(PlanetaryError) as caught:
            use(path)
        assert str(path) in caught.value.message
        assert "datasets." in caught.value.message
        assert place in caught.value.message
        assert advice in caught.value.hint
    assert catalog.datasets() == shipped


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('speaks = "stac"', 'speaks = "latin"', "speaks is “latin”"),
        ('speaks = "stac"\n', "", "which service's language"),
        ('service = "our_stac"', 'service = "their_stac"', "“their_stac” is not a known service"),
        ('{ collection = "dtms" }', "{}", "parameters is {}"),
        ('parameters = { collection = "dtms" }', "", "has no parameters"),
        ("collection =", "kollection =", "its parameters lack collection"),
        ('"dtms" }', '"dtms", level = "3" }', "“level” is not a known parameter of stac"),
        ('collection = "dtms"', "collection = 5", "parameters is"),
        ('["resolution"]', '["colour"]', "ranges is"),
        ('body = "MARS"', "", "has no body"),
        ('url = "https://stac.example.org/api"', "", "has no url"),
    ],
)
def test_service_that_cannot_be_used(own, old, new, place):
    assert old in SERVICE
    with pytest.raises(PlanetaryError) as caught:
        catalog.use_own(own(SERVICE.replace(old, new)))
    assert place in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("value", ["-1", "true", '"3"', "0"])
def test_host_that_cannot_be_used(own, value):
    with pytest.raises(PlanetaryError, match="at_once is"):
        catalog.use_own(own(HOST.replace("at_once = 1", f"at_once = {value}")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[datasets."a.b"\ntitle = 1', "line 1"),
        ("datasets = 3", "[datasets]"),
        ('datasets = { "a.b" = 3 }', '[datasets."a.b"]'),
        ('[roles]\nstart_time = ["X"]', "“roles” is not a known kind of entry"),
        ("[dataset]\n", "Did you mean datasets?"),
        (b'[datasets."a.b"]\ntitle = "\xff"', "not text in UTF-8"),
    ],
)
def test_file_that_cannot_be_used(own, text, said):
    with pytest.raises(PlanetaryError) as caught:
        catalog.use_own(own(text))
    assert said in str(caught.value)
    assert "catalog.toml" in caught.value.message
    assert catalog.find("mro.ctx.edr")


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(PlanetaryError, match="cannot be read"):
        catalog.use_own(tmp_path / "absent.toml")


def test_every_problem_is_in_the_details(own):
    text = INDEX.replace('"west"', '"up"').replace('"Camera of ours"', "3")
    with pytest.raises(PlanetaryError) as caught:
        catalog.check_own(own(text))
    assert "longitude_direction" in caught.value.details
    assert "title" in caught.value.details


def test_what_was_in_use_stays_when_the_file_breaks(own):
    catalog.use_own(own(INDEX))
    with pytest.raises(PlanetaryError):
        catalog.use_own(own(INDEX.replace('"mars"', '"VULCAN"')))
    assert catalog.find("lab.camera.edr").body == "MARS"


def test_empty_file_and_a_byte_order_mark(own):
    shipped = catalog.datasets()
    catalog.use_own(own(""))
    assert catalog.datasets() == shipped
    catalog.use_own(own(b"\xef\xbb\xbf" + INDEX.encode()))
    assert catalog.find("lab.camera.edr")


ENTRY = {"title": "Mine", "mission": "M", "instrument": "I", "body": "MOON"}


def test_added_to_a_file_that_is_not_there_yet(tmp_path):
    path = tmp_path / "profile" / "own.toml"
    add_dataset(path, "my.index", {**ENTRY, "label_url": "", "volume_ids": ()})
    assert tomllib.loads(path.read_text()) == {"datasets": {"my.index": ENTRY}}
    catalog.use_own(path)
    assert catalog.find("my.index").body == "MOON"
    assert [each.name for each in path.parent.iterdir()] == ["own.toml"]


@pytest.mark.parametrize("before", [INDEX, INDEX.rstrip(), INDEX.replace("\n", "\r\n"), "# mine"])
def test_added_after_what_is_there(own, before):
    path = own(before)
    add_dataset(path, "my.index", {**ENTRY, "roles": {"start_time": ["A", "B"]}})
    text = path.read_bytes().decode()
    assert text.startswith(before)
    assert ("\r\n" in text) == ("\r\n" in before) == (text.count("\r\n") == text.count("\n"))
    now = tomllib.loads(text)["datasets"]
    assert now["my.index"]["roles"] == {"start_time": ["A", "B"]}
    assert set(now) == {"my.index"} | ({"lab.camera.edr"} if "lab.camera" in before else set())


@pytest.mark.parametrize(
    ("before", "key", "entry", "said"),
    [
        (INDEX, "lab.camera.edr", ENTRY, "already"),
        (INDEX, "my.index", {**ENTRY, "body": "VULCAN"}, "VULCAN"),
        (INDEX, "My Index", ENTRY, "cannot be its name"),
        (INDEX, "my.index", {**ENTRY, "title": object()}, "cannot be written"),
        (INDEX, "my.index", {**ENTRY, "colour": "red"}, "colour"),
        (INDEX, "my.index", {**ENTRY, "title": "\ud800"}, "cannot be written"),
        ("datasets = {}\n", "my.index", ENTRY, "not valid TOML"),
        ("broken = \n", "my.index", ENTRY, "not valid TOML"),
        ("datasets = 3\n", "my.index", ENTRY, "where a table"),
        (INDEX.replace('"west"', '"up"'), "my.index", ENTRY, "longitude_direction"),
    ],
)
def test_refused_and_the_file_as_it_was(own, before, key, entry, said):
    path = own(before)
    with pytest.raises(PlanetaryError, match=said):
        add_dataset(path, key, entry)
    assert path.read_bytes().decode() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PlanetaryError, match="cannot be written"):
        add_dataset(tmp_path / "file" / "own.toml", "my.index", ENTRY)


VISIBLE = st.characters(exclude_categories=["Cs"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    title=st.text(VISIBLE, min_size=1).filter(lambda text: text.strip() == text),
    patterns=st.lists(
        st.text(VISIBLE, min_size=1).filter(lambda text: text.strip() == text), max_size=3
    ),
    names=st.lists(st.from_regex(r"[A-Z_]{1,8}", fullmatch=True), min_size=1, max_size=3),
)
def test_what_is_written_comes_back(tmp_path, title, patterns, names):
    path = tmp_path / "own.toml"
    path.write_bytes(INDEX.encode())
    entry = {**ENTRY, "title": title, "data_set_ids": patterns, "roles": {"target": names}}
    add_dataset(path, "my.index", entry)
    text = path.read_bytes().decode()
    assert text.startswith(INDEX)
    read = tomllib.loads(text)["datasets"]["my.index"]
    assert read == {name: value for name, value in entry.items() if value != []}
    catalog.use_own(path)
    assert catalog.find("my.index").title == title
