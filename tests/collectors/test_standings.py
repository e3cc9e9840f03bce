"""Sentences about an account are told from sentences about whoever asks, and from prose."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collectors import standings
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Reason, Standing

AT = datetime(2026, 11, 20, 4, tzinfo=UTC)


def page(body: str, status: int = 200) -> Page:
    return Page(url="https://example.invalid/", status=status, headers={}, body=body.encode(), at=AT)


@pytest.mark.parametrize(
    ("sentence", "standing"),
    [
        ("该账号已注销", Standing.CANCELLED),
        ("此帐号已自主注销，内容无法查看", Standing.CANCELLED),
        ("用户已被系统注销", Standing.CANCELLED),
        ("账号已被封禁", Standing.BANNED),
        ("该用户因违反社区规范被封禁", Standing.BANNED),
        ("该账号因违反《抖音社区自律公约》已被永久封禁", Standing.BANNED),
        ("该公众号已被屏蔽", Standing.BANNED),
        ("该账号已被冻结", Standing.FROZEN),
        ("该作者处于禁言期，账号已禁言", Standing.FROZEN),
        ("该公众号已迁移", Standing.MIGRATED),
        ("用户不存在", Standing.NOT_FOUND),
        ("没有找到内容，查无此用户", Standing.NOT_FOUND),
    ],
)
def test_a_platform_s_sentence_says_what_became_of_the_account(sentence: str, standing: Standing) -> None:
    assert standings.said(sentence) is standing


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "success",
        "您的账号已被冻结，请重新登录",
        "你的登录账号已被封禁",
        "当前登录用户不存在",
        "该账号未被封禁",
        "账号注销失败",
        "账号注销中",
        "示例县公安局提醒：注销电话卡请到营业厅",
        "内容不存在",
        "该文章已被删除",
        "关于账号已注销的说明" + "，详见正文" * 30,
    ],
)
def test_other_sentences_say_nothing_of_the_account(sentence: str) -> None:
    assert standings.said(sentence) is None


def test_a_message_and_a_notice_are_heard_and_a_long_page_is_not() -> None:
    assert standings.heard(page('{"code": 1, "message": "该账号已注销", "data": null}'))[1] is Standing.CANCELLED
    notice = "<html><head><title>提示</title></head><body><p>该账号已被封禁</p></body></html>"
    assert standings.heard(page(notice, 404))[1] is Standing.BANNED
    article = f"<html><body><p>通报：一批账号已被封禁。{'详见正文。' * 300}</p></body></html>"
    with pytest.raises(LookFailedError) as failed:
        standings.heard(page(article))
    assert failed.value.reason is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("用户未登录", Reason.LOGIN_WALL),
        ("请先登录后查看", Reason.LOGIN_WALL),
        ("need login", Reason.LOGIN_WALL),
        ("操作太频繁，请稍后再试", Reason.RATE_LIMITED),
        ("请完成安全验证", Reason.CAPTCHA),
        ("访问被拒绝", Reason.REFUSED),
    ],
)
def test_a_message_that_refuses_is_a_reason(message: str, reason: Reason) -> None:
    with pytest.raises(LookFailedError) as failed:
        standings.heard(page(f'{{"code": 1, "msg": "{message}", "data": []}}'))
    assert failed.value.reason is reason


def test_an_answer_that_says_nothing_is_handed_on() -> None:
    assert standings.heard(page('{"code": 0, "msg": "ok", "data": []}')) == ({"code": 0, "msg": "ok", "data": []}, None)
