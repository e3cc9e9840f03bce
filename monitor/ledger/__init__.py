"""Spreadsheets as people fill them in, and the values they mean: nothing here decides or stores."""

from monitor.ledger.diff import Change, ChangeKind, FieldChange, compare
from monitor.ledger.export import Column, write_table
from monitor.ledger.fault import Fault, LedgerError
from monitor.ledger.posts import Posts, read_posts
from monitor.ledger.roster import Roster, read_roster, write_roster

__all__ = [
    "Change",
    "ChangeKind",
    "Column",
    "Fault",
    "FieldChange",
    "LedgerError",
    "Posts",
    "Roster",
    "compare",
    "read_posts",
    "read_roster",
    "write_roster",
    "write_table",
]
