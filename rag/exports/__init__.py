"""Answers to take away: plain text, rich text, Markdown, Word, PDF, BibTeX and CSL-JSON."""
