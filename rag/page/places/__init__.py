"""Addresses of conversations and articles, and the drawer with earlier conversations."""
