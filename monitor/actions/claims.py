"""Register the link of a new post that somebody pasted: proved on the network first, then kept in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.actions.actor import Actor, Origin, Right, write_audit
from monitor.actions.perform import perform_async
from monitor.actions.refused import LinkRefusedError
from monitor.core.claim import Claim, Excess, Verdict
from monitor.core.token import Permit, Refused
from monitor.pipeline.claim_verifier import ClaimVerifier, VerifiedLink, claim_of
from monitor.store import Store, Tx, claims, roster
from monitor.store.acknowledgements import is_spent, spend

_LONGEST = 300
"""Characters of a link that the audit log keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasteCommand:
    """A link that somebody pasted for an account."""

    account: str
    link: str
    permit: Permit | None = None
    """The permit of the signed link that pastes it: it is good for one proved link of each account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLinkCommand:
    """A link for which the network was asked, to be kept."""

    verified: VerifiedLink
    permit: Permit | None = None


async def paste(
    store: Store, verifier: ClaimVerifier, command: PasteCommand, *, actor: Actor, clock: Callable[[], datetime]
) -> Claim | Excess | None:
    """Prove a link, register it, and return what became of it; None for no such account.

    Raises RefusedError; nothing is asked of any far side for a token that is used up, or for too many links.
    """
    actor.require(Right.PASTE)
    if not await store.query(lambda tx: _is_reached(tx, command.account, actor)):
        return None
    permit = command.permit
    if permit is not None:
        of_account = _of_account(permit, command.account)
        if await store.query(lambda tx: is_spent(tx, of_account)):
            raise LinkRefusedError(Refused.SPENT)
    async with verifier.verified(command.account, command.link, token=permit.id if permit else None) as verified:
        if not isinstance(verified, VerifiedLink):
            return verified
        register = RegisterLinkCommand(verified=verified, permit=permit)
        return await perform_async(store, register_link, register, actor=actor, now=clock())


def register_link(tx: Tx, command: RegisterLinkCommand, *, actor: Actor, now: datetime) -> Claim:
    """Keep what became of a link and return it; a proved one becomes a post, and the account is judged at once.

    A proved one uses up the token for this account; raises LinkRefusedError where another has.
    """
    actor.require(Right.PASTE)
    actor.require_reach([command.verified.account.unit_key])
    permit = command.permit
    claim = claim_of(tx, command.verified, by=actor.name, token=permit.id if permit else None, now=now)
    if permit and claim.verdict is Verdict.PROVED and not spend(tx, _of_account(permit, claim.account), at=now):
        raise LinkRefusedError(Refused.SPENT)
    claims.keep(tx, claim, command.verified.account)
    action = "api register" if actor.origin is Origin.API else "link register"
    write_audit(tx, actor, now, action, claim.account, claim.link[:_LONGEST], after=claim.verdict.value)
    return claim


def _is_reached(tx: Tx, account_id: str, actor: Actor) -> bool:
    """True unless an account is another unit's than the actor's own."""
    account = roster.account(tx, account_id) if actor.own else None
    return actor.own is None or (account is not None and account.unit_key == actor.own)


def _of_account(permit: Permit, account: str) -> Permit:
    """Return what is used up when a token's holder has proved a link of one account."""
    return replace(permit, message=f"{permit.message}/{account}")
