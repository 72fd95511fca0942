"""The window that brings maps made elsewhere into the map."""
