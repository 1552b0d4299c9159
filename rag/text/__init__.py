"""Read names, dates, numbers and other facts from Chinese and English text."""
