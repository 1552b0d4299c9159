"""Checking a claim against the sentences it cites.

`claims` gives the verdict. It asks the readers of facts, and lays the claim's words beside those of
the source (`wording`, over `alignment` and `tokens`), knowing opposites (`polarity`) and names
(`names`, `aliases`).
"""
