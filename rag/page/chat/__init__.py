"""Questions in, checked answers out: the first tab of the page."""
