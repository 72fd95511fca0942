"""Ten times: start the plugin, open nothing, unload it. Returns a census around each time."""

import sys

TIMES = 10
HEAVY = {"antimeridian", "pandas", "pvl", "pyproj", "scipy", "shapely", "spiceypy"}


def run(app):
    app.wait(1)
    heavy_before = sorted(HEAVY.intersection(sys.modules))
    before, loaded, unloaded = app.census(), [], []
    for _ in range(TIMES):
        app.load_plugin()
        app.wait(0.1)
        loaded.append(app.census())
        app.unload_plugin()
        unloaded.append(app.census())
    app.load_plugin()
    app.wait(0.5)
    app.grab("plugin_loaded")
    return {
        "before": before,
        "loaded": loaded,
        "unloaded": unloaded,
        "heavy_before": heavy_before,
        "heavy_after": sorted(HEAVY.intersection(sys.modules)),
    }
