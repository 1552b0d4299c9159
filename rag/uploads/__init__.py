"""Uploaded articles: list, add and remove them."""
