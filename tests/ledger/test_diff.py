"""What people are shown before an import changes anything."""

from __future__ import annotations

from datetime import date

from monitor.core.account import AccountStatus, Contact, Role
from monitor.core.phrases import Names
from monitor.ledger.diff import ChangeKind, compare
from tests.ledger.making import account


def test_equal_rosters_have_no_difference() -> None:
    assert compare([account(), account("b")], [account("b"), account()]) == ()


def test_added_changed_and_removed_accounts_are_told_apart() -> None:
    before = [account("old"), account("same"), account("moved")]
    after = [account("new"), account("same"), account("moved", status=AccountStatus.PAUSED)]

    assert [(change.kind, change.account.id) for change in compare(before, after)] == [
        (ChangeKind.ADDED, "new"),
        (ChangeKind.CHANGED, "moved"),
        (ChangeKind.REMOVED, "old"),
    ]


def test_every_changed_column_is_shown_with_both_words() -> None:
    before = account(contacts=(Contact(role=Role.LIAISON, name="张三", phone="13800000000"),))
    after = account(
        contacts=(Contact(role=Role.LIAISON, name="李四"),), opened_on=date(2020, 1, 2), note="一\n二", is_main=True
    )
    [change] = compare([before], [after])

    assert change.line(Names()) == (
        "修改 jy-001 “缙云发布”（微信订阅号，缙云县人民政府办公室）："
        "主账号 否→是；开设日期 （空）→2020-01-02；联络员 张三→李四；联络员手机 13800000000→（空）；备注 （空）→一 二"
    )


def test_added_and_removed_accounts_are_one_line() -> None:
    assert compare([], [account()])[0].line(Names()) == "新增 jy-001 “缙云发布”（微信订阅号，缙云县人民政府办公室）"
    assert compare([account()], [])[0].line(Names()) == "删除 jy-001 “缙云发布”（微信订阅号，缙云县人民政府办公室）"
