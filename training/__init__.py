"""Train the reader: make its data, train it, export it, and evaluate it."""
