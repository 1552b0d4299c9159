"""The swap probe, which changes a fact in true sentences and asks whether the check sees it.

`swapping` changes the fact, `rewording` says it otherwise, `probes` has both checked, and `command`
is `python -m eval swaps`. The patterns and `words` are the probe's own, so that the check's blind
spots show.
"""
