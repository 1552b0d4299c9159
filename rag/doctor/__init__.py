"""Examine the installation, the settings, the models and the index: `rag doctor`."""
