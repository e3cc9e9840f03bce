"""An answer of Weibo that is taken for the one before is read the same, whatever was altered in it."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from collectors import fingerprint, html, sina, worker
from collectors.platforms import website
from monitor.core.collector import Continuation, Page
from monitor.core.observation import Profile
from tests.collectors.conftest import NOW

FIXTURES = Path(__file__).parents[1] / "fixtures"
LISTS = sorted(
    path
    for folder in ("weibo", "weibo_ajax")
    for path in (FIXTURES / folder).glob("*.json")
    if path.name not in {"truncated.json", "expected.json"}
)
VALUES: tuple[object, ...] = (
    "", "0", "1", 0, 1, 2, 2.0, 7, -100, None, True, False, [], {}, ["x"], {"id": 1}, "proweibotop_1", "昨天 10:00",
    "03-01",
    "Sun Mar 01 10:00:00 +0800 2026", "5146000000000001", 5146000000000001, "107603", "1076036000000001", 6000000001,
    "这里还没有内容", "https://passport.weibo.com/sso/signin", "访问过于频繁", "关于停水的公告", "weibo",
    [{}], [1], 9, 11,
)  # fmt: skip
NAMES = (
    "mid", "id", "created_at", "text", "text_raw", "user", "userInfo", "cards", "list", "card_group",
    "mblog", "url",
    "msg", "ok", "data",
    "cardlistInfo", "containerid", "since_id", "total", "isTop", "mblogtype", "profile_type_id", "tabsInfo",
    "card_type", "attitudes_count", "statuses_count", "error", "tab_type", "tabs",
)  # fmt: skip


def page(value: object) -> Page:
    """An answer too long to be a notice."""
    body = json.dumps(value, ensure_ascii=False) + " " * 2_100
    url = "https://weibo.com/ajax/statuses/mymblog?uid=6000000001&page=1&feature=0"
    return Page(url=url, status=200, headers={"content-type": "application/json"}, body=body.encode(), at=NOW)


def holders(value: object) -> list[dict[str, object] | list[object]]:
    """Every object and array in a JSON value."""
    if isinstance(value, dict):
        return [value, *(found for part in value.values() for found in holders(part))]
    return [value, *(found for part in value for found in holders(part))] if isinstance(value, list) else []


def altered(value: object, dice: random.Random) -> object:
    """Put another value into one to three places, or take one away."""
    value = json.loads(json.dumps(value))
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        holder = dice.choice(holders(value))
        if isinstance(holder, dict):
            names = (*holder, *NAMES) if dice.random() < 0.2 else tuple(holder) or NAMES
            name = dice.choice(names)
            if dice.random() < 0.2:
                holder.pop(name, None)
            else:
                holder[name] = deepcopy(dice.choice(VALUES))
        elif holder and dice.random() < 0.5:
            holder.pop(dice.randrange(len(holder)))
        else:
            holder.append(deepcopy(dice.choice(VALUES)))
    return value


def mark_of(shown: Page, about: Profile | None = None) -> str | None:
    known = fingerprint.of_parser(parser(about))
    assert known is not None
    return known.of(shown, html.Watched())


def parser(about: Profile | None) -> partial[Continuation]:
    return partial(sina.told_and_seen, about=about)


def normal() -> dict[str, object]:
    said: dict[str, object] = json.loads((FIXTURES / "weibo" / "normal.json").read_text("utf-8"))
    return said


def test_no_altered_answer_is_taken_for_what_it_was_when_it_is_read_otherwise() -> None:
    dice = random.Random(18)  # noqa: S311 - answers, no secrets
    known = others = 0
    for path in LISTS:
        first = json.loads(path.read_text("utf-8"))
        mark, made = mark_of(page(first)), worker.read(sina.told_and_seen, page(first))
        if mark is None or made.told is None or made.told.timeline is None:
            continue
        for _ in range(400):
            other = page(altered(first, dice))
            if sina.FINGERPRINT.fits(other, mark):
                known += 1
                assert worker.read(sina.told_and_seen, other) == made, (path.name, other.body)
            else:
                others += 1
    assert known > 200
    assert others > 1_000


def test_counts_that_move_all_the_time_are_no_other_answer() -> None:
    said = normal()
    mark = mark_of(page(said))
    for holder in holders(said):
        if isinstance(holder, dict) and "mid" in holder:
            holder |= {"attitudes_count": 12_345, "pics": [{"url": "https://wx1.sinaimg.cn/x?Expires=1"}]}
    assert mark
    assert sina.FINGERPRINT.fits(page(said), mark)


@pytest.mark.parametrize("change", [{"name": "改名后的账号"}, {"entity": "另一个单位"}, {"id": "7"}])
def test_the_same_posts_of_an_account_that_calls_itself_otherwise_are_another_sight(change: dict[str, str]) -> None:
    about = Profile(name="示例县发布", entity="示例县政府办", id="6000000001", followers=7, posts=8)
    mark = mark_of(page(normal()), about)
    assert mark == mark_of(page(normal()), replace(about, followers=9, posts=10))
    assert mark != mark_of(page(normal()), replace(about, **change))  # type: ignore[arg-type] # texts


def test_short_answers_and_profiles_are_read_each_time() -> None:
    short = replace(page(normal()), body=b'{"ok": 1, "data": {"cards": []}}')
    profile = json.loads((FIXTURES / "weibo" / "profile.json").read_text("utf-8"))
    assert mark_of(short) is None
    assert mark_of(page(profile)) is None


def test_a_parser_with_settings_has_a_fingerprint_only_where_they_belong_to_it() -> None:
    assert fingerprint.of_parser(website.read) is website.FINGERPRINT
    assert fingerprint.of_parser(partial(website.read, rules=website.Rules(item="li"))) is None
