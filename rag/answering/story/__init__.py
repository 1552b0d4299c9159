"""Tell a story through time: dated statements, one row an event, outlets side by side."""
