"""The outside world behind small protocols: the embedding model and the chat model."""
