"""WEAK-01: 运营效果指数连续2周低于全县平均值的，原则上清理整合.

Instrument: 缙政办发〔2022〕13号 三(二)2, a screening of May 2022; later it is a hint. The index is the provincial
platform's, imported and never invented. Judged are an account's two latest weeks with a value; two published weeks
without one make them too old. The mean is the platform's where it printed one, else that of the accounts that were
judged and in scope when the week ended and are on the latest filed list known: who has closed since was one of them.
A week counts in the area that the account was in when it ended: its value then is compared with that area's mean.
Without the main account, or of one platform only (rules.yaml), no mean is printed. Values are compared exactly; the
mean itself is not below the mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from monitor.core.account import Account, Platform, Scope
from monitor.core.calendar import EVER, beijing_date, start_of_day
from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State, Strength
from monitor.core.index import IndexWeek
from monitor.core.lasting import lasts_since, shown
from monitor.core.needs import Needs
from monitor.core.register import Register
from monitor.core.rules.registry import day, in_scope, on_account, scope_pending
from monitor.core.subject import SubjectKind

ID = "WEAK-01"
EXCLUDE_MAIN, BY_PLATFORM = "exclude_main", "by_platform"


@dataclass(frozen=True)
class _Mean:
    """A week's mean, as a sum and the number of its values: dividing would round."""

    total: Decimal
    count: int
    whose: str = ""
    """The area that it is of, where that is not the one that is judged."""

    def is_above(self, value: Decimal) -> bool:
        """True if the value is strictly below the mean."""
        return value * self.count < self.total

    @cached_property
    def text(self) -> str:
        """The mean for people, with at most two decimals."""
        return f"{self.whose}平均{(self.total / self.count).quantize(Decimal('0.01')).normalize():f}"


@dataclass(frozen=True, slots=True)
class _Means:
    """The means of an area's weeks, each reckoned when it is first asked for."""

    register: Register
    book: RuleBook
    by_platform: bool
    """True if each platform has its own."""
    found: dict[int, Mapping[Platform | None, _Mean]] = field(default_factory=dict)
    """By the week's place; by platform where each has its own."""

    def of(self, place: int, account: Account) -> _Mean | None:
        """Return what an account's value of a week is compared with; None where there are too few values for that."""
        if place not in self.found:
            self.found[place] = self._reckoned(self.register.weeks[place])
        return self.found[place].get(self._group(account))

    @property
    def name(self) -> str:
        """The name of such a mean."""
        return "全县同平台平均值" if self.by_platform else "全县平均值"

    def _reckoned(self, week: IndexWeek) -> Mapping[Platform | None, _Mean]:
        leaves_main = self.book.is_on(ID, EXCLUDE_MAIN)
        if week.mean is not None and not (leaves_main or self.by_platform):
            return {None: _Mean(week.mean, 1)}
        filed = self.register.filed.filings if self.register.filed else None
        values: defaultdict[Platform | None, list[Decimal]] = defaultdict(list)
        for account in self.register.bound_at(week.ends_at):
            is_counted = (filed is None or account.id in filed) and not (leaves_main and account.is_main)
            if is_counted and account.id in week.values:
                values[self._group(account)].append(week.values[account.id])
        least = self.book.number(ID, "least_values")
        return {group: _Mean(sum(of, Decimal()), len(of)) for group, of in values.items() if len(of) >= least}

    def _group(self, account: Account) -> Platform | None:
        return account.platform if self.by_platform else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weeks:
    """The published weeks that count for an account, oldest first, each with the means of the area that it was in."""

    published: Sequence[IndexWeek]
    means: Sequence[tuple[_Means, int]]
    """With the place of the week among that area's."""
    area: str

    def mean(self, place: int, account: Account) -> _Mean | None:
        """Return what an account's value of a week is compared with; None where there are too few values for that."""
        means, of_theirs = self.means[place]
        found, whose = means.of(of_theirs, account), means.register.area
        return replace(found, whose=whose) if found and whose != self.area else found


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Which weeks count for which accounts of an area."""

    register: Register
    ours: _Means
    theirs: Mapping[str, _Means]
    """Of the areas that some of the accounts came from."""
    always: _Weeks
    """Those of an account that was always here."""

    @classmethod
    def of(cls, register: Register, book: RuleBook) -> _Calendar:
        by_platform = book.is_on(ID, BY_PLATFORM)
        ours = _Means(register, book, by_platform)
        theirs = {area: _Means(other, book, by_platform) for area, other in register.elsewhere.items()}
        places = [(ours, place) for place in range(len(register.weeks))]
        return cls(register, ours, theirs, _Weeks(published=register.weeks, means=places, area=register.area))

    def weeks(self, account: Account) -> _Weeks:
        """Return the weeks of an account: of each time those of the area that it was in."""
        if not self.theirs or account.id not in self.register.earlier:
            return self.always
        found = [
            (week, (means, place))
            for area, means in {**self.theirs, self.register.area: self.ours}.items()
            for place, week in enumerate(means.register.weeks)
            if (self.register.area_before(account.id, week.ends_at) or self.register.area) == area
        ]
        found.sort(key=lambda entry: entry[0].begins_on)
        area = self.register.area
        return _Weeks(published=[week for week, _ in found], means=[means for _, means in found], area=area)


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts that were below the mean twice in a row, and those of which that is not known."""
    calendar = _Calendar.of(register, book)
    name = calendar.ours.name
    for account in register.judged:
        if account.id in register.pending:
            begun = _has_been(Scope.PENDING, account, register)
            yield replace(scope_pending(ID, account, book), since=shown(begun, ID, book), begun_at=begun)
            continue
        weeks = calendar.weeks(account)
        valued = _latest(account, weeks.published, book.number(ID, "weeks"))
        known = [(weeks.published[place], mean) for place in valued if (mean := weeks.mean(place, account))]
        because = _why_unknown(len(weeks.published), valued, len(known), name, book)
        if because:
            yield on_account(ID, account, book, State.UNKNOWN, because, basis=Basis.IMPORT)
        elif all(mean.is_above(week.values[account.id]) for week, mean in known):
            since, bound = _since(account, weeks, name, book), _has_been(Scope.IN, account, register)
            begun = max(start_of_day(since), bound)
            yield _violated(account, known, name, begun, book, now)


def _has_been(scope: Scope, account: Account, register: Register) -> datetime:
    """Return the moment since which an account has been judged in the area, and in that scope."""
    if account.id not in register.earlier:
        return EVER
    versions = register.versions_of(account.id)

    def holds(moment: datetime) -> bool:
        then = next((version.account for version in reversed(versions) if version.since <= moment), None)
        return then is not None and then.area == register.area and then.is_judged and then.scope is scope

    return lasts_since(sorted((version.since for version in versions), reverse=True), holds)


def _since(account: Account, of: _Weeks, name: str, book: RuleBook) -> date:
    """Return the last day of the week since which the account has always been below, as far as could be told."""
    weeks, count = of.published, book.number(ID, "weeks")
    begun = len(weeks)
    valued = [place for place in range(len(weeks) - 1, -1, -1) if account.id in weeks[place].values]
    first = 0
    for published in range(len(weeks) - 1, count - 1, -1):  # it is below now
        while first < len(valued) and valued[first] >= published:
            first += 1
        latest = valued[first : first + count]
        found = [(weeks[place], mean) for place in latest if (mean := of.mean(place, account))]
        if _why_unknown(published, latest, len(found), name, book):
            continue
        if not all(mean.is_above(week.values[account.id]) for week, mean in found):
            break
        begun = published
    return weeks[begun - 1].begins_on + timedelta(days=6)


def _latest(account: Account, weeks: Sequence[IndexWeek], count: int) -> list[int]:
    """Return the places of the account's latest weeks with a value, latest first; fewer than `count` if there are."""
    found: list[int] = []
    for place in range(len(weeks) - 1, -1, -1):
        if account.id in weeks[place].values:
            found.append(place)
            if len(found) == count:
                break
    return found


def _why_unknown(weeks: int, valued: Sequence[int], known: int, name: str, book: RuleBook) -> str | None:
    """Return why the latest weeks with a value do not tell, `known` of which have a mean of that name."""
    count = book.number(ID, "weeks")
    if not weeks:
        return "尚未导入运营效果指数，不能判定。"
    if len(valued) < count:
        return f"没有连续{count}周的运营效果指数，不能判定。"
    missing = weeks - valued[-1] - count
    if missing > book.number(ID, "missing_at_most"):
        return f"最近{weeks - valued[-1]}周中有{missing}周没有该账号的运营效果指数，不能判定。"
    if known < len(valued):
        return f"有数值的账号不足{book.number(ID, 'least_values')}个，没有{name}。"
    return None


def _violated(
    account: Account,
    below: Sequence[tuple[IndexWeek, _Mean]],
    name: str,
    begun: datetime,
    book: RuleBook,
    now: datetime,
) -> Finding:
    """Return the finding on an account that was below the mean in these weeks, latest first."""
    told = "、".join(f"{week.label}为{week.values[account.id]:f}（{mean.text}）" for week, mean in reversed(below))
    ended = below[0][0].begins_on + timedelta(days=6)
    # a hint proposes nothing: about half of any group is below its mean
    is_hint = book.strengths[ID] is Strength.ADVISORY
    return on_account(
        ID,
        account,
        book,
        State.VIOLATED,
        f"运营效果指数{told}，截至{day(ended, now)}连续{len(below)}周低于{name}。",
        since=beijing_date(begun),
        begun_at=begun,
        proposals=() if is_hint else (Proposal.CONSOLIDATE,),
        basis=Basis.IMPORT,
        evidence=[f"week:{week.label}" for week, _ in reversed(below)],
    )


RULE = AreaRule(
    id=ID,
    title="运营效果指数连续2周低于平均值",
    asks_whether_it_stays=True,
    needs=Needs(numbers=("weeks", "missing_at_most", "least_values"), switches=("exclude_main", "by_platform")),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reach=None,
    binds=in_scope,
    says={
        State.OK: "最近两个有数值的周不都低于全县平均值",
        State.VIOLATED: "最近两个有数值的周都低于当时所属地区的当周平均值；等于平均值不算低于",
        State.UNKNOWN: "尚未导入指数；不足两周；其间和其后缺两周或以上；或当周有数值的账号不足3个",
        State.NEEDS_REVIEW: "单位层级未填写",
    },
)
