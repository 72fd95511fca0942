"""Checks of a map in QGIS: findings as layers, reasons to ignore them, fixes."""
