"""Models that come with the program: the embedding model out of its wheel, and the reader."""
