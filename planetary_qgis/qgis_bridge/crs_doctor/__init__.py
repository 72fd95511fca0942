"""What coordinate reference systems of layers really are, what is wrong with them, and repairs."""
