"""Ring 1: plain Python. Nothing below this folder imports qgis, PyQt or osgeo."""
