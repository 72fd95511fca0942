"""Map packages: what is handed over of a map, and whether that is whole."""
