"""The identity provider of the settings, and its own door to the network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from collectors.http import Door
from collectors.politeness import Pace
from monitor.app.collectors import policy
from monitor.settings import Settings
from monitor.web.auth.needs import BACK
from monitor.web.provider.client import LONGEST_ANSWER, Fetch, Provider, ProviderSettings

_TOTAL = timedelta(seconds=5)
"""For one question to the provider."""


def provider_of(settings: Settings, clock: Callable[[], datetime]) -> Provider | None:
    """Return the identity provider that the settings name, or None.

    It is asked by a door of its own, opened for one log-in: people do not wait for the pace of looks, and a provider
    that asked to be left alone once does not keep them out for hours. The addresses that may be asked are those of
    looks.
    """
    oidc = settings.web.oidc
    if oidc is None:
        return None
    limits = replace(
        policy(settings),
        total=_TOTAL,
        connect=_TOTAL,
        max_bytes=LONGEST_ANSWER,
        redirects=0,
        pace=Pace(per_minute=None),
    )

    @asynccontextmanager
    async def opened() -> AsyncIterator[Fetch]:
        async with Door(limits, clock) as door:
            yield door.bind("identity provider", reader="identity provider")

    named = ProviderSettings(
        issuer=oidc.issuer,
        client_id=oidc.client_id,
        client_secret=oidc.client_secret.reveal(),
        redirect=f"{(settings.web.base_url or '').rstrip('/')}{BACK}",
        claim=oidc.claim,
        label=oidc.label,
        strong=frozenset(oidc.acr),
    )
    return Provider(named, opened, clock)
