"""Rasters before GDAL sees them: labels, layouts, damage."""
