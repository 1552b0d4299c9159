"""Check a claim against the sentences it cites.

`claims` gives the verdict. It compares numbers and dates itself, other facts by `figures` and
`names`, and the wording by `wording`, which uses the tokens of `alignment`. `chat_judge` lets a
chat model judge.
"""
