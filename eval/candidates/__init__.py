"""Candidate questions on a corpus of one's own, for a person to review.

`cloze` makes them of the articles' own sentences, `written` has a chat model write them. Either
way a candidate is a record in the form of `questions.jsonl` with its gold span, whose `note` says
that it is one and how it was made (`record`). About a quarter can't be answered, by construction:
they speak of a year or a name that no article has (`absence`).
"""
