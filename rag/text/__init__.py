"""Every reader of language: word lists, names, dates and numbers that all other parts share."""
