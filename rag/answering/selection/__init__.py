"""Choose the sentences that answer, and decide if any does.

`requirements` reads what a question asks for, `ranking` orders the sentences by it, and
`read_sentences` lets a model read the best ones. `extractive` chooses those to quote, and
`abstention` decides if there is an answer at all (with `requests` for orders and advice).
`narrowing` drops sentences about other things and times, `newest` puts newer reports first,
`reported` reads the period of a figure, and `tables` finds rows of tables.
"""
