"""Which kind of channel a URL asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias

from alerts import dingtalk, dingtalk_work, feishu, grammar, wecom, zhezhengding
from alerts.grammar import BadChannelError
from alerts.mail import Mail, open_mail
from alerts.relay import Relay, open_relay
from alerts.robot import GroupRobot
from alerts.work_notice import WorkNotice

Opened: TypeAlias = GroupRobot | WorkNotice | Mail | Relay


class Open(Protocol):
    """How a channel with an endpoint of its own is made from its URL."""

    def __call__(
        self, name: str, url: str, *, clock: Callable[[], datetime], base_url: str | None, proxy: str | None
    ) -> GroupRobot | WorkNotice:
        """Return the channel; raises BadChannelError."""


STRICT: dict[str, Open] = {
    "dingtalk": dingtalk.open_robot,
    "dingtalkwork": dingtalk_work.open_work,
    "feishu": feishu.open_robot,
    "wecombot": wecom.open_robot,
    "zhezhengding": zhezhengding.open_work,
}
"""The channels that read the far side's own code, by schema."""
MAIL = frozenset({"mailto", "mailtos"})


def open_channel(
    name: str,
    url: str,
    *,
    clock: Callable[[], datetime],
    base_url: str | None = None,
    per_minute: int | None = None,
    proxy: str | None = None,
) -> Opened:
    """Return the channel that a URL stands for; nothing is sent or looked up yet.

    `base_url` moves a strict channel to a private or test endpoint; the others name their server in the URL.
    `proxy` is the way out for the strict ones; Apprise's services take theirs from the environment, mail has none.
    Raises BadChannelError, whose text names the channel and holds no part of the URL.
    """
    grammar.hush()
    try:
        channel = _open(name, url, base_url, proxy, clock)
    except BadChannelError as error:
        raise BadChannelError(f"通知渠道“{name}”的设置不可用：{error}") from None
    if per_minute is not None:
        channel.per_minute = per_minute
    return channel


def _open(name: str, url: str, base_url: str | None, proxy: str | None, clock: Callable[[], datetime]) -> Opened:
    schema = grammar.schema(url)
    if not schema:
        raise BadChannelError("地址须以 dingtalk://、mailtos:// 等开头")
    if schema in STRICT:
        return STRICT[schema](name, url, clock=clock, base_url=base_url, proxy=proxy)
    if base_url is not None:
        raise BadChannelError("base_url 只用于钉钉、企业微信、飞书和浙政钉")
    return open_mail(name, url, clock=clock) if schema in MAIL else open_relay(name, url)
