"""Writes the sample data that ships with the plugin; see tools/make_sample_data.py."""
