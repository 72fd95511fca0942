"""Maps whose layers QGIS opened by itself, with a project: what is edited breaks no other layer."""

from __future__ import annotations

from map_kit import add, map_session, save, two_units
from osgeo import gdal
from qgis.core import QgsProject

from planetary_qgis.core.mapping.map_layers import CONTACTS, UNIT, UNITS
from planetary_qgis.qgis_bridge.journals import reopen_write_ahead
from planetary_qgis.qgis_bridge.mapping.map_facts import map_layers_of
from planetary_qgis.qgis_bridge.mapping.map_session import session_of


def reopened(folder):
    project = QgsProject.instance()
    two_units(map_session(project, folder))
    assert project.write(str(folder / "map.qgz"))
    project.clear()
    assert project.read(str(folder / "map.qgz"))
    return session_of(project)


def test_units_can_be_read_while_contacts_are_edited(qgis_new_project, tmp_path):
    session = reopened(tmp_path)
    reopen_write_ahead(session.geopackage, map_layers_of(session).values())
    units = session.layer(UNITS)
    gdal.ErrorReset()
    add(session.layer(CONTACTS), "LINESTRING(1 1, 2 2)")
    save(session.layer(CONTACTS))
    assert units.uniqueValues(units.fields().lookupField(UNIT)) == {"a", "b"}
    assert units.featureCount() == 2
    assert gdal.GetLastErrorMsg() == ""


def test_edits_are_not_lost(qgis_new_project, tmp_path):
    session = reopened(tmp_path)
    contacts = session.layer(CONTACTS)
    add(contacts, "LINESTRING(1 1, 2 2)")
    reopen_write_ahead(session.geopackage, map_layers_of(session).values())
    assert contacts.isModified()
    save(contacts)
    assert contacts.featureCount() == 2
