"""Imports: what a file says becomes known, as a whole and under a number by which it can be withdrawn.

Each module has what is found out before (what would change, in a read), the command value with what the file says,
and the action that keeps it. The files themselves are read by `monitor.ledger`.
"""
