"""Answers that the owner shares under an address of their own."""
