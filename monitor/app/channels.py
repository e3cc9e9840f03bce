"""The channels of the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from alerts.channels import open_channel
from alerts.text import plain
from monitor.core.channel import Channel
from monitor.settings import Settings


def as_text(markdown: str) -> str:
    """Return a message's body as its readers see it where nobody draws Markdown."""
    return plain(markdown)


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
