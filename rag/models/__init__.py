"""The models that the program uses, each behind a small protocol."""
