"""What the owner of a grant has to do is said in Chinese wherever the operator looks; what is for the log never is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from collectors import wechat_codes
from monitor.cli.look import _line
from monitor.core.account import Account, Platform, Source
from monitor.core.observation import Blind, Look, Reason, advice_in
from monitor.store import Store
from monitor.store.looks import Recorded, record
from monitor.store.roster import Sources, sync_sources
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import NOW, Surroundings, account
from tests.web.test_pages import text_of

REFUSED = wechat_codes.refusal(89503).detail
FOR_THE_LOG = "sorry page: 平台写的话"
"""A detail in English, with words of a platform's in it."""


def owners(id_: str, name: str, platform: Platform = Platform.WEIXIN_SUBSCRIPTION, *, granted: bool = True) -> Account:
    return account(id_, name, platform=platform, method="wechat-official=shili" if granted else "人工")


@pytest.fixture
def client(empty: Store) -> TestClient:
    """Return the pages of an office: two accounts that are refused, one that is seen, one without a grant, a 微博."""
    listed = [
        owners("A1", "示例一"),
        owners("A2", "示例二", Platform.WEIXIN_SERVICE),
        owners("A3", "示例三"),
        owners("A4", "示例四", granted=False),
        owners("A5", "示例五", Platform.WEIBO, granted=False),
    ]
    enrol(empty, *listed, at=NOW - timedelta(days=1))
    sources = {
        account.id: Source(account=account.id, collector="wechat-official", key="shili") for account in listed[:3]
    }
    with empty.begin() as tx:
        sync_sources(
            tx,
            listed,
            sources=Sources(
                of=lambda account: (sources[account.id],) if account.id in sources else (),
                every=lambda _: timedelta(hours=6),
            ),
            now=NOW - timedelta(days=1),
        )
        for id_, detail in (("A1", REFUSED), ("A2", REFUSED), ("A3", FOR_THE_LOG)):
            blind = Blind(reason=Reason.GRANT, detail=detail)
            record(tx, [Look(source=sources[id_], at=NOW, sight=blind)], lambda _, look: look.at + timedelta(hours=6))
    return client_of(empty, Surroundings())


def test_the_system_page_names_the_accounts_and_what_has_to_be_done(client: TestClient) -> None:
    page = text_of(client.get("/system").text)
    assert f"“示例一”、“示例二”：{REFUSED}。" in page
    assert "模板消息" in page
    assert "sorry" not in page


def test_an_account_s_page_says_it_and_leads_to_the_guide(client: TestClient) -> None:
    refused, logged, without, weibo = (text_of(client.get(f"/accounts/{id_}").text) for id_ in ("A1", "A3", "A4", "A5"))
    assert f"▲ {REFUSED}。" in refused
    assert "《公众号官方接口授权步骤》" in refused
    assert "sorry" not in logged
    assert "《公众号官方接口授权步骤》" not in logged, (
        "it has its grant, and nothing says that something is wrong with it"
    )
    assert "单位授权官方接口后可自动采集，步骤见《公众号官方接口授权步骤》" in without
    assert "公众号" not in weibo


@pytest.mark.parametrize("number", sorted(wechat_codes.CODES))
def test_whatever_wechat_answers_the_command_that_looks_says_what_to_do(number: int) -> None:
    failed = wechat_codes.refusal(number)
    blind = Blind(reason=failed.reason, detail=failed.detail)
    look = Look(source=Source(account="A1", collector="wechat-official", key="shili"), at=NOW, sight=blind)
    recorded = Recorded(look=look, observation=1, is_new=False, next_look_at=NOW, posts_added=0)
    assert _line(recorded).endswith(f"采集异常：{failed.reason.label}，{failed.detail}")


@pytest.mark.parametrize("detail", ["", FOR_THE_LOG, "HTTP 403", "…", "{'msg': '操作频繁'}"])
def test_what_is_for_the_log_is_no_advice(detail: str) -> None:
    assert advice_in(detail) == ""
