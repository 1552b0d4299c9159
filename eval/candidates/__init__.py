"""Make candidate questions about your own articles, for a person to review.

`cloze` makes them from the articles' own sentences, and `written` lets a chat model write them.
Each candidate is a record in the form of `questions.jsonl` with its gold span. Its `note` says that
it is a candidate and how it was made (`record`). About a quarter cannot be answered, on purpose:
they mention a year or a name that no article has (`absence`).
"""
