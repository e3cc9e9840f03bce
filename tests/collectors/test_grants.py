"""Looking through a grant: one token for many looks, a new one when it is refused, and no end to no grant."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from collectors.grants import StaleTokenError, Token, granted, with_token
from monitor.core.collector import Grant
from monitor.core.observation import LookFailedError, Reason
from tests.fakes import MemorySession

GRANT = Grant(id="wx1", secret="s3cret")


class Far:
    """A far side that hands out the tokens in order and takes some of them."""

    def __init__(self, tokens: Sequence[str], taken: Sequence[str], lasts: timedelta = timedelta(hours=2)) -> None:
        self.tokens = list(tokens)
        self.taken = taken
        self.lasts = lasts
        self.asked = 0

    async def renew(self, grant: Grant) -> Token:
        assert grant == GRANT
        self.asked += 1
        return Token(value=self.tokens.pop(0), lasts=self.lasts)

    async def look(self, token: str) -> str:
        if token not in self.taken:
            raise StaleTokenError
        return f"seen with {token}"


async def test_a_token_serves_many_looks() -> None:
    far, session = Far(["a"], ["a"]), MemorySession(GRANT)
    assert await with_token(session, far.renew, far.look) == "seen with a"
    assert await with_token(session, far.renew, far.look) == "seen with a"
    assert far.asked == 1


async def test_a_token_that_is_refused_is_replaced_once_and_the_new_one_kept() -> None:
    far, session = Far(["new"], ["new"]), MemorySession(GRANT, access="old")
    assert await with_token(session, far.renew, far.look) == "seen with new"
    assert session.get("access") == "new"


async def test_a_new_token_that_is_refused_too_is_the_grants_fault() -> None:
    far, session = Far(["new", "newer"], []), MemorySession(GRANT, access="old")
    with pytest.raises(LookFailedError) as failed:
        await with_token(session, far.renew, far.look)
    assert failed.value.reason is Reason.GRANT
    assert far.asked == 1
    assert session.get("access") is None


async def test_a_token_about_to_end_is_used_once_and_not_kept() -> None:
    far, session = Far(["a"], ["a"], timedelta(minutes=3)), MemorySession(GRANT)
    assert await with_token(session, far.renew, far.look) == "seen with a"
    assert session.get("access") is None


async def test_without_a_grant_nothing_is_asked_for() -> None:
    far = Far(["a"], ["a"])
    with pytest.raises(LookFailedError) as failed:
        await with_token(MemorySession(), far.renew, far.look)
    assert failed.value.reason is Reason.GRANT
    assert far.asked == 0
    with pytest.raises(LookFailedError):
        granted(MemorySession())


def test_a_token_does_not_show_itself() -> None:
    assert "t0ken" not in repr(Token(value="t0ken", lasts=timedelta(hours=2)))
