"""The articles tab: list, read, add and remove articles."""
