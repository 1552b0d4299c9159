"""Files to documents to passages: front matter, Markdown, sentences, the chunker."""
