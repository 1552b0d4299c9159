"""An index on a Milvus server: publishing it from its local store, and reading it."""
