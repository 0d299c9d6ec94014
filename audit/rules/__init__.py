"""The rules: one module each, named after the fault, in the folder of its family.

A rule is a module that holds a `RULE` and `check(case, **parameters) -> Judgement`; its docstring is its documentation.
"""
