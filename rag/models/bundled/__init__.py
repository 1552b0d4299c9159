"""Models that come with the program: the embedding model in its wheel, and the reader."""
