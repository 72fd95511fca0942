"""What a mapper sees: docks (passive views), their controllers, and how results reach the map."""
