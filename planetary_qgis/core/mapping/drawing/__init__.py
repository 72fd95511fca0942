"""What drawn lines do to the lines and polygons of a map."""
