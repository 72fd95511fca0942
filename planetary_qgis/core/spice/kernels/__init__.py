"""Kernel files: what they are, what they cover, what is missing."""
