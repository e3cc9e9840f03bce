"""Reckoning a period: every account judged as of its end and of the ends before it, and the figures counted from that.

As of a moment and as known by another, so that what is learnt later changes a new reckoning and no old one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.core.calendar import beijing_date
from monitor.core.case import CHIEF, DOWNLOADS, LADDER
from monitor.core.decision import Ruling
from monitor.core.figures import (
    MONTHS,
    AccountInPeriod,
    CaseInPeriod,
    Figures,
    FoundProblem,
    GoneAccount,
    Material,
    MonthFigures,
    blocked_by,
    by_platform,
    by_unit,
    compared,
    counts,
    episodes_in,
    longest_gaps,
)
from monitor.core.finding import Finding, Known, RuleBook, State
from monitor.core.observation import Reason
from monitor.core.pass_rate import CheckResult, rate_of_results, result_of
from monitor.core.period import Period
from monitor.core.recheck import rechecks
from monitor.core.reckoning import Reckoning
from monitor.core.register import Trouble
from monitor.core.rules import sup_02
from monitor.core.rules.sup_02 import Settling
from monitor.core.rules.updates import staleness
from monitor.documents.dossier import Dossier, gaps_of, in_order
from monitor.pipeline.dossiers import read_dossiers
from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Tx, period, roster
from monitor.store.facts import Tell, known_in_turn

JUDGED = 3 + MONTHS
"""The moments at which a reckoning judges the whole county: three ends of periods, and those of the months."""


def reckon(
    tx: Tx,
    rules: RulesInForce,
    about: Period,
    *,
    now: datetime,
    known_at: datetime | None = None,
    tell: Tell = lambda _, __: None,
) -> Reckoning:
    """Return the figures of a period and what they rest on; `known_at` is `now` unless given.

    `tell` hears how many accounts of how many were read, for each of the moments that are judged.
    """
    end = _End(tx=tx, rules=rules, about=about, at=about.judged_at(now), known_at=known_at or now)
    before = end.of(about.before, now)
    standing = end.accounts(tell)
    standing_before = before.accounts(tell)
    earlier = before.of(about.before.before, now).accounts(tell)
    material = end.material(standing, standing_before)
    figures = Figures(
        period=about,
        at=end.at,
        known_at=end.known_at,
        figures=compared(counts(material), counts(before.material(standing_before, earlier))),
        platforms=by_platform(material.accounts),
        units=by_unit(material.accounts),
        blocked=blocked_by(material.accounts),
        months=tuple(end.months(tell)),
        gaps=longest_gaps(material.accounts),
    )
    return Reckoning(figures=figures, material=material, rechecks=rechecks(standing_before.accounts, material.accounts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """How all accounts stood at the end of a period."""

    accounts: tuple[AccountInPeriod, ...]
    overdue: frozenset[int]
    """The cases that are overdue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """The end of a period as it was known at a moment: what is read, and by which rules."""

    tx: Tx
    rules: RulesInForce
    about: Period
    at: datetime
    known_at: datetime

    def of(self, about: Period, now: datetime) -> _End:
        """Return the end of another period as known at the same moment."""
        return replace(self, about=about, at=about.judged_at(now))

    def accounts(self, tell: Tell) -> _Standing:
        """Return how all accounts stood."""
        dossiers = read_dossiers(self.tx, self.rules, self.about, at=self.at, known_at=self.known_at, tell=tell)
        view = _View(
            book=lambda area: self.rules.book(self.at, area),
            today=beijing_date(self.at),
            troubles={(trouble.account, trouble.rule): trouble for trouble in dossiers.troubles},
            ending=dossiers.ending,
            blocked=period.blocked(self.tx, self.about.begins(), min(self.at, self.known_at)),
        )
        judged = [one for one in in_order(dossiers.of_accounts, dossiers.records) if one.account.is_judged]
        return _Standing(accounts=tuple(map(view.account, judged)), overdue=frozenset(view.overdue(judged)))

    def material(self, standing: _Standing, before: _Standing) -> Material:
        """Return what the figures are counted from, beside how it stood at the end of the period before."""
        there, then = ({one.account for one in stand.accounts} for stand in (standing, before))
        called = {one.account: one.called for one in (*before.accounts, *standing.accounts)}
        return Material(
            accounts=tuple(replace(one, is_added=one.account not in then) for one in standing.accounts),
            gone=tuple(_gone(one) for one in before.accounts if one.account not in there),
            cases=tuple(self._cases(standing, called)),
        )

    def _cases(self, standing: _Standing, called: Mapping[str, str]) -> Iterator[CaseInPeriod]:
        title, several = self.rules.book(self.at).title, len({one.area for one in standing.accounts}) > 1
        for case in period.cases_of(self.tx, self.about.begins(), min(self.at, self.known_at)):
            yield CaseInPeriod(
                number=case.id,
                account=case.account or "",
                whom=called.get(case.account or "") or _whom(case, with_area=several),
                title=title(case.rule),
                opened_on=beijing_date(case.opened_at),
                closed_on=beijing_date(case.closed_at) if case.closed_at else None,
                closing=case.closing.label if case.closing else "",
                is_opened=case.opened_at >= self.about.begins(),
                is_overdue=case.closed_at is None and case.id in standing.overdue,
            )

    def months(self, tell: Tell) -> Iterator[MonthFigures]:
        """Yield the twelve months up to this end, oldest first."""
        month = Period.month(beijing_date(self.at))
        months = [month]
        while len(months) < MONTHS:
            months.append(months[-1].before)
        for one in reversed(months):
            found = self.of(one, self.at).month()
            tell(found.accounts, found.accounts)
            yield found

    def month(self) -> MonthFigures:
        """Return what the series says of the month whose end this is."""
        found = [self._in_month(known) for known in self._judged()]
        return MonthFigures(
            first=self.about.first,
            label=self.about.label,
            accounts=len(found),
            rate=rate_of_results(result for result, _ in found),
            episodes=episodes_in(count for _, count in found),
        )

    def _judged(self) -> Iterator[Known]:
        accounts = roster.accounts(self.tx, at=self.at, known_at=self.known_at, with_people=False)
        ids = [account.id for account in accounts if account.is_judged]
        return known_in_turn(self.tx, ids, now=self.at, known_at=self.known_at)

    def _in_month(self, known: Known) -> tuple[CheckResult, int | None]:
        """Return an account's result by the same rules and its gaps by the same conditions as `accounts` does."""
        said = self.rules.findings(known, self.at, CHIEF)
        gaps = gaps_of(known, self.rules.book(self.at, known.account.area), self.about, self.at)
        return result_of({finding.state for _, finding in said}), gaps.count if gaps else None


def _whom(case: period.CaseRow, *, with_area: bool) -> str:
    """Return whom a case is about that is about no account, or about one that had left before."""
    if case.account:
        return f"账号{case.account}"
    return f"{case.area if with_area and case.unit else ''}{case.unit or case.area or ''}"


def _gone(account: AccountInPeriod) -> GoneAccount:
    return GoneAccount(
        account=account.account,
        name=account.name,
        platform=account.platform,
        unit=account.unit,
        area=account.area,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What the accounts of one moment are told from."""

    book: Callable[[str], RuleBook]
    today: date
    troubles: Mapping[tuple[str, str], Trouble]
    ending: Collection[str]
    """The accounts of which it was decided that they go."""
    blocked: Mapping[str, Collection[Reason]]

    def account(self, dossier: Dossier) -> AccountInPeriod:
        """Return what was found of one account."""
        account, findings = dossier.account, dossier.findings
        book = self.book(account.area)
        chief = [finding for finding in findings if finding.rule in CHIEF]
        result = result_of({finding.state for finding in chief})
        ladder = next((finding for finding in chief if finding.rule == LADDER), None)
        is_open = ladder is not None and staleness(findings, book) is not None
        return AccountInPeriod(
            account=account.id,
            name=account.name,
            platform=account.platform,
            unit=account.unit,
            area=account.area,
            result=result,
            why=_why(chief) if result is CheckResult.UNVERIFIED else "",
            last_post=_day(ladder.last_post) if ladder else None,
            episodes=dossier.gaps.count if dossier.gaps else None,
            longest=dossier.gaps.longest if dossier.gaps else None,
            open_since=(_day(ladder.last_post) or account.opened_on) if ladder and is_open else None,
            open_days=ladder.days if ladder and is_open else None,
            has_app_fault=any(_is_app_fault(finding) for finding in findings),
            blocked=tuple(reason for reason in Reason if reason in self.blocked.get(account.id, ())),
            is_in_time=ladder is not None and ladder.state in {State.OK, State.WARNING},
            problems=tuple(sorted(self._problems(dossier, book), key=lambda one: one.gravity)),
            exempted=_spared(findings, retained=False),
            retained=_spared(findings, retained=True),
            unknown=tuple(finding.rule for finding in findings if finding.state is State.UNKNOWN),
        )

    def _problems(self, dossier: Dossier, book: RuleBook) -> Iterator[FoundProblem]:
        for finding in dossier.findings:
            if finding.state.is_trouble and finding.rule in book.clauses and finding.rule != sup_02.ID:
                trouble = self.troubles.get((dossier.account.id, finding.rule))
                due, progress = self._settling(dossier, trouble, book) if trouble else (None, self._unlisted(dossier))
                yield FoundProblem(
                    rule=finding.rule,
                    title=book.title(finding.rule),
                    state=finding.state,
                    strength=finding.strength,
                    proposals=finding.proposals,
                    is_veto=finding.rule in CHIEF,
                    because=finding.because,
                    clause=finding.clause,
                    since=finding.since,
                    days=finding.days_held if finding.is_of_an_open_gap else None,
                    is_over=finding.days is not None and not finding.is_of_an_open_gap,
                    due=due,
                    progress=progress,
                )

    def _unlisted(self, dossier: Dossier) -> str:
        """Return how far a trouble is that stands in no case: what ends its account answers it too."""
        return Settling.ENDING.label if dossier.account.id in self.ending else "尚未列入"

    def overdue(self, dossiers: Iterable[Dossier]) -> Iterator[int]:
        """Yield the cases that are overdue, by the same words that the list of problems says of them."""
        for_account = {dossier.account.id: dossier for dossier in dossiers}
        for trouble in self.troubles.values():
            dossier = for_account.get(trouble.account)
            if dossier is None or trouble.rule == sup_02.ID:
                continue
            _, progress = self._settling(dossier, trouble, self.book(dossier.account.area))
            if progress == Settling.LATE.label:
                yield trouble.case

    def _settling(self, dossier: Dossier, trouble: Trouble, book: RuleBook) -> tuple[date | None, str]:
        """Return the last day for settling a trouble, None where no term runs for its unit, and how far it is."""
        has_term = sup_02.ID in book.clauses and not any(map(_spares_its_term, dossier.findings))
        due = sup_02.term_ends(trouble, book) if has_term else None
        stands = sup_02.settling(trouble, due, self.today, is_ending=dossier.account.id in self.ending)
        return (due if stands in {Settling.RUNNING, Settling.LATE} else None), stands.label


def _spares_its_term(finding: Finding) -> bool:
    """True if nobody is urged about the account: it is exempted from that, or not known to be in scope."""
    return finding.rule == sup_02.ID and finding.state not in {State.OK, State.WARNING}


def _spared(findings: Iterable[Finding], *, retained: bool) -> tuple[str, ...]:
    spared = (finding for finding in findings if finding.state is State.EXEMPTED)
    return tuple(finding.rule for finding in spared if (finding.decided is Ruling.RETAINED) is retained)


def _why(chief: Iterable[Finding]) -> str:
    return "".join(finding.because for finding in chief if finding.state is State.UNKNOWN)


def _day(moment: datetime | None) -> date | None:
    return beijing_date(moment) if moment else None


def _is_app_fault(finding: Finding) -> bool:
    return finding.rule == DOWNLOADS and finding.state in {State.VIOLATED, State.SUSPECTED}
