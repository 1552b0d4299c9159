"""Articles from the web: feeds that are followed, and single addresses."""
