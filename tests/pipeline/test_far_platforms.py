"""Thirty days of forty accounts on platforms as they answer at the end of 2026: nothing is said that is not so."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from monitor.core.account import Account, Platform
from monitor.core.calendar import days_between
from monitor.core.finding import State, Support
from monitor.settings.kinds import Secret
from monitor.settings.sections import GrantSettings, PlatformSettings
from monitor.store import Store, overview
from tests.pipeline.build import Office, account, office, settings
from tests.pipeline.far_platforms import BRIDGE, World

BEGUN = datetime(2026, 11, 2, 22, 0, tzinfo=UTC)
"""Six o'clock in Beijing, on a Tuesday."""
DAYS = 30
DAILY = "MS4wLjABAAAAmeirigengxin0000"
COUNTS = {
    "douyin": 8,
    "weibo": 6,
    "bilibili": 4,
    "kuaishou": 4,
    "zhihu": 3,
    "sohu": 3,
    "thepaper": 3,
    "wechat-official": 4,
    "baijiahao-official": 3,
    "toutiao": 2,
}
PLATFORMS = {
    "douyin": Platform.DOUYIN,
    "weibo": Platform.WEIBO,
    "bilibili": Platform.BILIBILI,
    "kuaishou": Platform.KUAISHOU,
    "zhihu": Platform.ZHIHU,
    "sohu": Platform.SOHU,
    "thepaper": Platform.THEPAPER,
    "wechat-official": Platform.WEIXIN_SUBSCRIPTION,
    "baijiahao-official": Platform.BAIJIAHAO,
    "toutiao": Platform.TOUTIAO,
}
GRANTED = {"wechat-official", "baijiahao-official"}


def key_of(collector: str, number: int) -> str:
    """The key of an account: how its platform, or its owner's grant, is called."""
    return {
        "douyin": f"MS4wLjABAAAAshilixian000{number}",
        "kuaishou": f"3xshilixian0000{number}",
        "zhihu": f"shi-li-{number}",
        "thepaper": f"gov_{4000 + number}",
        "toutiao": f"MS4wLjABAAAAshilixian000{number}",
        "wechat-official": "wx-refused" if number == 4 else f"wx-{number}",
        "baijiahao-official": f"16{number}",
    }.get(collector, f"60000{number:02}000")


def posts_of(place: int) -> tuple[datetime, ...]:
    """Every third account falls silent some days into the story or before it; the others post every four days."""
    silent_from = BEGUN + timedelta(days=(place % 9) * 3 - 12) if place % 3 == 0 else BEGUN + timedelta(days=99)
    first = BEGUN - timedelta(days=14, hours=place % 20)
    return tuple(
        moment for step in range(12) if (moment := first + timedelta(days=4 * step)) <= silent_from or step == 0
    )


def roster() -> tuple[list[Account], dict[str, tuple[datetime, ...]]]:
    accounts: list[Account] = []
    posts = {DAILY: tuple(BEGUN + timedelta(days=day, hours=-1) for day in range(-14, DAYS + 1))}
    for collector, count in COUNTS.items():
        for number in range(1, count + 1):
            key, place = key_of(collector, number), len(accounts) + 1
            name = f"grant-{key}" if collector in GRANTED else key
            accounts.append(account(place, "", platform=PLATFORMS[collector], method=f"{collector}={name}"))
            posts[key] = posts_of(place)
    return accounts, posts


def made(store: Store) -> tuple[Office, World, list[Account]]:
    accounts, posts = roster()
    grants = {
        f"grant-{key}": GrantSettings(collector=collector, id=key, secret=Secret("env:S", SecretStr("s3cret")))
        for collector in GRANTED
        for key in (key_of(collector, number) for number in range(1, COUNTS[collector] + 1))
    }
    bridge = PlatformSettings(base_url=BRIDGE, canary=DAILY)
    worlds: list[World] = []

    def door(clock: object) -> World:
        worlds.append(World(clock, posts, BEGUN))  # type: ignore[arg-type]  # the office's clock
        return worlds[0]

    made = office(store, door, settings(platforms={"douyin": bridge}, grants=grants))
    return made, worlds[0], accounts


@pytest.mark.slow
async def test_thirty_days_on_the_platforms_of_the_end_of_2026(store: Store) -> None:
    of, world, accounts = made(store)
    of.clock.moment = BEGUN
    await of.enrol(accounts)
    keys = {account.id: (account.method or "").partition("=")[2].removeprefix("grant-") for account in accounts}
    wrong: list[str] = []
    proved = Counter[str]()
    for hour in range(0, DAYS * 24, 6):
        of.clock.moment = BEGUN + timedelta(hours=hour)
        await of.parts.passes.watch_over()
        await of.look()
        await of.settle()
        of.clock.moment = max(
            of.clock.moment, BEGUN + timedelta(hours=hour, minutes=170)
        )  # past the hour of the digest
        await of.parts.passes.write_digest()
        await of.settle()
        now = of.clock()
        with of.parts.store.read() as tx:
            rows = overview.account_rows(tx, now)
        for row in rows:
            newest = world.upto(keys[row.account.id])
            true_days = days_between(newest[0], now)
            for finding in row.findings:
                if finding.rule != "UPD-01":
                    continue
                proved[finding.state.value] += 1
                asserts = finding.support is Support.LOOK
                if finding.state is State.VIOLATED and (finding.days_held or 0) > true_days:
                    wrong.append(f"{now} {row.account.method}: {finding.days_held} days said, {true_days} true")
                if finding.state is State.VIOLATED and true_days < 15:
                    wrong.append(f"{now} {row.account.method}: accused at {true_days} days")
                if finding.state is State.WARNING and asserts and true_days < 10:
                    wrong.append(f"{now} {row.account.method}: warned at {true_days} days")
                if finding.state is State.OK and finding.support is not Support.HELD and true_days >= 10:
                    wrong.append(f"{now} {row.account.method}: called fresh at {true_days} days")
    assert wrong == [], "\n".join(wrong)
    assert proved["violated"] > 50, "who is silent on a platform that shows it is found"
    told = [line for message in of.duty.taken for line in message.body.splitlines() if "均未采集到内容" in line]
    assert Counter(line.partition("：")[0].lstrip("-* ") for line in told) == {"知乎": 1, "头条号": 1, "澎湃号": 1}
    assert all("粘贴链接" in line for line in told)
    refused = [message.body for message in of.duty.taken if "微信接口返回89503：" in message.body]
    assert refused, "the owner's refusal is told"
    assert all("请公众号管理员在微信收到的模板消息中确认" in body for body in refused)
