"""The index: SQLite holds everything, and FAISS is built from it when the index is opened."""
