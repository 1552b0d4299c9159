"""From found passages to an answer: choose sentences, write, cite, check, or decline to answer."""
