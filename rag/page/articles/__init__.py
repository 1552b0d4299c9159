"""The articles tab: what is indexed, reading it, adding to it, removing from it."""
