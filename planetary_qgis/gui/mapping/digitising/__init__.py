"""The toolbar for drawing geologic maps, and its map tools."""
