"""Which kind of channel an Apprise URL asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from alerts import grammar
from alerts.dingtalk import DingTalkRobot, open_robot
from alerts.grammar import BadChannelError
from alerts.mail import Mail, open_mail
from alerts.relay import Relay, open_relay


def open_channel(
    name: str,
    url: str,
    *,
    clock: Callable[[], datetime],
    base_url: str | None = None,
    per_minute: int | None = None,
    proxy: str | None = None,
) -> DingTalkRobot | Mail | Relay:
    """Return the channel that a URL stands for; nothing is sent or looked up yet.

    `base_url` moves a DingTalk robot to a private or test endpoint; the others name their server in the URL.
    `proxy` is the way out for DingTalk; Apprise's services take theirs from the environment, mail has none.
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


def _open(
    name: str, url: str, base_url: str | None, proxy: str | None, clock: Callable[[], datetime]
) -> DingTalkRobot | Mail | Relay:
    schema = grammar.schema(url)
    if not schema:
        raise BadChannelError("地址须以 dingtalk://、mailtos:// 等开头")
    if schema == "dingtalk":
        return open_robot(name, url, base_url=base_url, proxy=proxy, clock=clock)
    if base_url is not None:
        raise BadChannelError("base_url 只用于钉钉机器人")
    return open_mail(name, url, clock=clock) if schema in {"mailto", "mailtos"} else open_relay(name, url)
