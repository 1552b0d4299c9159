"""Sum up articles: one, those of some days or outlets, or those on a topic."""
