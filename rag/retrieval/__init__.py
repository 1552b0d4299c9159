"""Understand questions, and find the passages for them."""
