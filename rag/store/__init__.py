"""The index: one SQLite database with everything in it, and what is built of it to search."""
