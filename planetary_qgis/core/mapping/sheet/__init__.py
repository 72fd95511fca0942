"""The printed sheet of a map: what stands where, as plain geometry and text."""
