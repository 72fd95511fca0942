"""The window that makes new maps."""
