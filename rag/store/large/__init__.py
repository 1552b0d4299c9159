"""What only a very large index needs: files beside the database that are mapped, not read."""
