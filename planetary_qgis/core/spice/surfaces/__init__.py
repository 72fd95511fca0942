"""The shapes that lines of sight meet: ellipsoids, DSK plates, elevations."""
