"""The formats that labels of rasters are written in, one a module."""
