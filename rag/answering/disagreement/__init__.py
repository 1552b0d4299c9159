"""Find places where articles contradict one another.

`conflicts` looks for them among the sentences near a question: in sentences that are nearly alike
(`aligned`), in numbers that measure the same thing (`measured`), and in states that exclude one
another (`opposing`).
"""
