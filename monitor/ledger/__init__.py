"""Spreadsheets as people fill them in, and the values they mean: nothing here decides or stores."""

from monitor.ledger.fault import LedgerError

__all__ = ["LedgerError"]
