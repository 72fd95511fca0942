"""The way by ISIS, with programs that only note what they were asked; ISIS itself is not needed.

What map files mean, GDAL's reader of ISIS cubes says: its CRS of a cube with such a group must
place the same longitudes and latitudes as the CRS that the group was made from.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters.projecting.isis import (
    isis_is_there,
    map_file_of,
    project_by_isis,
)
from planetary_qgis.qgis_bridge.store import RunCancelledError

needs_library = pytest.mark.skipif(find_spec("kalasiris") is None, reason="no kalasiris")
SIZE = (40, 30)
PROGRAM = """#!{python}
import json, shutil, sys
name, told = {name!r}, dict(word.split("=", 1) for word in sys.argv[1:])
with open({log!r}, "a") as log:
    log.write(json.dumps([name, told]) + "\\n")
if {fails!r}:
    sys.exit("**USER ERROR** no kernels were found")
if name == "cam2map":
    with open(told["map"]) as file, open({log!r} + ".map", "w") as kept:
        kept.write(file.read())
if "to" in told:
    shutil.copyfile({cube!r}, told["to"])
"""


@pytest.fixture
def fake_isis(tmp_path, monkeypatch):
    """A function that installs programs, and gives the path of what they note."""
    root = tmp_path / "isis"
    (root / "bin" / "xml").mkdir(parents=True)
    log, cube = tmp_path / "asked.jsonl", tmp_path / "any.cub"
    write_cube(cube)
    monkeypatch.setenv("ISISROOT", str(root))
    monkeypatch.setenv("ISISDATA", str(root / "data"))
    for name in [each for each in sys.modules if each.split(".")[0] == "kalasiris"]:
        monkeypatch.delitem(sys.modules, name)

    def install(*names: str, fails: str = "") -> Path:
        for name in names:
            program = root / "bin" / name
            program.write_text(
                PROGRAM.format(
                    python=sys.executable,
                    name=name,
                    log=str(log),
                    cube=str(cube),
                    fails=name == fails,
                )
            )
            program.chmod(0o755)
            (root / "bin" / "xml" / f"{name}.xml").touch()
        return log

    return install


def write_cube(path: Path) -> None:
    made = gdal.GetDriverByName("ISIS3").Create(str(path), *SIZE, 1, gdal.GDT_Float32)
    made.SetGeoTransform((1000.0, 10.0, 0.0, 2000.0, 0.0, -10.0))
    system = osr.SpatialReference()
    system.ImportFromProj4("+proj=eqc +lon_0=0 +R=3396190")
    made.SetProjection(system.ExportToWkt())
    made.GetRasterBand(1).WriteArray(np.ones(SIZE[::-1]))


def crs(code: str) -> QgsCoordinateReferenceSystem:
    found = QgsCoordinateReferenceSystem(code)
    assert found.isValid()
    return found


def asked_of(log: Path) -> list:
    return [json.loads(line) for line in log.read_text().splitlines()]


@needs_library
def test_programs_are_asked_in_order(fake_isis, tmp_path):
    log = fake_isis("tgocassis2isis", "spiceinit", "cam2map")
    image, output = tmp_path / "frame.xml", tmp_path / "map.tif"
    image.touch()
    assert isis_is_there()
    project_by_isis(
        image, "-143421", crs("IAU_2015:49910"), output, QgsFeedback(), resolution_m=10.0, web=True
    )
    (first, ingest), (second, init), (third, project) = asked_of(log)
    assert (first, second, third) == ("tgocassis2isis", "spiceinit", "cam2map")
    assert ingest["from"] == str(image)
    assert init == {"from": ingest["to"], "web": "yes"}
    assert project["from"] == ingest["to"]
    assert (project["pixres"], project["interp"]) == ("map", "bilinear")
    kept = Path(f"{log}.map").read_text()
    assert "Equirectangular" in kept
    assert "10.0 <meters/pixel>" in kept
    made = gdal.Open(str(output))
    assert (made.RasterXSize, made.RasterYSize) == SIZE
    assert made.GetSpatialRef().GetSemiMajor() == 3396190.0
    assert not Path(ingest["to"]).exists()


@needs_library
def test_cubes_are_copied_and_left_as_they_are(fake_isis, tmp_path):
    log = fake_isis("spiceinit", "cam2map")
    image = tmp_path / "any.cub"
    before = image.read_bytes()
    project_by_isis(image, "", crs("IAU_2015:49910"), tmp_path / "map.tif", QgsFeedback())
    (_, init), (_, project) = asked_of(log)
    assert init["from"] != str(image)
    assert project["pixres"] == "camera"
    assert image.read_bytes() == before


@needs_library
def test_a_programs_own_words_are_the_details(fake_isis, tmp_path):
    fake_isis("isisimport", "spiceinit", "cam2map", fails="spiceinit")
    (tmp_path / "frame.lbl").touch()
    with pytest.raises(PlanetaryError, match="spiceinit failed") as caught:
        project_by_isis(
            tmp_path / "frame.lbl", "", crs("IAU_2015:49910"), tmp_path / "map.tif", QgsFeedback()
        )
    assert "no kernels were found" in caught.value.details
    assert not (tmp_path / "map.tif").exists()


@needs_library
def test_cancelled_it_goes_no_further(fake_isis, tmp_path):
    log = fake_isis("isisimport", "spiceinit", "cam2map")
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(RunCancelledError):
        project_by_isis(
            tmp_path / "frame.lbl", "", crs("IAU_2015:49910"), tmp_path / "map.tif", feedback
        )
    assert not log.exists()


def test_without_isis_it_says_so(monkeypatch, tmp_path):
    monkeypatch.delenv("ISISROOT", raising=False)
    assert not isis_is_there()
    with pytest.raises(PlanetaryError, match=r"ISIS"):
        project_by_isis(
            tmp_path / "a.lbl", "", crs("IAU_2015:49910"), tmp_path / "map.tif", QgsFeedback()
        )


@pytest.mark.parametrize(
    "code",
    [
        "IAU_2015:49910",
        "IAU_2015:49920",
        "IAU_2015:49930",
        "IAU_2015:49935",
        "IAU_2015:49960",
        "IAU_2015:49975",
        "IAU_2015:49965",
    ],
)
def test_gdal_reads_the_same_map_of_the_file(code, tmp_path):
    wanted = crs(code)
    label = tmp_path / "map.lbl"
    label.write_text(_LABEL.format(mapping=map_file_of(wanted, 100.0).replace("End\n", "", 1)))
    (tmp_path / "map.dat").write_bytes(bytes(4))
    found = gdal.Open(str(label)).GetSpatialRef()
    truth = osr.SpatialReference()
    truth.ImportFromWkt(wanted.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED))
    north = {"49930": 1.0, "49935": -1.0}.get(code[-5:], 0.0)
    lat = 70.0 * north if north else 20.0
    places = [(lon, lat + more) for lon in (-30.0, 5.0, 40.0) for more in (-5.0, 3.0)]
    assert np.allclose(placed(found, places), placed(truth, places), atol=1e-3)


def placed(system: osr.SpatialReference, places) -> np.ndarray:
    degrees = system.CloneGeogCS()
    for each in (system, degrees):
        each.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return np.array(osr.CoordinateTransformation(degrees, system).TransformPoints(places))[:, :2]


_LABEL = """Object = IsisCube
  Object = Core
    ^Core = map.dat
    StartByte = 1
    Format = BandSequential
    Group = Dimensions
      Samples = 2
      Lines   = 2
      Bands   = 1
    End_Group
    Group = Pixels
      Type       = UnsignedByte
      ByteOrder  = Lsb
      Base       = 0.0
      Multiplier = 1.0
    End_Group
  End_Object
{mapping}
End_Object
End
"""
