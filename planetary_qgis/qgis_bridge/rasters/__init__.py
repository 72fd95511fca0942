"""Planetary rasters in QGIS: opened, put where they belong, looked at from all sides."""
