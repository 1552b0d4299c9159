"""The index: one SQLite database, and the search structures that are built from it."""
