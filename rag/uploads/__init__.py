"""The articles behind the answers as a person keeps them: what there is, adding, removing."""
