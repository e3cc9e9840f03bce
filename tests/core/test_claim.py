"""What becomes of a link that somebody pasted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest

from monitor.core.account import Account, Platform
from monitor.core.claim import LONGEST_LINK, MOST_LINKS, SKEW, Verdict, judge, links_in
from monitor.core.collector import Proof
from monitor.core.observation import Post, Precision
from tests.core.build import beijing_time

NOW = beijing_time("2026-05-20 09:00")
OWN = "MzkwMDAwMDAwMQ=="
LINK = "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai"


def account(platform_id: str | None = OWN) -> Account:
    return Account(
        id="A1",
        name="示例发布",
        platform=Platform.WEIXIN_SUBSCRIPTION,
        unit="示例县教育局",
        area="示例县",
        platform_id=platform_id,
    )


def proof(
    published_at: datetime = NOW - timedelta(hours=1),
    authors: Collection[str] = (OWN, "gh_0123456789ab"),
    name: str | None = None,
    precision: Precision = Precision.SECOND,
) -> Proof:
    post = Post(published_at=published_at, precision=precision, title="一条消息", url=LINK)
    return Proof(post=post, authors=frozenset(authors), name=name)


def verdict(
    of: Proof, owner: Account | None = None, *, known: Collection[str] = (), newest: Post | None = None
) -> Verdict:
    return judge(of, owner or account(), known=known, newest=newest, now=NOW)


def newest(published_at: datetime, precision: Precision = Precision.SECOND) -> Post:
    return Post(published_at=published_at, precision=precision, url="https://example.invalid/before")


def test_a_new_post_of_the_account_itself_is_proved() -> None:
    assert verdict(proof(), newest=newest(NOW - timedelta(days=11))) is Verdict.PROVED


def test_either_of_the_account_s_stable_ids_will_do() -> None:
    assert verdict(proof(), account("gh_0123456789ab")) is Verdict.PROVED


def test_somebody_else_s_post_is_told_apart_before_anything_else() -> None:
    else_s = proof(NOW + timedelta(days=1), authors=["MzkwMDAwMDAwMg=="])
    assert verdict(else_s, known=[LINK]) is Verdict.SOMEONE_ELSES


def test_a_post_that_is_known_is_repeated() -> None:
    assert verdict(proof(), known=[LINK], newest=newest(NOW)) is Verdict.REPEATED


@pytest.mark.parametrize(("ahead", "said"), [(SKEW, Verdict.PROVED), (SKEW * 2, Verdict.FUTURE)])
def test_a_post_of_the_future_is_told_apart_but_clocks_may_differ(ahead: timedelta, said: Verdict) -> None:
    assert verdict(proof(NOW + ahead)) is said


@pytest.mark.parametrize("before", [timedelta(), timedelta(days=1)])
def test_a_post_no_newer_than_the_newest_is_no_update(before: timedelta) -> None:
    last = NOW - timedelta(days=3)
    assert verdict(proof(last - before), newest=newest(last)) is Verdict.BACK_DATED


def test_where_only_the_day_is_known_the_same_day_is_no_reason_to_refuse() -> None:
    today = newest(beijing_time("2026-05-20 00:00"), Precision.DAY)
    assert verdict(proof(beijing_time("2026-05-20 08:00")), newest=today) is Verdict.PROVED
    assert verdict(proof(beijing_time("2026-05-19 08:00")), newest=today) is Verdict.BACK_DATED


def test_a_bound_from_below_makes_nobody_s_post_an_old_one() -> None:
    begun = proof(NOW - timedelta(days=30), authors=(), precision=Precision.AT_LEAST)
    assert verdict(begun, newest=newest(NOW - timedelta(days=3))) is Verdict.UNPROVED


@pytest.mark.parametrize(
    ("of", "owner"),
    [
        (proof(authors=()), account()),
        (proof(authors=(), name="示例发布（已改名）"), account()),
        (proof(), account(platform_id=None)),
    ],
    ids=["no author", "another name", "no id on the roster"],
)
def test_what_does_not_say_whose_it_is_waits_for_a_person(of: Proof, owner: Account) -> None:
    assert verdict(of, owner) is Verdict.UNPROVED


def test_where_there_is_nothing_but_a_name_the_account_s_own_will_do() -> None:
    assert verdict(proof(authors=(), name="示例发布")) is Verdict.PROVED


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        (f" {LINK}\n", LINK),
        ("7.43 复制打开抖音，看看【示例发布的作品】 https://v.douyin.com/iAbC1/ 点开", "https://v.douyin.com/iAbC1/"),
        ("【一条消息】https://b23.tv/AbCdEf1，快看", "https://b23.tv/AbCdEf1"),
        ("看这里👉https://b23.tv/AbCdEf1👈！", "https://b23.tv/AbCdEf1"),
        ("（https://b23.tv/AbCdEf1）。", "https://b23.tv/AbCdEf1"),
        ("[一条消息](https://b23.tv/AbCdEf1).", "https://b23.tv/AbCdEf1"),
        ('<a href="https://b23.tv/AbCdEf1">', "https://b23.tv/AbCdEf1"),
        ("链接https://m.weibo.cn/detail/1?a=b==,谢谢", "https://m.weibo.cn/detail/1?a=b=="),
        ("Https://WWW.Douyin.com/video/7?From=Share", "https://www.douyin.com/video/7?From=Share"),
        ("链接：www.toutiao.com/article/7/?a=1 请查收", "https://www.toutiao.com/article/7/?a=1"),
        ("v.douyin.com/iAbC1/", "https://v.douyin.com/iAbC1/"),
    ],
)
def test_a_link_is_found_among_the_words_that_apps_put_around_it(pasted: str, link: str) -> None:
    assert links_in(pasted)[0] == link


@pytest.mark.parametrize(
    "pasted", ["", " 没有链接 ", "邮箱 a@b.com/x", "a" * 90000, "a." * 45000, "x" * 9000, "https://"]
)
def test_where_there_is_no_link_none_is_made_up(pasted: str) -> None:
    assert links_in(pasted) == ()


def test_of_many_links_the_first_few_are_looked_at_and_none_is_longer_than_is_taken() -> None:
    found = links_in(" ".join(f"https://a.cn/{number}{'x' * 5000}" for number in range(900)))
    assert len(found) == MOST_LINKS
    assert {len(link) for link in found} == {LONGEST_LINK}
