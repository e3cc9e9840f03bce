"""The meaning of a platform's own sentence about an account: cancelled, banned, frozen, migrated, not found.

For the message of an answer, or the notice of a page that has next to no other words; never for a whole
page, whose scripts and articles hold the same words. Sentences as seen at several platforms, 2019 to 2026.
"""

from __future__ import annotations

import re

from collectors import answers, json_body
from collectors.json_body import Fields
from monitor.core.collector import Page
from monitor.core.observation import Standing

_LONGEST = 120
"""Longer words are no sentence about an account, they are prose."""
_WHO = r"(?:账号|帐号|账户|用户|作者|主播|公众号|媒体号|头条号|百家号|搜狐号|大鱼号|抖音号|快手号)"
_SO = r"(?:因[^。；]{0,40})?(?:已经?|现已|处于)?(?:被)?(?:平台|系统|永久|自主|主动|自行)?"
_MEANINGS = {
    Standing.NOT_FOUND: re.compile(rf"{_WHO}(?:并)?不存在|(?:没有|未找到|找不到|查无)(?:该|此|这个)?{_WHO}"),
    Standing.CANCELLED: re.compile(rf"{_WHO}{_SO}注销(?!失败|中|前)"),
    Standing.MIGRATED: re.compile(rf"{_WHO}{_SO}(?:完成)?迁移"),
    Standing.BANNED: re.compile(rf"{_WHO}{_SO}(?:封禁|封停|封号|屏蔽)|{_WHO}(?:因[^。；]{{0,40}})?已被(?:关闭|禁用)"),
    Standing.FROZEN: re.compile(rf"{_WHO}{_SO}(?:冻结|禁言)"),
}
"""The first that fits."""
_OURS = re.compile(r"[您你我](?:的)?(?:登录|当前)?的?(?:账号|帐号|账户)|当前登录|未被|没有被|并未|尚未")
"""Words about the asking client, or about what is not so."""


def said(sentence: str) -> Standing | None:
    """Return what a sentence says of the account that was asked for; None where it says nothing of it."""
    if not sentence or len(sentence) > _LONGEST or _OURS.search(sentence):
        return None
    return next((standing for standing, words in _MEANINGS.items() if words.search(sentence)), None)


def heard(page: Page) -> tuple[Fields, Standing | None]:
    """Return an answer's JSON object, and in what way the answer says in words that the account is gone.

    Raises LookFailedError where the answer is no JSON, a refusal or a wall, be it by status, page or message.
    """
    if standing := said(answers.notice(page)):
        return {}, standing
    answer = answers.json_object(page)
    words = json_body.said(answer)
    standing = said(words)
    if standing is None:
        answers.refuse_words(words)
    return answer, standing
