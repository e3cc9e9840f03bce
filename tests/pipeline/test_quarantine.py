"""What a service died of twice is told to the operator when it begins anew; what it may have died of is logged."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from monitor.app.serving import suspect
from monitor.store import Store, looks
from tests.pipeline.build import NOW, Canned, Office, account, feed, office

URL = "https://a.example/{0}.xml"


async def dies_while_looking(of: Office) -> None:
    """Claim whose turn it is, and begin anew as after a death."""
    now = of.clock()
    due = await of.parts.store.write(
        lambda tx: looks.claim_due(
            tx, now, collectors=["feed"], room=looks.Capacity(limit=9), lease=timedelta(minutes=10)
        )
    )
    assert due
    await of.parts.store.write(lambda tx: suspect(tx, of.parts))


async def test_the_operator_is_told_of_accounts_at_which_the_service_died_again(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    bodies = {URL.format(number): feed(NOW - timedelta(days=1)) for number in (1, 2)}
    of = office(store, lambda clock: Canned(clock, dict(bodies)))
    await of.enrol([account(number, URL.format(number)) for number in (1, 2)])
    of.clock.forward(timedelta(minutes=5))
    await dies_while_looking(of)
    await of.settle()
    assert [message.subject for message in of.duty.taken if "暂停" in message.subject] == []
    assert [record.getMessage() for record in caplog.records] == ["source quarantined"] * 2
    of.clock.forward(timedelta(minutes=11))
    await dies_while_looking(of)  # of one of them, for they are looked at one at a time
    await of.settle()
    (told,) = [message for message in of.duty.taken if "暂停" in message.subject]
    assert told.subject == "【监测提示】1个账号的采集已暂停"
    assert "“示例1”（头条号）" in told.body
    assert "示例2" not in told.body
    of.clock.forward(timedelta(minutes=41))
    await of.look()
    await of.look()
    assert await of.parts.store.query(lambda tx: looks.is_any_due(tx, of.clock(), collectors=["feed"])) is False
