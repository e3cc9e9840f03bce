"""UPD-02: 连续2次被“浙江省政务新媒体管理平台”通报2周未更新的，原则上清理整合.

Instrument: 缙政办发〔2022〕13号 三(二)1. Consecutive are rounds whose numbers are neighbours in one series,
whatever lies between their dates. Once it holds, it holds until a decision or a correction; a clean round resets
the count alone. A missing round, or an unmatched row that may mean the account, is taken both ways: where the verdict
depends on it, nothing is known. A series that carries an area's name is the bulletin of that area's own office: it
counts only where rules.yaml says so, and for the accounts that were the area's when a round was issued.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from monitor.core.account import Account
from monitor.core.bulletin import Listing, Problem, Round
from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.decision import Decision, Ruling
from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.register import Register
from monitor.core.rules.registry import in_scope, on_account
from monitor.core.subject import SubjectKind

ID = "UPD-02"
COUNT_OWN = "count_own_bulletin"
_SETTLING = frozenset(Ruling) - {Ruling.CONFIRMED, Ruling.REVOKED}
"""The decisions that end the trouble they were made on; a confirmation only says that there is one."""


@dataclass(frozen=True, slots=True)
class _Count:
    """One way in which the rounds so far may have gone: the numbers that list the account."""

    streak: tuple[int, ...] = ()
    """Those that follow each other, up to now."""
    over: tuple[int, ...] = ()
    """Those that were too many; empty while none were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """The rounds of one series by number, and who is listed in each."""

    name: str
    rounds: tuple[Round, ...]
    limit: int
    """How many listings in a row are too many."""
    listings: Mapping[int, Mapping[str, Sequence[Listing]]]
    owner: str | None
    """The area that runs it, for its own accounts only."""
    register: Register

    @classmethod
    def of(cls, name: str, rounds: tuple[Round, ...], limit: int, owner: str | None, register: Register) -> _Series:
        listings = {round_.number: _by_account(round_.listings) for round_ in rounds}
        return cls(name=name, rounds=rounds, limit=limit, listings=listings, owner=owner, register=register)

    def ever_concerned(self, account: Account) -> bool:
        """True if any of its rounds may be about the account."""
        return any(self._concerns(round_, account) for round_ in self.rounds)

    def _concerns(self, round_: Round, account: Account) -> bool:
        """True if a round may be about the account: issued in its time, and by the area that it was then in."""
        if account.opened_on is not None and round_.issued_on < account.opened_on:
            return False
        day_after = start_of_day(round_.issued_on + ONE_DAY)
        return self.owner is None or self.register.area_before(account.id, day_after) == self.owner

    @property
    def vague(self) -> int:
        """How many rounds may have listed somebody: missing ones, and those with such a row that nobody could match."""
        missing = sum(later.number - earlier.number - 1 for earlier, later in pairwise(self.rounds))
        strays = ([row.problem for row in round_.unmatched] for round_ in self.rounds)
        return missing + sum(Problem.STALE in problems for problems in strays)

    def suspects(self, vague: int) -> Mapping[str, int]:
        """Return how often each account may have been listed, of those that are listed at all."""
        found: dict[str, int] = {}
        for listed in self.listings.values():
            for account, rows in listed.items():
                found[account] = found.get(account, vague) + any(row.problem is Problem.STALE for row in rows)
        return found

    def outcomes(self, account: Account, decisions: Sequence[Decision]) -> frozenset[_Count]:
        """Return every way in which the rounds may have gone for an account."""
        settled = [beijing_date(decision.at) for decision in decisions if decision.ruling in _SETTLING]
        counts = frozenset({_Count()})
        before: Round | None = None
        for round_ in self.rounds:
            if self._concerns(round_, account):
                since = before.issued_on if before else date.min
                if any(since <= day < round_.issued_on for day in settled):
                    undecided, counts = counts, _settle(counts)
                else:
                    undecided = frozenset()
                for number in range(before.number + 1, round_.number)[-self.limit :] if before else ():
                    # a decision may have come before a missing round or after it
                    undecided = self._either(undecided, number)
                    counts = self._either(counts, number) | _settle(undecided)
                counts = self._after(round_, account, counts, decisions)
            before = round_
        return _settle(counts) if before and any(day >= before.issued_on for day in settled) else counts

    def _after(
        self, round_: Round, account: Account, counts: frozenset[_Count], decisions: Sequence[Decision]
    ) -> frozenset[_Count]:
        if _is_exempt(decisions, round_.issued_on):
            return counts
        rows = self.listings[round_.number].get(account.id)
        if rows:
            is_listed = any(row.problem is Problem.STALE for row in rows)
            return self._listed(counts, round_.number) if is_listed else _clean(counts)
        ways = _clean(counts) if round_.covers_all else counts
        guesses = round_.guesses(account)
        if Problem.STALE in guesses:
            ways |= self._listed(counts, round_.number)
        return ways | _clean(counts) if guesses - {Problem.STALE} else ways

    def _either(self, counts: frozenset[_Count], number: int) -> frozenset[_Count]:
        """Return how the counts go on over a missing round."""
        return _clean(counts) | self._listed(counts, number)

    def _listed(self, counts: Iterable[_Count], number: int) -> frozenset[_Count]:
        return frozenset(self._one_more(count, number) for count in counts)

    def _one_more(self, count: _Count, number: int) -> _Count:
        streak = (*count.streak, number)[-self.limit :]
        return _Count(streak, count.over or (streak if len(streak) == self.limit else ()))


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts that were listed twice in a row, and those that may have been."""
    limit, counts_own = book.number(ID, "rounds"), book.is_on(ID, COUNT_OWN)
    series = [
        _Series.of(name, rounds, limit, owner, register)
        for name, rounds in register.series.items()
        for owner in [_owner(name, register)]
        if counts_own or owner is None
    ]
    walked = [(entry, vague, entry.suspects(vague)) for entry in series for vague in [entry.vague]]
    for account in register.judged:
        near = [
            series
            for series, vague, suspects in walked
            if suspects.get(account.id, vague) >= limit and series.ever_concerned(account)
        ]
        if not near:
            continue
        decisions = [decision for decision in register.decisions_of(account.id) if decision.rule == ID]
        verdicts = [_verdict(series, account, decisions, book, now) for series in near]
        said = [verdict for verdict in verdicts if verdict]
        yield from sorted(said, key=lambda finding: finding.state is State.UNKNOWN)[:1]


def _owner(name: str, register: Register) -> str | None:
    """Return the area that runs a series, after which it is called; None for one of the platform or of a city."""
    called = (area for area in (register.area, *register.others) if name.startswith(area))
    return max(called, key=len, default=None)


def _verdict(
    series: _Series, account: Account, decisions: Sequence[Decision], book: RuleBook, now: datetime
) -> Finding | None:
    outcomes = series.outcomes(account, decisions)
    if not any(count.over for count in outcomes) and _is_exempt(decisions, beijing_date(now)):
        # the trouble that was exempted still stands, and is said to be exempted
        standing = [decision for decision in decisions if decision.ruling is not Ruling.EXEMPTED]
        outcomes = series.outcomes(account, standing)
    if not any(count.over for count in outcomes):
        return None
    over = min(count.over for count in outcomes if count.over)
    by = [round_ for round_ in series.rounds if round_.number in over]
    rows = [row for round_ in by for row in series.listings[round_.number].get(account.id, ())]
    text = f"“{series.name}”{'、'.join(f'第{number}期' for number in over)}"
    finding = on_account(
        ID,
        account,
        book,
        State.VIOLATED,
        f"在{text}连续{series.limit}次被通报2周未更新。",
        since=by[-1].issued_on if by else None,
        proposals=(Proposal.CONSOLIDATE,),
        basis=Basis.BULLETIN,
        evidence=[f"listing:{row.id}" for row in rows],
        episode=f"{series.name}/{over[-1]}",
    )
    if all(count.over for count in outcomes):
        return finding
    because = f"{text}有期次缺失或有行未匹配账号，暂不能判定是否连续{series.limit}次被通报，请补录或核对。"
    return replace(finding, state=State.UNKNOWN, since=None, proposals=(), because=because)


def _by_account(listings: Iterable[Listing]) -> Mapping[str, Sequence[Listing]]:
    found: dict[str, list[Listing]] = {}
    for row in listings:
        found.setdefault(row.account, []).append(row)
    return found


def _clean(counts: Iterable[_Count]) -> frozenset[_Count]:
    return frozenset(_Count((), count.over) for count in counts)


def _settle(counts: Iterable[_Count]) -> frozenset[_Count]:
    """Return the counts after a decision: one on a trouble that there was begins anew."""
    return frozenset(_Count() if count.over else count for count in counts)


def _is_exempt(decisions: Iterable[Decision], day: date) -> bool:
    return any(
        decision.ruling is Ruling.EXEMPTED
        and beijing_date(decision.at) <= day
        and (decision.valid_until is None or day <= decision.valid_until)
        for decision in decisions
    )


RULE = AreaRule(
    id=ID,
    title="连续2次被通报2周未更新",
    asks_whether_it_stays=True,
    needs=Needs(numbers=("rounds",), switches=("count_own_bulletin",)),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reach=None,
    binds=in_scope,
    waits_for_scope=False,  # the rules about updates judge every account until its scope is known
    says={
        State.OK: "无连续2次被通报的情形，或已作处置",
        State.VIOLATED: "同一系列相邻两期都列有该账号，此后没有作出处置决定",
        State.UNKNOWN: "缺一期，或有行未匹配账号，而判定因此不同",
    },
)
