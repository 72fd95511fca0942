"""The tab Units."""
