"""What a chat model does before it answers: it translates questions, and rewrites follow-ups.

Both are short requests with a limit of time (`asking`); without them the search goes on.
"""
