"""What mappers draw, done to the layers of a map."""
