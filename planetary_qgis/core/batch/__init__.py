"""Runs without QGIS: tables of times in, footprints out, resumed where they ended."""
