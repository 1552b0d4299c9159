"""Many questions at once: read from a table, answered one by one, written as a table."""
