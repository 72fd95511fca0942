"""Side-by-side measurements: ratios within one run, never a timed assertion."""
