"""Units of a map built and kept in its layers."""
