"""Values of rasters along lines and within polygons."""
