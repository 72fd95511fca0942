"""Fields of view and ways of imaging."""
