"""When an instrument sees an area in the right light."""
