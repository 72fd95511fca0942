"""Where rasters hold anything, and many rasters as one."""
