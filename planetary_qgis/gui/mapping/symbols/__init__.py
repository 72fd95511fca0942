"""The window Map Symbols."""
