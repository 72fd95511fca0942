"""Unprojected images: where each pixel looks."""
