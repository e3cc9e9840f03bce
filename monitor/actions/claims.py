"""Register the link of a new post that somebody pasted: proved on the network first, then kept in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.actions.actor import Actor, Origin, Right, write_audit
from monitor.actions.perform import perform_async
from monitor.actions.refused import Field, RefusedError
from monitor.core.case import LADDER
from monitor.core.claim import Claim, Excess, Verdict, links_in
from monitor.core.claim_answer import NO_LINK
from monitor.core.token import Permit
from monitor.pipeline.claim_verifier import ClaimVerifier, VerifiedLink, claim_of
from monitor.store import Store, Tx, cases, claims, roster

_LONGEST = 300
"""Characters of a link that the audit log keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasteCommand:
    """A link that somebody pasted for an account."""

    account: str
    link: str
    """The link, or a whole text with the link in it."""
    permit: Permit | None = None
    """The permit of the signed link that pastes it, for the limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLinkCommand:
    """A link for which the network was asked, to be kept."""

    verified: VerifiedLink
    permit: Permit | None = None


Judge = Callable[[], Awaitable[object]]
"""Judges the accounts whose turn it is: see `Passes.judge_at_once`."""


async def paste(
    store: Store,
    verifier: ClaimVerifier,
    command: PasteCommand,
    *,
    actor: Actor,
    clock: Callable[[], datetime],
    judge: Judge | None = None,
) -> Claim | Excess | None:
    """Prove a link, register it, and return what became of it; None for no such account.

    Raises RefusedError where there is no link in what was pasted. Nothing is asked of any far side then, nor for too
    many links. With `judge` the account is judged before it returns, so that whoever pasted it sees how it stands now.
    """
    actor.require(Right.PASTE)
    if not links_in(command.link):
        raise RefusedError(NO_LINK, Field("link", "链接"))
    if not await store.query(lambda tx: _is_reached(tx, command.account, actor)):
        return None
    permit = command.permit
    async with verifier.verified(command.account, command.link, token=permit.id if permit else None) as verified:
        if not isinstance(verified, VerifiedLink):
            return verified
        register = RegisterLinkCommand(verified=verified, permit=permit)
        claim = await perform_async(store, register_link, register, actor=actor, now=clock())
    if claim.verdict is not Verdict.PROVED or judge is None:
        return claim
    was_open = await store.query(lambda tx: _is_open(tx, claim.account))
    await judge()
    is_settled = was_open and not await store.query(lambda tx: _is_open(tx, claim.account))
    return replace(claim, about=replace(claim.about, is_settled=is_settled))


def register_link(tx: Tx, command: RegisterLinkCommand, *, actor: Actor, now: datetime) -> Claim:
    """Keep what became of a link and return it; a proved one becomes a post, and the account is judged at once.

    Of two that prove the same post the second is told that it is there.
    """
    actor.require(Right.PASTE)
    actor.require_reach([command.verified.account.unit_key])
    permit = command.permit
    claim = claim_of(tx, command.verified, by=actor.name, token=permit.id if permit else None, now=now)
    claims.keep(tx, claim, command.verified.account)
    action = "api register" if actor.origin is Origin.API else "link register"
    write_audit(tx, actor, now, action, claim.account, claim.link[:_LONGEST], after=claim.verdict.value)
    return claim


def _is_open(tx: Tx, account: str) -> bool:
    """True if an account has an open case for want of an update."""
    return bool(cases.open_cases(tx, [account], [LADDER]))


def _is_reached(tx: Tx, account_id: str, actor: Actor) -> bool:
    """True unless an account is another unit's than the actor's own, or another area's."""
    if actor.own is None and actor.area is None:
        return True
    account = roster.account(tx, account_id)
    is_own = account is not None and actor.own in {None, account.unit_key}
    return is_own and account is not None and actor.area in {None, account.area}
