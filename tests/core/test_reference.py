"""Whom a row of a document means: by id, by platform id, by filed name, and never by guess."""

from __future__ import annotations

import pytest

from monitor.core.account import Account, Platform
from monitor.core.reference import AccountIndex, Reference, Unmatched
from tests.core.build import account

WEIBO = account(id="A01", name="示例发布", platform=Platform.WEIBO, platform_id="1234567890")
WECHAT = account(id="A02", name="示例教育", platform=Platform.WEIXIN_SUBSCRIPTION, platform_id=None)
TWIN = account(id="A03", name="示例文旅", platform=Platform.DOUYIN, platform_id=None)
OTHER_TWIN = account(id="A04", name="示例文旅", platform=Platform.DOUYIN, platform_id=None)
FORMER = account(id="A09", name="示例旧号", platform=Platform.WEIBO, platform_id="99")
DIRECTORY = AccountIndex([WEIBO, WECHAT, TWIN, OTHER_TWIN], [FORMER], {"A02": "示例县教育"})


def by(platform: Platform | None = None, platform_id: str | None = None, name: str | None = None) -> Reference:
    return Reference(platform=platform, platform_id=platform_id, name=name)


@pytest.mark.parametrize(
    ("reference", "whom"),
    [
        (Reference(account="A01"), WEIBO),
        (Reference(account="A09"), FORMER),
        (by(Platform.WEIBO, "1234567890"), WEIBO),
        (by(Platform.WEIBO, "1234567890", "改过的名称"), WEIBO),
        (by(Platform.WEIBO, "99"), FORMER),
        (by(Platform.WEIBO, name="示例发布"), WEIBO),
        (by(Platform.WEIBO, name="示例　发布"), WEIBO),
        (by(Platform.WEIXIN_SUBSCRIPTION, name="示例教育"), WECHAT),
        (by(Platform.WEIXIN_SUBSCRIPTION, name="示例县教育"), WECHAT),
        (by(Platform.WEIXIN_SUBSCRIPTION, "shilijiaoyu", "示例教育"), WECHAT),
    ],
)
def test_an_account_answers_to_its_id_its_platform_id_its_name_and_its_filed_name(
    reference: Reference, whom: Account
) -> None:
    assert DIRECTORY.find(reference) == whom


@pytest.mark.parametrize(
    ("reference", "column"),
    [
        (Reference(account="A1"), "账号ID"),
        (by(Platform.WEIBO, "123456789"), "平台标识"),
        (by(Platform.WEIBO, "2222222222", "示例发布"), "平台标识"),
        (by(Platform.TOUTIAO, name="示例发布"), "账号名称"),
        (by(Platform.WEIBO, name="示例发"), "账号名称"),
        (by(Platform.WEIBO, name="示例发布厅"), "账号名称"),
        (by(Platform.DOUYIN, name="示例文旅"), "账号名称"),
        (by(name="示例发布"), "账号名称"),
    ],
)
def test_what_is_not_certain_is_nobody(reference: Reference, column: str) -> None:
    found = DIRECTORY.find(reference)
    assert isinstance(found, Unmatched)
    assert found.column == column
    assert found.why.startswith("台账中")


def test_two_that_may_be_meant_are_both_named() -> None:
    found = DIRECTORY.find(by(Platform.DOUYIN, name="示例文旅"))
    assert isinstance(found, Unmatched)
    assert "A03、A04" in found.why


def test_an_account_that_left_the_roster_gives_way_to_one_that_is_on_it() -> None:
    old = account(id="B01", name="示例发布", platform=Platform.WEIBO)
    new = account(id="B02", name="示例发布", platform=Platform.WEIBO)
    assert AccountIndex([new], [old]).find(by(Platform.WEIBO, name="示例发布")) == new


@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        (Reference(account="A01", name="示例发布"), "账号ID A01"),
        (by(Platform.WEIBO, "123", "示例发布"), "微博 “示例发布”（123）"),
        (by(Platform.WEIBO, "123"), "微博 123"),
        (by(Platform.WEIBO, name="示例发布"), "微博 “示例发布”"),
    ],
)
def test_a_reference_is_shown_as_it_was_written(reference: Reference, shown: str) -> None:
    assert str(reference) == shown
