"""Geologic maps: their layers, units from contacts, checks, symbols, statistics, packages."""
