"""Unprojected images on the map."""
