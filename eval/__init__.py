"""The evaluation: a question set and its measures. Run it from a clone with `python -m eval`."""
