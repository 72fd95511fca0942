"""Raises where nobody catches it but QGIS."""

from qgis.PyQt.QtCore import QTimer


def run(app):
    QTimer.singleShot(0, lambda: {}["raised in a slot"])
    app.wait(0.5)
