"""GeoPackages as plain SQLite files: rows, geometries and R-trees, without QGIS."""
