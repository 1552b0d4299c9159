"""The swap probe: change a fact in true sentences, and see if the check notices it.

`swapping` changes the fact, `rewording` writes it differently, `probes` collects the claims, and
`command` is `python -m eval swaps`. The patterns and `words` are separate from those of the check,
to reveal what the check cannot see.
"""
