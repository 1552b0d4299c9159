"""The tab that compares what outlets report on a topic."""
