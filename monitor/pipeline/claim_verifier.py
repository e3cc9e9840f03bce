"""Prove the link of a new post that somebody pasted, and say what it means for the account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.core.account import Account, Platform, declared_sources
from monitor.core.claim import LONGEST_LINK, Circumstances, Claim, Excess, Verdict, excess, judge, links_in, own_id
from monitor.core.collector import Collector, NotShownError, Proof, Prover
from monitor.core.observation import LookFailedError, Post, Reason
from monitor.core.outage import PASSING
from monitor.pipeline.faults import Faults
from monitor.pipeline.look import KeptSessions, Network
from monitor.store import Store, Tx, claims, roster

_MAY_PASS = PASSING | {Reason.TOO_LARGE}
"""The reasons of looks that may go better later; for all others a person has to look."""
PATIENCE = timedelta(seconds=7)
"""How long a platform is waited for: the person who pasted the link waits, too, and no longer than eight seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedLink:
    """A link for which the network was asked."""

    account: Account
    link: str
    proof: Proof | Verdict
    """The platform's answer to the link, or the reason why there is none."""
    own: str | None
    """The platform's id of the account, where it is known; see `own_id`."""
    link_of: Platform | None = None
    """The platform whose link it is, where that is another than the account's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimVerifier:
    """Asks the platforms whose post a link leads to."""

    store: Store
    provers: Mapping[Platform, Sequence[tuple[str, Prover]]]
    """By platform, each with the name under which it reaches the network and keeps its session."""
    door: Network
    sessions: KeptSessions
    clock: Callable[[], datetime]
    faults: Faults
    patience: timedelta = PATIENCE
    under_way: list[tuple[str, str | None]] = field(default_factory=list)
    """Account and token of the links that are being looked at now."""

    @asynccontextmanager
    async def verified(
        self, account_id: str, link: str, *, token: str | None = None
    ) -> AsyncIterator[VerifiedLink | Excess | None]:
        """Ask for a link pasted for an account, by the token with that id; None for no such account.

        An excess of pasted links is found before anything is asked for: those being looked at, until the context ends,
        count, so that many at once gain nothing.
        """
        others, mine = tuple(self.under_way), (account_id, token)
        self.under_way.append(mine)
        try:
            account, too_many = await self.store.query(lambda tx: self._begun(tx, account_id, token, others))
            if account is None or too_many:
                yield too_many
                return
            link = self._meant(account, link)
            proof = await self._proof(account, link)
            own = own_id(account, self._keys(account))
            other = self._platform_of(link) if proof is Verdict.MISPLACED else None
            yield VerifiedLink(account=account, link=link, proof=proof, own=own, link_of=other)
        finally:
            self.under_way.remove(mine)

    def _begun(
        self, tx: Tx, account_id: str, token: str | None, others: Collection[tuple[str, str | None]]
    ) -> tuple[Account | None, Excess | None]:
        account = roster.account(tx, account_id)
        if account is None:
            return None, None
        return account, excess(claims.tally(tx, account_id, token, others, self.clock()))

    def _meant(self, account: Account, pasted: str) -> str:
        """Return the link that is meant: the first of the account's platform, else the first, else what was pasted."""
        links = links_in(pasted)
        mine = [prover for _, prover in self.provers.get(account.platform, ())]
        own = (link for link in links if any(prover.is_post(link) or prover.may_be_post(link) for prover in mine))
        return next(own, links[0] if links else pasted.strip()[:LONGEST_LINK])

    def _platform_of(self, link: str) -> Platform | None:
        """Return the first platform whose own the link is."""
        found = (
            platform
            for platform, provers in self.provers.items()
            if any(prover.is_post(link) or prover.may_be_post(link) for _, prover in provers)
        )
        return next(found, None)

    async def _proof(self, account: Account, link: str) -> Proof | Verdict:
        """Return what the platform says of the link, or why it says nothing."""
        provers = self.provers.get(account.platform, ())
        if not provers:
            others = (prover for of_platform in self.provers.values() for _, prover in of_platform)
            if any(prover.may_be_post(link) for prover in others):
                return Verdict.MISPLACED
            return Verdict.UNPROVED if link.startswith(("https://", "http://")) else Verdict.MISPLACED
        for name, prover in provers:
            if prover.is_post(link):
                return await self._asked(name, prover, link)
        return Verdict.UNPROVED if any(prover.may_be_post(link) for _, prover in provers) else Verdict.MISPLACED

    async def _asked(self, name: str, prover: Prover, link: str) -> Proof | Verdict:
        fetch = self.door.bind(f"claim/{name}", reader=name, platform=name)
        proof: Proof | Verdict = Verdict.UNPROVED
        with self.faults.contained("claim", collector=name):
            try:
                async with asyncio.timeout(self.patience.total_seconds()):
                    proof = await prover.prove(link, fetch, self.sessions.of(name))
            except TimeoutError:
                proof = Verdict.NOT_REACHABLE
            except NotShownError:
                proof = Verdict.NOT_SHOWN
            except LookFailedError as failed:
                proof = Verdict.NOT_REACHABLE if failed.reason in _MAY_PASS else Verdict.UNPROVED
        return proof

    def _keys(self, account: Account) -> Iterator[str | None]:
        """Yield what the ways to look at an account ask for, those that its row declares first."""
        names = {name for name, _ in self.provers.get(account.platform, ())} | {account.platform.value}
        yield from (key for collector, key in declared_sources(account) if collector in names)
        for _, prover in self.provers.get(account.platform, ()):
            if isinstance(prover, Collector):
                yield prover.key_of(account)


def claim_of(tx: Tx, verified: VerifiedLink, *, by: str, token: str | None, now: datetime) -> Claim:
    """Return what becomes of a link, compared with what is known of the account; writes nothing."""
    account, link, proof = verified.account, verified.link, verified.proof
    post: Post | None = None
    author = None
    if isinstance(proof, Verdict):
        about = claims.background(tx, account.id, link)
        is_there = proof is Verdict.UNPROVED and link in about.known | about.waiting
        verdict = Verdict.REPEATED if is_there else proof
    else:
        about, post, author = claims.background(tx, account.id, proof.post.key), proof.post, proof.name
        verdict = judge(proof, account, known=about.known, newest=about.newest, now=now, own=verified.own)
    around = Circumstances(
        link_of=verified.link_of, author=author, registered_at=about.registered_at, newest=about.newest
    )
    return Claim(account=account.id, link=link, by=by, at=now, verdict=verdict, post=post, token=token, about=around)
