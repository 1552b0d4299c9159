"""The section of the first view that answers a file of questions."""
