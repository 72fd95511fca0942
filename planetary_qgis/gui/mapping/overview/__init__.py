"""The tab Map."""
