"""The figures of a period: what a bulletin says of a county, each with its name and how it is counted.

Pages, documents, the interface and metrics print these values and count nothing of their own. `figures` counts them
from what was found of every account (`AccountInPeriod`) and of every case (`CaseInPeriod`), so that the accounts behind
each figure are known with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from monitor.core.account import Labelled, Platform
from monitor.core.finding import Proposal, State, Strength
from monitor.core.observation import Reason
from monitor.core.pass_rate import CheckResult, PassRate, rate_of_results
from monitor.core.period import Period
from monitor.core.phrases import Names, plain

MONTHS = 12
"""How many months a series has."""
LONGEST = 5
"""How many of the longest open gaps are told."""


class FigureName(Labelled):
    """The name of a figure; a closed list that labels a metric."""

    ACCOUNTS = "accounts", "账号总数"
    CHECKED = "checked", "检查数"
    UNQUALIFIED = "unqualified", "不合格数"
    EXEMPTED = "exempted", "豁免数"
    NOT_VERIFIABLE = "not_verifiable", "未能核查数"
    NOT_CHECKED = "not_checked", "不检查数"
    PASS_RATE = "pass_rate", "合格率"
    ADDED = "added", "新增账号"
    CLOSED = "closed", "减少账号"
    EPISODES = "episodes", "超期次数"
    LONGEST_GAP = "longest_gap", "最长未更新天数"
    CASES_OPENED = "cases_opened", "列入事项"
    CASES_SETTLED = "cases_settled", "办结事项"
    CASES_OPEN = "cases_open", "期末在办事项"
    CASES_OVERDUE = "cases_overdue", "整改逾期事项"
    APP_FAULTS = "app_faults", "客户端异常"
    BLOCKED = "blocked", "采集受阻账号"


class FigureUnit(Labelled):
    """What a figure counts."""

    ACCOUNTS = "accounts", "个"
    TIMES = "times", "次"
    DAYS = "days", "天"
    CASES = "cases", "项"
    PERCENT = "percent", "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How a figure is counted: one row of the data dictionary."""

    name: FigureName
    unit: FigureUnit
    how: str
    """One sentence, in Chinese."""


def _definitions() -> Iterable[Definition]:
    counted: Sequence[tuple[FigureName, FigureUnit, str]] = (
        (
            FigureName.ACCOUNTS,
            FigureUnit.ACCOUNTS,
            "期末台账中属于监管范围、未注销的账号，每个平台上的账号各计一个。",
        ),
        (
            FigureName.CHECKED,
            FigureUnit.ACCOUNTS,
            "期末能够按“2周未更新”和“客户端无法下载或使用”作出判定的账号，即合格数与不合格数之和。",
        ),
        (
            FigureName.UNQUALIFIED,
            FigureUnit.ACCOUNTS,
            "检查的账号中，存在上述任一问题的账号；疑似问题未经确认不计。",
        ),
        (FigureName.EXEMPTED, FigureUnit.ACCOUNTS, "期末上述问题已获豁免的账号，不计入检查数和不合格数。"),
        (
            FigureName.NOT_VERIFIABLE,
            FigureUnit.ACCOUNTS,
            "期末采集结果不足、无法判定的账号，不计入检查数和不合格数。",
        ),
        (FigureName.NOT_CHECKED, FigureUnit.ACCOUNTS, "更新和下载要求均不涉及的账号（如服务类账号），不计入检查数。"),
        (FigureName.PASS_RATE, FigureUnit.PERCENT, "（检查数－不合格数）÷检查数，最多保留两位小数，四舍五入。"),
        (FigureName.ADDED, FigureUnit.ACCOUNTS, "期末在台账中（未注销）、上期末不在的账号。"),
        (FigureName.CLOSED, FigureUnit.ACCOUNTS, "上期末在台账中（未注销）、本期末已注销或移出台账的账号。"),
        (
            FigureName.EPISODES,
            FigureUnit.TIMES,
            "期内各账号超过2周未更新的次数之和，同一段未更新只计一次；采集不完整、无法确定的不计。",
        ),
        (FigureName.LONGEST_GAP, FigureUnit.DAYS, "期内各账号连续未更新天数的最大值，发布当天不计；无法确定的不计。"),
        (FigureName.CASES_OPENED, FigureUnit.CASES, "期内列入的事项。"),
        (FigureName.CASES_SETTLED, FigureUnit.CASES, "期内办结的事项，不论何时列入。"),
        (FigureName.CASES_OPEN, FigureUnit.CASES, "期末仍在办理的事项。"),
        (
            FigureName.CASES_OVERDUE,
            FigureUnit.CASES,
            "期末在办、由单位整改且已过整改时限的事项；待研判、已恢复的不计。",
        ),
        (FigureName.APP_FAULTS, FigureUnit.ACCOUNTS, "期末判定或疑似无法下载、无法使用的移动客户端。"),
        (
            FigureName.BLOCKED,
            FigureUnit.ACCOUNTS,
            "期内至少一次采集未成功的账号，不作为未更新的依据。",
        ),
    )
    return (Definition(name=name, unit=unit, how=how) for name, unit, how in counted)


DICTIONARY: Mapping[FigureName, Definition] = {entry.name: entry for entry in _definitions()}
"""The data dictionary, in the order in which figures are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure, and what it was in the period before."""

    name: FigureName
    value: Decimal | None
    """None where nothing can be said: of the pass rate where nothing was checked, of gaps where none was seen whole."""
    before: Decimal | None = None

    @property
    def definition(self) -> Definition:
        """How it is counted."""
        return DICTIONARY[self.name]

    @property
    def text(self) -> str:
        """The value with its unit: 12个, 95.7%; a dash for none."""
        return self._text(self.value)

    @property
    def before_text(self) -> str:
        """The value of the period before, likewise."""
        return self._text(self.before)

    @property
    def change(self) -> Decimal | None:
        """By how much it rose; None where one of the two is not known."""
        return None if self.value is None or self.before is None else self.value - self.before

    @property
    def change_text(self) -> str:
        """The change as officials say it: 增加2个, 下降0.5个百分点, 持平; a dash where it is not known."""
        if self.change is None:
            return "—"
        if not self.change:
            return "持平"
        if self.name is FigureName.PASS_RATE:
            return f"{'上升' if self.change > 0 else '下降'}{plain_number(abs(self.change))}个百分点"
        return f"{'增加' if self.change > 0 else '减少'}{plain_number(abs(self.change))}{self.definition.unit.label}"

    def _text(self, value: Decimal | None) -> str:
        return "—" if value is None else f"{plain_number(value)}{self.definition.unit.label}"


def plain_number(value: Decimal) -> str:
    """Return a number without trailing zeros and without an exponent."""
    return f"{value.normalize():f}" if value else "0"


FOR_REVIEW = frozenset({Proposal.CONSOLIDATE, Proposal.DEREGISTER, Proposal.CANCEL, Proposal.REVIEW})
"""What nobody decides alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundProblem:
    """One trouble of an account at the end of a period."""

    rule: str
    title: str
    state: State
    strength: Strength
    proposals: tuple[Proposal, ...] = ()
    is_veto: bool = False
    """True if its rule decides whether the account is 合格."""
    because: str
    clause: str
    since: date | None
    days: int | None
    """Days without an update, of problems with updating that go on."""
    is_over: bool = False
    """True if what was wrong is so no more, and only what is to follow from it is open: a gap that has closed."""
    due: date | None = None
    """The last day for putting it right; None where no term runs."""
    progress: str = ""
    """整改状态."""

    @property
    def is_told(self) -> bool:
        """True if a bulletin tells it: certain, and more than a hint."""
        return self.state is State.VIOLATED and self.strength is not Strength.ADVISORY

    @property
    def is_for_review(self) -> bool:
        """True if the departments judge together what follows from it."""
        return self.strength is not Strength.ADVISORY and not FOR_REVIEW.isdisjoint(self.proposals)

    @property
    def gravity(self) -> tuple[int, int, int]:
        """Its place among others, the gravest first: what fails the account, 一律 before 原则上, the measure."""
        measure = min((list(Proposal).index(proposal) for proposal in self.proposals), default=len(Proposal))
        return (0 if self.is_veto else 1, list(Strength).index(self.strength), measure)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInPeriod:
    """What was found of one account; nothing of the people named for it."""

    account: str
    name: str
    platform: Platform
    unit: str
    area: str
    result: CheckResult
    why: str = ""
    """Why it could not be verified, where it could not."""
    is_added: bool = False
    last_post: date | None = None
    episodes: int | None = None
    """None where nothing can be said."""
    longest: int | None = None
    open_since: date | None = None
    """Since when the gap lasts that is held against it at the end; None without one."""
    open_days: int | None = None
    is_in_time: bool = False
    """True if its updating was judged, and no gap is held against it at the end."""
    has_app_fault: bool = False
    blocked: tuple[Reason, ...] = ()
    """What kept looks of the period from seeing it."""
    problems: tuple[FoundProblem, ...] = ()
    """The gravest first."""
    exempted: tuple[str, ...] = ()
    """The rules that it is exempted from."""
    retained: tuple[str, ...] = ()
    """The rules under which it is decided that it stays."""
    unknown: tuple[str, ...] = ()
    """The rules that could say nothing of it."""

    @property
    def called(self) -> str:
        """The account as texts name it, on one line and not too long: “示例”（微博）."""
        return f"“{plain(self.name)}”（{self.platform.label}）"

    def unit_called(self, *, with_area: bool) -> str:
        """Return its unit likewise, with the area where units of several may have one name."""
        return plain(Names(with_area=with_area).unit(self.area, self.unit))

    @property
    def told(self) -> tuple[FoundProblem, ...]:
        """The problems that a bulletin tells."""
        return tuple(problem for problem in self.problems if problem.is_told)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneAccount:
    """An account that was in the county's charge at the end of the period before, and is not any more."""

    account: str
    name: str
    platform: Platform
    unit: str
    area: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseInPeriod:
    """A case that was opened, settled or open in a period."""

    number: int
    account: str
    """Empty for cases of units and areas."""
    whom: str
    """The account, unit or area as people call it."""
    title: str
    """What its rule is called."""
    opened_on: date
    closed_on: date | None
    """None where it was open at the end."""
    closing: str = ""
    """The label of why it ended."""
    is_opened: bool
    """True if it was opened in the period."""
    is_overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureGroup:
    """The accounts of one platform or unit."""

    name: str
    area: str = ""
    accounts: int
    rate: PassRate


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedBy:
    """How many accounts a reason kept from being seen."""

    reason: Reason
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """One month of the series."""

    first: date
    label: str
    accounts: int
    rate: PassRate
    episodes: int | None
    """None where nothing can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGap:
    """A gap without updates that is held against an account at the end of the period."""

    account: str
    name: str
    platform: Platform
    unit: str
    area: str
    since: date
    """The day of the last update, or of the opening."""
    days: int
    is_since_opening: bool = False
    """True if nothing was ever posted: `since` is the day of the opening and no update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a period as they were known at a moment."""

    period: Period
    at: datetime
    """The moment that was judged: the period's end, or then, while it went on."""
    known_at: datetime
    """Up to when was learnt what they rest on."""
    figures: tuple[Figure, ...]
    """Every name once, in their order."""
    platforms: tuple[FigureGroup, ...]
    units: tuple[FigureGroup, ...]
    """In their standing order."""
    blocked: tuple[BlockedBy, ...]
    """The most frequent reason first."""
    months: tuple[MonthFigures, ...]
    """The twelve months up to the one of the period's end, oldest first."""
    gaps: tuple[OpenGap, ...]
    """The longest open ones, the longest first."""

    def of(self, name: FigureName) -> Figure:
        """Return the figure of a name."""
        return next(figure for figure in self.figures if figure.name is name)

    def count(self, name: FigureName) -> int:
        """Return a figure that is never unknown as a whole number."""
        return int(self.of(name).value or 0)

    @property
    def rate(self) -> PassRate:
        """The pass rate with the counts that it is made of."""
        return PassRate(
            checked=self.count(FigureName.CHECKED),
            failed=self.count(FigureName.UNQUALIFIED),
            unchecked=self.count(FigureName.NOT_VERIFIABLE),
            exempted=self.count(FigureName.EXEMPTED),
        )


Counts = Mapping[FigureName, Decimal | None]
"""The value of every figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything that the figures of one period are counted from."""

    accounts: tuple[AccountInPeriod, ...]
    """In the standing order of their units."""
    gone: tuple[GoneAccount, ...] = ()
    cases: tuple[CaseInPeriod, ...] = ()


def behind(name: FigureName, material: Material) -> tuple[str, ...]:
    """Return the accounts that a figure counts or rests on; of cases of units and areas there are none."""
    if name is FigureName.CLOSED:
        return tuple(gone.account for gone in material.gone)
    if name in _CASES:
        return tuple(dict.fromkeys(case.account for case in material.cases if case.account and _CASES[name](case)))
    longest = max((account.longest or 0 for account in material.accounts), default=0)
    if name is FigureName.LONGEST_GAP:
        return tuple(account.account for account in material.accounts if longest and account.longest == longest)
    return tuple(account.account for account in material.accounts if _ACCOUNTS[name](account))


_ACCOUNTS: Mapping[FigureName, Callable[[AccountInPeriod], bool]] = {
    FigureName.ACCOUNTS: lambda _: True,
    FigureName.CHECKED: lambda account: account.result.is_checked,
    FigureName.UNQUALIFIED: lambda account: account.result is CheckResult.FAILED,
    FigureName.EXEMPTED: lambda account: account.result is CheckResult.EXEMPTED,
    FigureName.NOT_VERIFIABLE: lambda account: account.result is CheckResult.UNVERIFIED,
    FigureName.NOT_CHECKED: lambda account: account.result is CheckResult.NOT_CHECKED,
    FigureName.PASS_RATE: lambda account: account.result.is_checked,
    FigureName.ADDED: lambda account: account.is_added,
    FigureName.EPISODES: lambda account: bool(account.episodes),
    FigureName.APP_FAULTS: lambda account: account.has_app_fault,
    FigureName.BLOCKED: lambda account: bool(account.blocked),
}
_CASES: Mapping[FigureName, Callable[[CaseInPeriod], bool]] = {
    FigureName.CASES_OPENED: lambda case: case.is_opened,
    FigureName.CASES_SETTLED: lambda case: case.closed_on is not None,
    FigureName.CASES_OPEN: lambda case: case.closed_on is None,
    FigureName.CASES_OVERDUE: lambda case: case.is_overdue,
}


def counts(material: Material) -> Counts:
    """Return the value of every figure."""
    return {name: _value(name, material) for name in FigureName}


def _value(name: FigureName, material: Material) -> Decimal | None:
    match name:
        case FigureName.PASS_RATE:
            return rate_of_results(account.result for account in material.accounts).share()
        case FigureName.EPISODES:
            episodes = episodes_in(account.episodes for account in material.accounts)
            return None if episodes is None else Decimal(episodes)
        case FigureName.LONGEST_GAP:
            longest = _known(max, [account.longest for account in material.accounts])
            return None if longest is None else Decimal(longest)
        case _ if name in _CASES:
            return Decimal(sum(_CASES[name](case) for case in material.cases))
        case _:
            return Decimal(len(behind(name, material)))


def episodes_in(found: Iterable[int | None]) -> int | None:
    """Return how many gaps accounts have had, given how many each had; None where of none anything can be said."""
    return _known(sum, list(found))


def _known(total: Callable[[Sequence[int]], int], found: Sequence[int | None]) -> int | None:
    counted = [one for one in found if one is not None]
    if counted:
        return total(counted)
    return None if found else 0


def compared(now: Counts, before: Counts) -> tuple[Figure, ...]:
    """Return the figures of a period beside those of the one before, if anything was checked in that."""
    if not before[FigureName.CHECKED]:
        before = dict.fromkeys(FigureName)
    return tuple(Figure(name=name, value=now[name], before=before[name]) for name in FigureName)


def by_platform(accounts: Sequence[AccountInPeriod]) -> tuple[FigureGroup, ...]:
    """Return the accounts by platform, in the order of platforms."""
    return tuple(
        _group(platform.label, "", some)
        for platform in Platform
        if (some := [account for account in accounts if account.platform is platform])
    )


def by_unit(accounts: Sequence[AccountInPeriod]) -> tuple[FigureGroup, ...]:
    """Return the accounts by unit, in the order in which the units come first."""
    units: dict[tuple[str, str], list[AccountInPeriod]] = {}
    for account in accounts:
        units.setdefault((account.area, account.unit), []).append(account)
    return tuple(_group(unit, area, some) for (area, unit), some in units.items())


def _group(name: str, area: str, accounts: Sequence[AccountInPeriod]) -> FigureGroup:
    rate = rate_of_results(account.result for account in accounts)
    return FigureGroup(name=name, area=area, accounts=len(accounts), rate=rate)


def blocked_by(accounts: Iterable[AccountInPeriod]) -> tuple[BlockedBy, ...]:
    """Return what kept accounts from being seen, the most frequent reason first."""
    found = list(accounts)
    counted = [BlockedBy(reason=reason, accounts=sum(reason in one.blocked for one in found)) for reason in Reason]
    return tuple(sorted((entry for entry in counted if entry.accounts), key=lambda entry: -entry.accounts))


def longest_gaps(accounts: Iterable[AccountInPeriod]) -> tuple[OpenGap, ...]:
    """Return the longest open gaps; of equal ones in the order given."""
    found = [
        OpenGap(
            account=account.account,
            name=account.name,
            platform=account.platform,
            unit=account.unit,
            area=account.area,
            since=account.open_since,
            days=account.open_days,
            is_since_opening=account.last_post is None,
        )
        for account in accounts
        if account.open_since is not None and account.open_days is not None
    ]
    return tuple(sorted(found, key=lambda gap: -gap.days)[:LONGEST])
