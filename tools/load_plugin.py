"""What `qgis --code` executes: starts the plugin without ticking it in the plugin manager first."""

import qgis.utils

if "planetary_qgis" not in qgis.utils.active_plugins:
    qgis.utils.loadPlugin("planetary_qgis")
    qgis.utils.startPlugin("planetary_qgis")
