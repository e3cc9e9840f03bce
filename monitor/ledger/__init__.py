"""Spreadsheets as people fill them in, and the values they mean: nothing here decides or stores."""

from monitor.ledger.book import rows_in
from monitor.ledger.decisions import Decisions, Places, Ruled, decision_line, read_decisions
from monitor.ledger.diff import AccountChange, ChangeKind, FieldChange, compare, paper_change
from monitor.ledger.fault import FileFault, LedgerError, did_you_mean
from monitor.ledger.papers import Papers, read_bulletins, read_filed_list, read_index
from monitor.ledger.posts import ImportedPosts, read_posts
from monitor.ledger.records import Records, Subjects, read_records, record_line
from monitor.ledger.roster import Roster, read_roster, roster_document
from monitor.ledger.templates import TEMPLATES, form_document, records_document

__all__ = [
    "TEMPLATES",
    "AccountChange",
    "ChangeKind",
    "Decisions",
    "FieldChange",
    "FileFault",
    "ImportedPosts",
    "LedgerError",
    "Papers",
    "Places",
    "Records",
    "Roster",
    "Ruled",
    "Subjects",
    "compare",
    "decision_line",
    "did_you_mean",
    "form_document",
    "paper_change",
    "read_bulletins",
    "read_decisions",
    "read_filed_list",
    "read_index",
    "read_posts",
    "read_records",
    "read_roster",
    "record_line",
    "records_document",
    "roster_document",
    "rows_in",
]
