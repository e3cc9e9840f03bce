"""The real network of a command: the channels, and everything that a daemon has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from monitor.app.channels import open_channels
from monitor.app.clock import now
from monitor.app.parts import Parts, open_parts
from monitor.cli.refusal import Refusal
from monitor.core.channel import Channel
from monitor.settings import Settings
from monitor.store import Store


@asynccontextmanager
async def opened_parts(settings: Settings, store: Store) -> AsyncIterator[Parts]:
    """Have everything that a daemon has; what of it cannot be opened is a refusal."""
    async with AsyncExitStack() as stack:
        try:
            parts = await open_parts(settings, store, stack)
        except ValueError as error:
            raise Refusal(str(error)) from error
        yield parts


def channels(settings: Settings) -> Mapping[str, Channel]:
    """Return the channels of the settings by name; one that cannot be opened is a refusal."""
    try:
        return open_channels(settings, now)
    except ValueError as error:
        raise Refusal(str(error)) from error
