"""The Geologic Mapping dock, its tabs and windows, and the map tools of mappers."""
