"""What the libraries in .venv answer inside QGIS, beside QGIS's own GEOS and numpy."""


def run(app):
    from osgeo import gdal

    from planetary_qgis.core.geos import shapely

    square = shapely.box(0, 0, 10, 10)
    raster = gdal.GetDriverByName("MEM").Create("", 4, 3)
    raster.GetRasterBand(1).Fill(7)
    return {
        "wkb": shapely.to_wkb(shapely.Point(1.0, 2.0), hex=True, byte_order=1),
        "area": shapely.from_wkb(shapely.to_wkb(square)).area,
        "has_m": bool(shapely.has_m(square)),
        "sum": float(raster.ReadAsArray().sum()),
    }
