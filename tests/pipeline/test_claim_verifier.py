"""A pasted link: proved, it ends the reminders at once; anything else changes nothing that is judged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.platforms import channels_link
from monitor.actions.actor import Actor, Origin, Right
from monitor.actions.claims import PasteCommand, paste
from monitor.actions.refused import RefusedError
from monitor.core import claim as bounds
from monitor.core.account import Platform
from monitor.core.claim import Claim, Excess, Tally, Verdict, excess
from monitor.core.collector import Proof
from monitor.core.observation import Covers, Post, Reason, timeline
from monitor.core.token import Permit, Purpose
from monitor.pipeline.claim_verifier import PATIENCE
from monitor.store import Store, claims, looks, overview
from tests.pipeline.build import Canned, Office, account, feed, office

FIXTURES = Path(__file__).parents[1] / "fixtures"
ARTICLE = (FIXTURES / "wechat_article" / "normal.html").read_bytes()
DELETED = (FIXTURES / "wechat_article" / "deleted.html").read_bytes()
NEEDS_PERMISSION = (FIXTURES / "wechat_article" / "needs_permission.html").read_bytes()
VIDEO = (FIXTURES / "channels_link" / "normal.json").read_bytes()
BIZ = "MzkwMDAwMDAwMQ=="
SHARED = "https://weixin.qq.com/sph/AbCdEf123"
LINK = "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai"
PASSPORT = "https://passport.weibo.com/visitor/genvisitor2"
URL = "https://feed.example/1.xml"
PUBLISHED = datetime(2026, 11, 16, 1, 30, tzinfo=UTC)
"""As the fixture says."""
NOW = PUBLISHED + timedelta(hours=2)


async def overdue(
    store: Store, body: bytes | Reason = ARTICLE, net: Mapping[str, bytes | Reason] | None = None, **changes: object
) -> Office:
    """Return an office with an account that is overdue by the feed that it is looked at through."""
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=16)), LINK: body, **(net or {})}
    made = office(store, lambda clock: Canned(clock, bodies))
    made.clock.moment = NOW
    values: dict[str, object] = {"platform": Platform.WEIXIN_SUBSCRIPTION, "platform_id": BIZ}
    await made.enrol([account(1, URL, **(values | changes))])
    await made.look()
    await made.settle()
    return made


async def verdict(
    of: Office, link: str = LINK, account_id: str = "A01", token: str | None = None
) -> Verdict | Excess | None:
    permit = Permit(purpose=Purpose.of(token[0]), message=token[1:], until=NOW + timedelta(days=14)) if token else None
    actor = Actor(name="联络员甲", origin=Origin.SIGNED_LINK, rights=frozenset({Right.PASTE}))
    command = PasteCommand(account=account_id, link=link, permit=permit)
    claim = await paste(of.parts.store, of.parts.claim_verifier, command, actor=actor, clock=of.clock)
    return claim.verdict if isinstance(claim, Claim) else claim


async def judged(of: Office) -> str:
    await of.settle()
    with of.parts.store.read() as tx:
        (row,) = overview.account_rows(tx, of.clock())
    return next(str(finding.state.value) for finding in row.findings if finding.rule == "UPD-01")


async def test_a_proved_link_ends_the_case_and_the_unit_hears_that_it_is_settled(store: Store) -> None:
    made = await overdue(store)
    assert await judged(made) == "violated"
    made.mail.taken.clear()
    assert await verdict(made) is Verdict.PROVED
    assert await judged(made) == "ok"
    assert {message.subject[:4] for message in made.mail.taken} == {"【办结】"}


async def test_the_same_link_a_second_time_is_told_apart(store: Store) -> None:
    made = await overdue(store)
    assert [await verdict(made), await verdict(made)] == [Verdict.PROVED, Verdict.REPEATED]


@pytest.mark.parametrize(
    ("changes", "body", "link", "said"),
    [
        ({"platform_id": "MzkwMDAwMDAwMg=="}, ARTICLE, LINK, Verdict.SOMEONE_ELSES),
        ({"platform_id": None}, ARTICLE, LINK, Verdict.UNPROVED),
        ({}, Reason.TIMEOUT, LINK, Verdict.NOT_REACHABLE),
        ({}, b"<html><title>x</title></html>", LINK, Verdict.UNPROVED),
        ({}, DELETED, LINK, Verdict.NOT_SHOWN),
        ({}, NEEDS_PERMISSION, LINK, Verdict.NOT_SHOWN),
        ({}, ARTICLE, "https://weibo.com/1/2", Verdict.MISPLACED),
        ({}, ARTICLE, "http://127.0.0.1/s/Shili0fabu1Huiyi2Zhaokai", Verdict.MISPLACED),
        ({"platform": Platform.XUEXI}, ARTICLE, "https://www.xuexi.cn/1", Verdict.UNPROVED),
        (
            {"platform": Platform.DOUYIN},
            ARTICLE,
            "3.45 打开抖音 https://v.douyin.com/user/iAbC1/ 看看",
            Verdict.UNPROVED,
        ),
        ({"platform": Platform.DOUYIN}, ARTICLE, "https://b23.tv/AbCdEf1", Verdict.MISPLACED),
        ({"platform": Platform.WEIXIN_CHANNELS}, ARTICLE, LINK, Verdict.MISPLACED),
    ],
    ids=[
        "another's",
        "no id",
        "time-out",
        "no article",
        "deleted",
        "not for everybody",
        "another platform",
        "another host",
        "no prover",
        "a link that is no post's among words",
        "another platform's short link",
        "no video",
    ],
)
async def test_anything_else_changes_nothing_that_is_judged(
    store: Store, changes: dict[str, object], body: bytes | Reason, link: str, said: Verdict
) -> None:
    made = await overdue(store, body, None, **changes)
    before = await judged(made)
    made.mail.taken.clear()
    assert await verdict(made, link) is said
    assert await judged(made) == before
    assert made.mail.taken == []


async def test_a_platform_that_does_not_answer_in_time_is_the_office_s_to_look_at(store: Store) -> None:
    made = await overdue(store)

    class Silent:
        def is_post(self, link: str) -> bool:
            return True

        def may_be_post(self, link: str) -> bool:
            return True

        async def prove(self, *_: object) -> Proof:
            await asyncio.Event().wait()
            raise AssertionError

    verifier = replace(
        made.parts.claim_verifier,
        provers={Platform.WEIXIN_SUBSCRIPTION: [("wechat-article", Silent())]},
        patience=timedelta(milliseconds=1),
    )
    actor = Actor(name="联络员甲", origin=Origin.SIGNED_LINK, rights=frozenset({Right.PASTE}))
    claim = await paste(store, verifier, PasteCommand(account="A01", link=LINK), actor=actor, clock=made.clock)
    assert isinstance(claim, Claim)
    assert claim.verdict is Verdict.NOT_REACHABLE
    assert [kept.link for kept in await store.query(claims.waiting)] == [LINK]
    assert timedelta(seconds=8) > PATIENCE


async def test_of_two_that_paste_the_same_link_at_once_one_registers_it(store: Store) -> None:
    made = await overdue(store)
    verdicts = await asyncio.gather(verdict(made), verdict(made))
    assert sorted(map(str, verdicts)) == sorted(map(str, (Verdict.PROVED, Verdict.REPEATED)))


async def test_where_there_is_no_link_nothing_is_asked_and_nothing_kept(store: Store) -> None:
    made = await overdue(store)
    before = asked(made)
    with pytest.raises(RefusedError, match="没有在文字里找到链接"):
        await verdict(made, "not a link")
    assert asked(made) == before
    assert await store.query(lambda tx: claims.claims_of(tx, "A01")) == ()


async def test_an_article_of_a_time_to_come_is_told_apart(store: Store) -> None:
    made = await overdue(store)
    made.clock.moment = PUBLISHED - timedelta(hours=2)
    assert await verdict(made) is Verdict.FUTURE


async def test_an_article_no_newer_than_the_newest_is_told_apart(store: Store) -> None:
    made = await overdue(store)
    made.clock.moment = PUBLISHED + timedelta(days=3)
    bodies = {URL: feed(PUBLISHED + timedelta(days=1))}
    made = office(store, lambda clock: Canned(clock, {**bodies, LINK: ARTICLE}))
    made.clock.moment = PUBLISHED + timedelta(days=2)
    await made.look()
    assert await verdict(made) is Verdict.BACK_DATED


async def test_a_claim_that_waits_is_pasted_once_and_leaves_the_list_when_its_post_is_known(store: Store) -> None:
    made = await overdue(store, platform_id=None)
    assert [await verdict(made), await verdict(made)] == [Verdict.UNPROVED, Verdict.REPEATED]

    async def waiting() -> int:
        return len(await store.query(claims.waiting))

    assert await waiting() == 1
    (claim,) = await store.query(claims.waiting)
    assert claim.post
    by_hand = timeline([claim.post], covers=Covers.SOME)
    owner = account(1, URL, platform=Platform.WEIXIN_SUBSCRIPTION)
    await store.write(lambda tx: looks.hand_look(tx, owner, by_hand, at=made.clock(), known_at=made.clock()))
    assert await waiting() == 0


@pytest.mark.parametrize("link", ["https://m.weibo.cn/detail/1", "https://v.douyin.com/iAbCdEf/", LINK])
async def test_another_platform_s_link_is_told_apart_where_the_account_s_own_cannot_be_read(
    store: Store, link: str
) -> None:
    made = await overdue(store, platform=Platform.XIAOHONGSHU)
    assert await verdict(made, link) is Verdict.MISPLACED


async def test_a_claim_that_no_platform_says_anything_of_waits_until_its_link_is_registered(store: Store) -> None:
    made, link = await overdue(store, platform=Platform.XIAOHONGSHU), "https://www.xiaohongshu.com/explore/1"
    assert [await verdict(made, link), await verdict(made, link)] == [Verdict.UNPROVED, Verdict.REPEATED]
    assert len(await store.query(claims.waiting)) == 1
    by_hand = timeline([Post(published_at=NOW, url=link)], covers=Covers.SOME)
    owner = account(1, URL, platform=Platform.XIAOHONGSHU)
    await store.write(lambda tx: looks.hand_look(tx, owner, by_hand, at=made.clock(), known_at=made.clock()))
    assert await store.query(claims.waiting) == ()
    assert await verdict(made, link) is Verdict.REPEATED


@pytest.mark.parametrize("form", ["https://m.weibo.cn/detail/{}", "https://weibo.com/detail/{}?from=page"])
async def test_a_claim_is_settled_by_whichever_form_of_its_link_is_registered(store: Store, form: str) -> None:
    made = await overdue(store, net={PASSPORT: Reason.LOGIN_WALL}, platform=Platform.WEIBO)
    mid = int((NOW - timedelta(hours=1)).timestamp()) - 515483463 << 22
    pasted = f"https://weibo.com/detail/{mid}?from=page"
    assert await verdict(made, pasted) is Verdict.UNPROVED
    by_hand = timeline([Post(published_at=NOW, url=form.format(mid))], covers=Covers.SOME)
    owner = account(1, URL, platform=Platform.WEIBO)
    await store.write(lambda tx: looks.hand_look(tx, owner, by_hand, at=made.clock(), known_at=made.clock()))
    assert await store.query(claims.waiting) == ()


MINE = "6000000001"
SHOW = "https://weibo.com/ajax/statuses/show?id="
GRANTED = b'visitor_gray_callback({"data":{"sub":"S","subp":"P"}});'


def shown(user: str, published: datetime = NOW - timedelta(hours=1)) -> bytes:
    """What weibo.com shows of one 微博."""
    written = published.strftime("%a %b %d %H:%M:%S +0000 %Y")
    return json.dumps({"ok": 1, "mid": "5200000000000001", "created_at": written, "user": {"idstr": user}}).encode()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (shown(MINE), Verdict.PROVED),
        (shown("6000000002"), Verdict.SOMEONE_ELSES),
        (shown(MINE, NOW - timedelta(days=17)), Verdict.BACK_DATED),
        (shown(MINE, NOW + timedelta(days=1)), Verdict.FUTURE),
        ('{"ok":0,"message":"该微博不存在"}'.encode(), Verdict.NOT_SHOWN),
        ('{"ok":0,"message":"暂无查看权限"}'.encode(), Verdict.NOT_SHOWN),
        (Reason.CAPTCHA, Verdict.UNPROVED),
        (Reason.REFUSED, Verdict.UNPROVED),
        (Reason.TIMEOUT, Verdict.NOT_REACHABLE),
    ],
    ids=["right", "foreign", "old", "to come", "deleted", "private", "captcha", "refused", "time-out"],
)
async def test_a_pasted_weibo_is_told_for_what_its_own_page_shows(
    store: Store, answer: bytes | Reason, said: Verdict
) -> None:
    mid = int((NOW - timedelta(hours=1)).timestamp()) - 515483463 << 22
    net = {PASSPORT: GRANTED, f"{SHOW}{mid}": answer}
    made = await overdue(store, net=net, platform=Platform.WEIBO, platform_id=MINE)
    assert await verdict(made, f"https://weibo.com/{MINE}/{mid}") is said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"homepage": f"https://weibo.com/u/{MINE}"}, Verdict.PROVED),
        ({"homepage": "https://weibo.com/u/6000000009"}, Verdict.SOMEONE_ELSES),
        ({"method": f"weibo={MINE}"}, Verdict.PROVED),
        ({"method": "weibo=6000000009"}, Verdict.SOMEONE_ELSES),
        ({"method": f"feed={URL}"}, Verdict.UNPROVED),
    ],
    ids=["homepage", "another's homepage", "method", "another's method", "no id"],
)
async def test_whose_a_post_is_is_known_wherever_the_roster_has_the_account_s_id(
    store: Store, row: dict[str, str], said: Verdict
) -> None:
    mid = int((NOW - timedelta(hours=1)).timestamp()) - 515483463 << 22
    bodies: dict[str, bytes | Reason] = {
        URL: feed(NOW - timedelta(days=16)),
        PASSPORT: GRANTED,
        f"{SHOW}{mid}": shown(MINE),
    }
    made = office(store, lambda clock: Canned(clock, bodies))
    made.clock.moment = NOW
    changes: dict[str, object] = {"method": "人工", **row}
    await made.enrol([account(1, URL, platform=Platform.WEIBO, platform_id=None, **changes)])
    assert await verdict(made, f"https://weibo.com/detail/{mid}") is said


@pytest.mark.parametrize(("name", "said"), [("示例县发布", Verdict.PROVED), ("示例局", Verdict.UNPROVED)])
async def test_a_video_is_proved_by_its_share_link_when_its_author_has_the_account_s_name(
    store: Store, name: str, said: Verdict
) -> None:
    bodies: dict[str, bytes | Reason] = {
        URL: feed(NOW - timedelta(days=16)),
        channels_link.COLLECTOR.request(SHARED).url: VIDEO,
    }
    made = office(store, lambda clock: Canned(clock, bodies))
    made.clock.moment = NOW
    await made.enrol([account(1, URL, platform=Platform.WEIXIN_CHANNELS, name=name, platform_id=None)])
    await made.look()
    assert await verdict(made, SHARED) is said


async def test_an_account_that_is_not_on_the_roster_has_no_claims(store: Store) -> None:
    assert await verdict(await overdue(store), account_id="X") is None


UNKNOWN = "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Meiyou{}"
HIDDEN: dict[str, bytes | Reason] = {UNKNOWN.format(n): Reason.LOGIN_WALL for n in (*range(600), "x")}


def asked(of: Office) -> int:
    """Return how often the network was asked for anything."""
    door = of.parts.door
    assert isinstance(door, Canned)
    return len(door.fetched)


async def test_hundreds_of_links_at_once_by_one_token_ask_few_things_of_the_platform(store: Store) -> None:
    made = await overdue(store, net=HIDDEN)
    before = asked(made)
    ended = await asyncio.gather(*(verdict(made, UNKNOWN.format(n), token="p1") for n in range(600)))
    assert asked(made) - before <= bounds.MOST_UNDER_WAY
    assert sum(isinstance(entry, Excess) for entry in ended) >= 600 - bounds.MOST_UNDER_WAY
    assert made.parts.claim_verifier.under_way == []
    with store.read() as tx:
        assert len(claims.claims_of(tx, "A01", limit=1000)) <= bounds.MOST_UNDER_WAY


async def test_one_token_pastes_so_many_links_a_day_and_others_still_may(store: Store) -> None:
    made = await overdue(store)
    for _ in range(bounds.MOST_BY_TOKEN):
        assert await verdict(made, "https://example.invalid/1", token="p1") is Verdict.MISPLACED
    before = asked(made)
    assert await verdict(made, token="p1") is Excess.TOKEN
    assert asked(made) == before
    assert await verdict(made, "https://example.invalid/1", token="p2") is Verdict.MISPLACED
    made.clock.moment += timedelta(days=1, seconds=1)
    assert await verdict(made, "https://example.invalid/1", token="p1") is Verdict.MISPLACED


async def test_for_one_account_so_many_links_are_taken_a_day_by_whatever_way(store: Store) -> None:
    made = await overdue(store)
    for number in range(bounds.MOST_FOR_ACCOUNT):
        assert await verdict(made, "https://example.invalid/1", token=f"p{number}") is Verdict.MISPLACED
    before = asked(made)
    for token in (None, "p1000"):
        assert await verdict(made, token=token) is Excess.ACCOUNT
    assert asked(made) == before


async def test_links_that_wait_for_the_operator_are_bounded(store: Store) -> None:
    made = await overdue(store, net=HIDDEN)
    for number in range(bounds.MOST_WAITING):
        assert await verdict(made, UNKNOWN.format(number), token=f"p{number}") is Verdict.UNPROVED
    assert await verdict(made, UNKNOWN.format("x")) is Excess.WAITING
    with store.read() as tx:
        assert len(claims.waiting(tx)) == bounds.MOST_WAITING
    made.clock.moment += claims.WAITING_FOR + timedelta(seconds=1)
    assert await verdict(made, UNKNOWN.format("x")) is Verdict.UNPROVED


def test_each_bound_holds_by_itself() -> None:
    none = {"by_token": 0, "for_account": 0, "in_all": 0, "waiting": 0, "under_way": 0}
    most = {
        "by_token": (bounds.MOST_BY_TOKEN, Excess.TOKEN),
        "for_account": (bounds.MOST_FOR_ACCOUNT, Excess.ACCOUNT),
        "in_all": (bounds.MOST_IN_ALL, Excess.DAY),
        "waiting": (bounds.MOST_WAITING, Excess.WAITING),
        "under_way": (bounds.MOST_UNDER_WAY, Excess.BUSY),
    }
    assert excess(Tally(**none)) is None
    for name, (count, kind) in most.items():
        assert excess(Tally(**(none | {name: count - 1}))) is None
        assert excess(Tally(**(none | {name: count}))) is kind
        assert kind.told("示例县政府办公室").endswith("。")
