"""The channels of the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from alerts.channels import open_channel
from alerts.grammar import schema
from alerts.mail import Mail
from alerts.text import plain
from monitor.core.channel import Channel
from monitor.settings import Settings


def as_text(markdown: str) -> str:
    """Return a message's body as its readers see it where nobody draws Markdown."""
    return plain(markdown)


def kind_of(url: str) -> str:
    """Return what people call the far side of a channel's URL; empty for one that has no word of its own."""
    return _KINDS.get(schema(url), "")


_KINDS = {
    "dingtalk": "钉钉",
    "dingtalkwork": "钉钉",
    "feishu": "飞书",
    "wecombot": "企业微信",
    "zhezhengding": "浙政钉",
    "mailto": "邮件",
    "mailtos": "邮件",
}


def carries_files(channel: Channel) -> bool:
    """True if files can go with what a channel takes."""
    return isinstance(channel, Mail)


def open_channels(settings: Settings, clock: Callable[[], datetime]) -> dict[str, Channel]:
    """Return the channels of the settings by name; raises ValueError with a sentence that holds no secret."""
    proxy = settings.network.proxy.reveal() if settings.network.proxy else None
    return {
        name: open_channel(
            name,
            channel.url.reveal(),
            clock=clock,
            base_url=channel.base_url,
            per_minute=channel.per_minute,
            proxy=proxy,
        )
        for name, channel in settings.channels.items()
    }
