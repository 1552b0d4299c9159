"""Where articles contradict one another.

`conflicts` finds it among the sentences near a question: in sentences that are nearly alike
(`aligned`), in numbers that measure one thing (`measured`), and in states that exclude one another
(`opposing`).
"""
