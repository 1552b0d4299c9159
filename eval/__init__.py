"""The evaluation question set and its measures; used from a clone as `python -m eval`."""
