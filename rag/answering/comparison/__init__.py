"""Compare the outlets on a topic: what they share, what each alone reports, where they differ."""
