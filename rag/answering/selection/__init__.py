"""Which sentences answer, and whether any does.

`wanted` and `requirements` read what a question asks for, `features` and `ranking` order the
sentences by it, `extractive` chooses those to say, `abstention` decides whether to answer at all
(`answerability`, `requests`), and `recency` puts the newest first where that is asked for.
"""
