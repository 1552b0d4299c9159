"""The settings tab: who writes answers, in which language, from how many sources."""
