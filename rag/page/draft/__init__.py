"""The tab that checks a reader's own text against the articles."""
