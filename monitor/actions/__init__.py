"""The actions of people: one module per noun, each a plain function `(tx, command, *, actor, now)`.

An action checks what its actor may do, refuses in one Chinese sentence (`RefusedError`), does its work and writes
exactly one row of the audit log, all in the transaction that it is given. Commands, pages, signed links and the API
translate what they were sent into a command value, run the action (`perform`), and say what it returned.
"""
