"""What fields of view cover on the ground."""
