"""The page of the monitor itself: what is out is said first, and an IT person sees it at once."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.account import Platform
from monitor.core.message import MessageAct
from monitor.core.outage import Canary, Cause, Outage
from monitor.store import Store, message_acts, open_store, outages
from monitor.web.page_context import PassStatus
from tests.databases import migrated
from tests.web.conftest import client_of
from tests.web.county import NOW, Surroundings, fill
from tests.web.test_pages import text_of

HOUR = timedelta(hours=1)


def outage(platform: Platform | None, *, ended: bool = False) -> Outage:
    return Outage(
        id=1,
        platform=platform,
        cause=Cause.CANARY if platform else Cause.OFFLINE,
        trusted_until=NOW - 2 * HOUR,
        began_at=NOW - HOUR,
        detail="对照账号：没有内容" if platform else "",
        ended_at=NOW if ended else None,
    )


def page(tmp_path: Path, *out: Outage, path: str = "/system") -> str:
    """Return a page of the county in which these outages are going on, or were."""
    with open_store(migrated(tmp_path / "xuncha.db")) as store:
        fill(store)
        with store.begin() as tx:
            for entry in out:
                outages.begin(tx, entry)
                if entry.ended_at:
                    (begun,) = outages.open_outages(tx)
                    outages.end(tx, begun, entry.ended_at)
        around = Surroundings(canaries={Platform.WEIBO: Canary(good_at=NOW, fault="没有内容")})
        return text_of(client_of(store, around).get(path).text)


def test_a_suspended_platform_is_the_first_thing_on_the_page(tmp_path: Path) -> None:
    shown = page(tmp_path, outage(Platform.WEIBO))
    assert "监测工作正常" not in shown
    verdict = shown.index("微博采集暂停（5月19日8时5分起）")
    assert verdict < shown.index("平台", verdict) < shown.index("暂停采用") < shown.index("例行工作")
    assert "对照账号异常" in shown


def test_a_monitor_that_is_offline_says_so_before_anything_else(tmp_path: Path) -> None:
    shown = page(tmp_path, outage(None))
    assert shown.index("监测系统断网") < shown.index("平台")
    assert "请检查本机的网络、代理和防火墙" in shown


def test_what_is_over_is_history(tmp_path: Path) -> None:
    shown = page(tmp_path, outage(Platform.WEIBO, ended=True))
    assert "监测工作正常" in shown
    assert "5月19日09:05恢复" in shown


def test_the_overview_leads_to_what_is_out(tmp_path: Path) -> None:
    shown = page(tmp_path, outage(Platform.WEIBO), path="/")
    assert "■ 微博采集暂停（5月19日8时5分起）：今天的结果不完整，恢复前不作新的认定。" in shown
    assert "查看微博采集暂停的原因" in shown


@pytest.mark.parametrize("words", ["微博", "微信订阅号", "未设", "没有内容", "部分采集异常"])
def test_each_platform_says_how_it_can_be_seen(county: Store, words: str) -> None:
    around = Surroundings(canaries={Platform.WEIBO: Canary(good_at=NOW, fault="没有内容")})
    assert words in text_of(client_of(county, around).get("/system").text)


def test_platforms_without_a_canary_are_named_with_what_is_seen_through_them(county: Store) -> None:
    asked: list[tuple[Platform, str]] = []

    def unwatched(listings: Collection[tuple[Platform, str]]) -> list[str]:
        asked.extend(listings)
        return ["没有对照账号的平台：微博（platforms.weibo.canary）"]

    shown = text_of(client_of(county, Surroundings(unwatched=unwatched)).get("/system").text)
    assert "没有对照账号的平台：微博（platforms.weibo.canary）。" in shown
    assert (Platform.WEIBO, "weibo") in asked


def test_what_the_settings_leave_open_is_said(empty: Store) -> None:
    hint = "rules.yaml 里没有规则 FAKE-01，不按它们判断"
    assert hint in text_of(client_of(empty, Surroundings(hints=[hint])).get("/system").text)


def test_looks_that_are_well_are_one_line_and_a_late_one_is_its_own(empty: Store, around: Surroundings) -> None:
    late = NOW - timedelta(hours=2)
    around.passes = [
        PassStatus(name="采集 weibo", last_success=NOW - timedelta(minutes=5), is_look=True),
        PassStatus(name="采集 sohu", last_success=NOW - timedelta(minutes=1), is_look=True),
        PassStatus(name="采集 zhihu", last_success=late, is_late=True, is_look=True),
        PassStatus(name="判断", last_success=NOW),
    ]
    page = client_of(empty, around).get("/system").text
    assert "采集（2种方式）" in page
    assert "5分钟前" in page
    assert [name in page for name in ("采集 weibo", "采集 sohu", "采集 zhihu", "判断")] == [False, False, True, True]


def test_what_is_over_is_told_with_what_it_was(tmp_path: Path) -> None:
    shown = page(tmp_path, outage(Platform.WEIBO, ended=True))
    assert "bound method" not in shown
    assert "微博采集暂停（5月19日" in shown


def test_messages_are_counted_as_on_their_own_page(empty: Store, around: Surroundings) -> None:
    """A failure that was told on the phone stands with what was said, on both pages."""
    fill(empty)
    client = client_of(empty, around)

    def said() -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        counted = re.compile(r'<a href="/messages\?state=(\w+)"[^>]*>([^<]*?\d+)</a>')
        listed = {(state, text) for state, text in counted.findall(client.get("/messages").text) if text[-1] != "0"}
        return listed, set(counted.findall(client.get("/system").text))

    there, here = said()
    assert there == here
    with empty.begin() as tx:
        (failed,) = message_acts.open_failures(tx, NOW)
        message_acts.note(tx, [failed], MessageAct.PHONED, by="操作员", at=NOW, text="已告知")
        message_acts.phoned(tx, failed, at=NOW)
    after, here = said()
    assert after == here != there
