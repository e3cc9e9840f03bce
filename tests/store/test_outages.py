"""Who counts as failing when it is asked whether a platform fails."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.account import Platform
from monitor.core.observation import Blind, Reason
from monitor.store import Store, outages
from tests.store.build import HOUR, NOW, account, enrol, look, record, source


@pytest.mark.parametrize(("reason", "failing"), [(Reason.UNREADABLE, 3), (Reason.CAPTCHA, 3), (Reason.GRANT, 0)])
def test_want_of_a_grant_is_no_failure_of_the_platform(store: Store, reason: Reason, failing: int) -> None:
    ids = ("A01", "A02", "A03")
    enrol(store, *(account(id_) for id_ in ids), at=NOW - timedelta(days=1))
    for at in (NOW - HOUR, NOW):
        record(store, *(look(at, Blind(reason=reason), source(id_)) for id_ in ids))
    with store.read() as tx:
        (weibo,) = outages.census(tx, NOW)
    assert (weibo.platform, weibo.accounts, weibo.failing) == (Platform.WEIBO, 3, failing)
    assert weibo.fails_together is (failing > 0)
