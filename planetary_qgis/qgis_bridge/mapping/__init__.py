"""Geologic maps as QGIS layers, projects, layouts and files."""
