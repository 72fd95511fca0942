"""Ring 2: what turns the core's answers into QGIS layers; qgis.core without widgets."""
