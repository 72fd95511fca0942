"""Symbols of geologic maps as QGIS draws them."""
