"""PDS3 indexes: labels, tables, and what their columns mean."""
