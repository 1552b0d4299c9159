"""Parts for very large indexes: search files beside the database, which are memory-mapped."""
