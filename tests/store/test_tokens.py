from datetime import timedelta

import sqlalchemy as sa

from monitor.core.collector import Sealed
from monitor.store import Store, tables, tokens
from tests.core.build import beijing_time

NOW = beijing_time("2026-05-20 09:00")
HOUR = timedelta(hours=1)


def sealed(name: str = "access", content: bytes = b"\x00\xff", grant: str = "shili-fabu") -> Sealed:
    return Sealed(collector="wechat-official", grant=grant, name=name, content=content, until=NOW + HOUR)


def test_what_is_kept_comes_back_and_the_newest_of_a_name_counts(store: Store) -> None:
    with store.begin() as tx:
        tokens.keep(tx, [sealed(), sealed("refresh"), sealed(grant="shili-jiaoyu")], NOW)
        tokens.keep(tx, [sealed(content=b"new")], NOW)
    with store.read() as tx:
        kept = set(tokens.kept(tx))
    assert kept == {sealed(content=b"new"), sealed("refresh"), sealed(grant="shili-jiaoyu")}


def test_what_has_ended_goes_when_something_else_is_kept(store: Store) -> None:
    with store.begin() as tx:
        tokens.keep(tx, [sealed("refresh")], NOW)
        tokens.keep(tx, [], NOW + 2 * HOUR)
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.tokens)) == 1
        tokens.keep(tx, [sealed()], NOW + HOUR)
        assert tokens.kept(tx) == (sealed(),)
