"""Training of the reader: its data, the training itself, the export, and how well it reads."""
