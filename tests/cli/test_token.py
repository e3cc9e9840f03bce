"""Tokens for programs at the command line: shown once, listed without their secret, ended at once."""

from __future__ import annotations

import re

from monitor.store import open_store
from monitor.store.api_tokens import PREFIX, api_token_of, api_tokens
from tests.cli.office import Office


def test_a_token_is_shown_once_and_kept_as_a_digest(office: Office) -> None:
    shown = office.type("token", "add", "省平台", "--scope", "read", "--days", "30").done()
    secret = shown.splitlines()[-1]
    assert re.fullmatch(rf"{PREFIX}[\w-]{{43}}", secret)
    with open_store(office.where[-1]) as store, store.read() as tx:
        found = api_token_of(tx, secret)
        assert found is not None
        assert (found.name, found.scopes) == ("省平台", ("read",))
        assert secret not in repr(found)
    listed = office.type("token", "list").done()
    assert secret not in listed
    assert secret[:8] in listed
    assert "省平台" in listed
    assert "读取" in listed
    assert "没有用过" in listed


def test_a_revoked_token_is_listed_as_that(office: Office) -> None:
    office.type("token", "add", "省平台", "--scope", "read", "--scope", "decide").done()
    assert office.type("token", "revoke", "1").done() == "令牌1（省平台）已停用。\n"
    assert "停用" in office.type("token", "list").done()
    assert office.type("token", "revoke", "1").refused() == "令牌1已经停用。"
    assert office.type("token", "revoke", "7").refused() == "没有编号为7的令牌，请核对编号。"


def test_a_token_for_nothing_is_not_given_out(office: Office) -> None:
    for words in (
        (" ", "--scope", "read"),
        ("省平台",),
        ("省平台", "--scope", "read", "--days", 0),
        ("省平台", "--scope", "read", "--days", 10**12),
    ):
        office.type("token", "add", *words).refused()
    with open_store(office.where[-1]) as store, store.read() as tx:
        assert not api_tokens(tx)
