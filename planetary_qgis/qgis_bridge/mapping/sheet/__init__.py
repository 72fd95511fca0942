"""The printed map sheet: a layout with map, legend, correlation, description, and its PDF."""

from planetary_qgis.qgis_bridge.mapping.sheet.exporting import export_image, export_pdf
from planetary_qgis.qgis_bridge.mapping.sheet.making import find_sheet, make_sheet

__all__ = ["export_image", "export_pdf", "find_sheet", "make_sheet"]
