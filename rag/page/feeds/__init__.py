"""The section of the articles tab in which the owner follows feeds and fetches articles."""
