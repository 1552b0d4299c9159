"""Read files into documents, and cut documents into passages."""
