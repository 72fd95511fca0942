"""Waits for a click that never comes."""

from qgis.PyQt.QtWidgets import QMessageBox


def run(app):
    QMessageBox.information(app.iface.mainWindow(), "Question", "Will anybody answer?")
