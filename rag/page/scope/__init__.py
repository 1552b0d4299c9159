"""Which articles questions are asked of: chosen days, outlets and single articles."""
