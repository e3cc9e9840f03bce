"""The door with short limits, and the reason of a failure."""

import pytest

from collectors.http import BoundFetch, Door
from monitor.core.collector import Request
from monitor.core.observation import LookFailedError, Reason, Validators


def bound(door: Door, before: Validators | None = None) -> BoundFetch:
    return door.bind("website:1", reader="website/1", validators=before)


async def failure(door: Door, request: Request) -> LookFailedError:
    with pytest.raises(LookFailedError) as caught:
        await bound(door)(request)
    return caught.value


async def reason(door: Door, url: str) -> Reason:
    return (await failure(door, Request(url=url))).reason
