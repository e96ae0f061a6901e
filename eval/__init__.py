"""Questions with known answers -> figures. Imports `qa` and `index`; nothing imports it.

Write `from eval.run import run`, never `import eval`: that would hide Python's own function of that name.
"""
