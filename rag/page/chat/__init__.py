"""The chat tab, the first tab of the page."""
