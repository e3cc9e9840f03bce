"""Rows of the roster as accounts."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.account import Account, told_apart
from monitor.store.values import Json, decode


def account_of(content: Json) -> Account:
    """Return what a version of a row says, with its people told apart: it may be older than that is done."""
    account = decode(Account, content)
    told = told_apart(account.contacts)
    return account if told is account.contacts else replace(account, contacts=told)
