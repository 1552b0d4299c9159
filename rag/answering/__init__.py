"""Evidence to an answer: composing, attribution, verification, abstention."""
