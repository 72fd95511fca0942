"""Ring 3a: Processing's provider “Planetary”; one algorithm a file."""
