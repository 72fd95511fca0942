"""Tracks, limbs and terminators."""
