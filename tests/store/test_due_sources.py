"""Whose turn it is: every host has one look before any has two, and a full one keeps nobody waiting."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.account import Source
from monitor.store import Store, looks, tables
from tests.often import often
from tests.store.build import DAY, HOUR, NOW, account, enrol


@pytest.mark.parametrize(
    ("collector", "key", "host"),
    [
        ("feed", "https://Feed.Example/a.xml", "feed.example"),
        ("feed", "some:http://feed.example:8080/a|health=https://other.example/b", "feed.example"),
        ("website", "https://user:word@www.example.gov.cn?x=1|item=li", "www.example.gov.cn"),
        ("ipa", "itms-services://?action=download-manifest&url=https://dl.example/app.plist", "dl.example"),
        ("web-probe", "https://[2001:db8::1]:443/health#ok", "[2001:db8::1]"),
        ("website", "https://例子.example/栏目", "例子.example"),
        ("weibo", "1234567890", "weibo"),
        ("apk", "https:///broken", "apk"),
    ],
)
def test_looks_wait_for_the_host_that_their_key_names_else_for_their_collector(
    collector: str, key: str, host: str
) -> None:
    assert Source(account="A", collector=collector, key=key).host == host


def wait_at(store: Store, hosts: dict[str, int]) -> None:
    """Have so many sources wait at each host, those of the first host longest."""
    number = 0
    with store.begin() as tx:
        tx.execute(sa.delete(tables.sources))
        for host, count in hosts.items():
            for _ in range(count):
                number += 1
                row = {
                    "id": f"A01/feed=https://{host}/{number}", "account": "A01", "collector": "feed", "key": f"https://{host}/{number}",
                    "host": host, "rank": 0, "is_partial": False, "failures": 0, "last_outcome": "",
                    "last_detail": "", "has_validators": False, "reader": "",
                    "next_look_at": NOW - DAY + timedelta(seconds=number),
                }  # fmt: skip
                tx.execute(sa.insert(tables.sources), row)


def claimed(store: Store, room: looks.Capacity) -> list[str]:
    with store.begin() as tx:
        due = looks.claim_due(tx, NOW, collectors=["feed"], room=room, lease=HOUR)
        return [entry.source.host for entry in due]


@settings(max_examples=often(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hosts=st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(1, 9), min_size=1),
    begun=st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(1, 4)),
    per_host=st.integers(1, 5),
    limit=st.integers(1, 20),
)
def test_no_host_gets_more_than_its_share_while_another_with_less_waits(
    store: Store, hosts: dict[str, int], begun: dict[str, int], per_host: int, limit: int
) -> None:
    enrol(store, account("A01"), at=NOW - 20 * DAY)
    wait_at(store, hosts)
    got = Counter(claimed(store, looks.Capacity(limit=limit, per_host=per_host, begun=begun)))
    having = {host: got[host] + begun.get(host, 0) for host in hosts}
    assert got.total() == min(
        limit, sum(max(0, min(count, per_host - begun.get(host, 0))) for host, count in hosts.items())
    )
    for host, count in got.items():
        assert count <= hosts[host]
        assert having[host] <= per_host
    starved = [host for host in hosts if got[host] < hosts[host] and having[host] < per_host]
    for host in starved:
        assert all(having[other] <= having[host] + 1 for other in got)


def test_a_full_host_is_passed_over_and_what_was_let_go_of_is_due_again(store: Store) -> None:
    enrol(store, account("A01"), at=NOW - 20 * DAY)
    wait_at(store, {"slow": 50, "quick": 1})
    with store.begin() as tx:
        room = looks.Capacity(limit=9, full=["slow"])
        (one,) = looks.claim_due(tx, NOW, collectors=["feed"], room=room, lease=HOUR)
        assert one.source.host == "quick"
        assert not looks.is_any_due(tx, NOW, collectors=["feed"], full=["slow"])
        looks.release(tx, [one])
        assert looks.is_any_due(tx, NOW, collectors=["feed"], full=["slow"])
