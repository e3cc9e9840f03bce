"""One account's page as values: its facts, why it has its light, and everything that was seen and said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from monitor.core.account import Role, UnitKey
from monitor.core.appearance import AppearanceChange
from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER, Case, Step
from monitor.core.claim import Claim
from monitor.core.decision import Decision, Ruling, of_this_life
from monitor.core.finding import Finding, State, Support
from monitor.core.light import Light
from monitor.core.notice import Notice
from monitor.core.observation import KnownPost, Observation, Standing
from monitor.core.register import opened_again
from monitor.core.way import GUIDES, granted_ways
from monitor.queries.lines import AccountLine, OverviewContext, absence, by_gravity, line_of
from monitor.store import Tx
from monitor.store.appearances import events_of
from monitor.store.cases import case_history
from monitor.store.claims import claims_of
from monitor.store.decisions import decisions_of
from monitor.store.notices import notices_of_case, told_on
from monitor.store.overview import OverviewRow, observations_of, posts_of, row_of
from monitor.store.roster import account, versions_of

POSTS_DRAWN = 2000
POSTS_LISTED = 10
OBSERVATIONS_LISTED = 20
_SURE = frozenset({Light.RED, Light.AMBER, Light.GREEN})
"""The lights of accounts of which it is known that nothing newer exists, as far as they were judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The posts of one day."""

    count: int
    is_linked: bool
    """True if it is known that nothing lies between this day and the day with posts before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTold:
    """One step of a case, and by which roles the people are known who are told of it."""

    step: Step
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRun:
    """Steps of one kind that followed each other, told to the same roles."""

    first: StepTold
    last: StepTold
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """A case with what was done in it."""

    case: Case
    steps: tuple[StepTold, ...]

    @property
    def runs(self) -> tuple[StepRun, ...]:
        """What was done, latest first; equal steps that followed each other are one."""
        grouped = [tuple(steps) for _, steps in groupby(self.steps, key=lambda told: (told.step.kind, told.roles))]
        runs = (StepRun(first=steps[0], last=steps[-1], count=len(steps)) for steps in grouped)
        return tuple(reversed(tuple(runs)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTold:
    """When the people of one role were last told of what is open, and whether they have answered."""

    role: Role
    on: date
    is_answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """Everything on one account's page."""

    row: OverviewRow
    line: AccountLine
    findings: tuple[Finding, ...]
    """Those that apply, the gravest first."""
    posts: tuple[KnownPost, ...]
    posted: Mapping[date, Posted]
    """The days on which something visible was posted, as far back as posts are read."""
    is_sure: bool
    """True if it is known that nothing newer exists, as far as the account was judged."""
    cases: tuple[CaseHistory, ...]
    observations: tuple[Observation, ...]
    events: tuple[AppearanceChange, ...]
    """The changes of its appearance, latest first."""
    claims: tuple[Claim, ...]
    """Links that people pasted, latest first."""
    basis_changed: tuple[Decision, ...]
    """Decisions that stand and whose grounds have changed, one for each rule at most."""
    told: tuple[RoleTold, ...]
    """Who was told of the open gap."""

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """The findings that ask something of somebody, the gravest first."""
        return tuple(finding for finding in self.findings if finding.state.is_trouble)

    @property
    def fine(self) -> tuple[Finding, ...]:
        """Those that are well."""
        return tuple(finding for finding in self.findings if finding.state is State.OK)

    @property
    def exempted(self) -> tuple[Finding, ...]:
        """What the account is exempted from, though it is so."""
        return tuple(finding for finding in self._spared if finding.decided is not Ruling.RETAINED)

    @property
    def retained(self) -> tuple[Finding, ...]:
        """The same, where it was decided that it stays."""
        return tuple(finding for finding in self._spared if finding.decided is Ruling.RETAINED)

    @property
    def _spared(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.state is State.EXEMPTED)

    @property
    def unknown(self) -> tuple[Finding, ...]:
        """Those that cannot be told."""
        return tuple(finding for finding in self.findings if finding.state is State.UNKNOWN)

    @property
    def updates(self) -> Finding | None:
        """What the two-week rule says; None before the first judgement."""
        return next((finding for finding in self.findings if finding.rule == LADDER), None)

    @property
    def absence(self) -> Standing | None:
        """How a platform shows the account that is not there as usual."""
        return absence(self.row)

    def case_of(self, finding: Finding) -> int | None:
        """Return the open case about a finding."""
        return next(
            (entry.case.id for entry in self.cases if entry.case.rule == finding.rule and not entry.case.closed_at),
            None,
        )

    @property
    def opened_on(self) -> date | None:
        """The opening, where a look has shown the account: never looked at is not silence."""
        return self.row.account.opened_on if self.row.last_seen_at is not None else None

    @property
    def is_read_by_hand(self) -> bool:
        """True if no source shows what is newest: people have to look, or paste links."""
        return not any(source.next_look_at and not source.is_partial for source in self.row.sources)

    @property
    def is_up_to_date(self) -> bool:
        """False where a post came in after the account was judged: what was judged tells of the one before."""
        said = self.updates
        return said is None or said.last_post == self.row.newest_post_at

    @property
    def advices(self) -> tuple[str, ...]:
        """The steps after which the ways to look show something again, each once."""
        return tuple(dict.fromkeys(filter(None, (source.advice for source in self.row.sources))))

    @property
    def guide(self) -> str:
        """The owner's instructions for granting the official interface; empty where that is done, and goes well."""
        owners = [source for source in self.row.sources if source.collector in granted_ways(self.row.account.platform)]
        return (
            "" if owners and not any(source.advice for source in owners) else GUIDES.get(self.row.account.platform, "")
        )


def read_unit(tx: Tx, account_id: str) -> UnitKey | None:
    """Return whose an account is; None for one that is not on the roster."""
    found = account(tx, account_id)
    return found.unit_key if found else None


def read_account(tx: Tx, account_id: str, moment: OverviewContext) -> AccountPage | None:
    """Return an account's page, or None if it is not on the roster."""
    row = row_of(tx, account_id, moment.now)
    if row is None:
        return None
    history = tuple(_history(tx, case) for case in case_history(tx, account_id))
    open_case = next(
        (
            case_history.case
            for case_history in history
            if case_history.case.rule == LADDER and case_history.case.closed_at is None
        ),
        None,
    )
    posts = posts_of(tx, account_id, limit=POSTS_DRAWN)
    line = line_of(row, open_case, replace(moment, told=told_on(tx, [open_case.id] if open_case else [])))
    versions = versions_of(tx, [account_id], at=moment.now, known_at=moment.now).get(account_id, ())
    decided = of_this_life(decisions_of(tx, [account_id], moment.now)[account_id], opened_again(versions))
    standing = {decision.rule: decision for decision in decided}
    applying = (finding for finding in row.findings if finding.state is not State.NOT_APPLICABLE)
    return AccountPage(
        row=row,
        line=line,
        findings=by_gravity(applying),
        told=_told(tx, row, open_case),
        posts=posts[:POSTS_LISTED],
        posted=_posted(posts),
        is_sure=line.light in _SURE or (line.light is Light.EXEMPT and line.support is Support.LOOK),
        cases=history,
        observations=observations_of(tx, account_id, limit=OBSERVATIONS_LISTED),
        events=events_of(tx, account_id),
        claims=claims_of(tx, account_id),
        basis_changed=tuple(decision for decision in standing.values() if decision.basis_changed),
    )


def _told(tx: Tx, row: OverviewRow, case: Case | None) -> tuple[RoleTold, ...]:
    """Return when each role was last told of an open case, as far as it is known to have been."""
    if case is None:
        return ()
    heard, found = told_on(tx, [case.id]), dict[Role, date]()
    for told in _history(tx, case).steps:
        at = heard.get((case.id, told.step.kind, told.step.number))
        found |= {role: beijing_date(at) for role in told.roles} if at else {}
    answered = {acknowledgement.person for acknowledgement in case.acknowledgements}
    people = {role: {contact.key for contact in row.account.contacts if contact.role is role} for role in found}
    return tuple(RoleTold(role=role, on=on, is_answered=bool(people[role] & answered)) for role, on in found.items())


def _posted(posts: Sequence[KnownPost]) -> dict[date, Posted]:
    """Return the days of the visible posts, which come newest first."""
    posted: dict[date, Posted] = {}
    for known in posts:
        if known.withdrawn_at is None and known.is_evidence:
            when = beijing_date(known.post.published_at)
            count = posted[when].count + 1 if when in posted else 1
            posted[when] = Posted(count=count, is_linked=known.linked_at is not None)
    return posted


def _history(tx: Tx, case: Case) -> CaseHistory:
    notices = notices_of_case(tx, case.id)
    return CaseHistory(case=case, steps=tuple(StepTold(step=step, roles=_roles(step, notices)) for step in case.steps))


def _roles(step: Step, notices: Iterable[Notice]) -> tuple[Role, ...]:
    told = {notice.role for notice in notices if (notice.kind, notice.number) == (step.kind, step.number)}
    return tuple(role for role in Role if role in told)
