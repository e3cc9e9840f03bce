"""The overview as values: each account's light, deadline and next step, and the day's situation in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.core.account import Account, AccountFunction
from monitor.core.calendar import WorkCalendar, beijing_date, days_between
from monitor.core.case import CHIEF, LADDER, Case, Ladder
from monitor.core.decision import USUAL_TERMS, DecisionTerms
from monitor.core.finding import Finding, State, Strength, Support
from monitor.core.light import Light, Sighted, light_of, silent_since
from monitor.core.members import member
from monitor.core.observation import MANUAL, Reason, Standing
from monitor.core.phrases import dated, with_week
from monitor.core.rules import per_01, see_01, upd_03
from monitor.core.rules.sup_02 import OfficeTerms
from monitor.store.notices import Said
from monitor.store.overview import OverviewRow

_ABSENT = {standing.value: standing for standing in Standing if not standing.is_present}
_PAUSED = "采集暂停，恢复前不作新的认定"
_NOTES = {per_01.ID: "联系人待补", upd_03.ID: "90天内曾超过20天未更新", see_01.ID: "连续3个工作日采集异常"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One account on the overview."""

    account: Account
    light: Light
    last: date | None
    """The day of the newest visible post."""
    days: int | None
    """Since then, or since the opening if a look has shown that nothing was posted."""
    deadline: date | None
    said: str
    """The last step taken and when, and whether the unit has yet to hear of it."""
    coming: str
    """The next step."""
    seen: date | None
    """The day of the last look that showed it."""
    others: str
    """The gravest trouble under other rules, and how many there are."""
    is_grave: bool
    """True if that is a violation of what is 一律, or that the platform no longer shows the account."""
    mute_until: date | None
    """Until when its unit hears nothing."""
    support: Support | None
    """The support of the finding behind the light; None before the first judgement."""
    newest_at: datetime | None = None
    """The moment of the newest visible post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewContext:
    """The values every line is seen against."""

    now: datetime
    ladder: Ladder
    calendar: WorkCalendar
    title: Callable[[str], str]
    """Gives what people call a rule, by its id."""
    terms: DecisionTerms = USUAL_TERMS
    """What the settings say of decisions."""
    office: OfficeTerms | None = None
    """How long the office has; None where nobody has said."""
    told: Mapping[Said, datetime | None] = field(default_factory=dict)
    """When a unit was told of a step, by case, kind and number; None where it has not heard of it."""

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return beijing_date(self.now)


def finding_of(row: OverviewRow, rule: str) -> Finding | None:
    """Return what a rule says of the account, if it has been judged."""
    return next((finding for finding in row.findings if finding.rule == rule), None)


def sighted(row: OverviewRow) -> Sighted:
    """Return what is known of the account beside what its rules say."""
    return Sighted(
        account=row.account,
        newest_post_at=row.newest_post_at,
        is_looked_at=row.last_look_at is not None,
        is_seen=row.last_seen_at is not None,
        is_gone=absence(row) is not None,
    )


def days_of(newest_post_at: datetime | None, opened_on: date | None, now: datetime, *, is_seen: bool) -> int | None:
    """Return the days since the newest visible post, or since the opening; None where nothing says that.

    An opening counts only for an account that a look has shown: never looked at is not silence.
    """
    start = silent_since(newest_post_at, opened_on, is_seen=is_seen)
    return None if start is None else max(0, days_between(start, now))


def line_of(row: OverviewRow, case: Case | None, moment: OverviewContext) -> AccountLine:
    """Return an account's line; `case` is its open case under the two-week rule."""
    seen = sighted(row)
    updates = finding_of(row, LADDER)
    light, start = light_of(seen, updates.state if updates else None), seen.silent_since
    is_bound = light not in {Light.NONE, Light.EXEMPT} and start is not None
    return AccountLine(
        account=row.account,
        light=light,
        last=beijing_date(row.newest_post_at) if row.newest_post_at else None,
        days=None if start is None or light is Light.NONE else max(0, days_between(start, moment.now)),
        deadline=moment.ladder.deadline(beijing_date(start)) if is_bound and start else None,
        said=_said(case, moment) if is_bound else "",
        coming=_coming(row, start, light, case, moment),
        seen=beijing_date(row.last_seen_at) if row.last_seen_at else None,
        others=_others(row, light, moment),
        is_grave=absence(row) is not None or any(map(_is_grave, row.findings)),
        mute_until=row.mute.last if row.mute else None,
        support=_support(row),
        newest_at=row.newest_post_at,
    )


def lines_of(
    rows: Iterable[OverviewRow], cases: Mapping[tuple[str, str], Case], moment: OverviewContext
) -> tuple[AccountLine, ...]:
    """Return the lines of these accounts, in their order."""
    return tuple(line_of(row, cases.get((row.account.id, LADDER)), moment) for row in rows)


def _said(case: Case | None, moment: OverviewContext) -> str:
    if case is None or not case.steps:
        return ""
    step = case.steps[-1]
    said = (case.id, step.kind, step.number)
    unheard = "（尚未送达）" if said in moment.told and moment.told[said] is None else ""
    return f"{dated(beijing_date(step.at), moment.today)}{step.kind.label}{unheard}"


def _coming(row: OverviewRow, start: datetime | None, light: Light, case: Case | None, moment: OverviewContext) -> str:
    match light:
        case Light.RED | Light.AMBER:
            return _next_rung(row, start, case, moment)
        case Light.GREEN:
            return _next_rung(row, start, case, moment) if case else ""
        case Light.GREY | Light.NEVER:
            return _why_unseen(row)
        case Light.EXEMPT:
            return ""
        case Light.NONE:
            return _why_none(row)


def _next_rung(row: OverviewRow, start: datetime | None, case: Case | None, moment: OverviewContext) -> str:
    """Return the day and name of the next step of the ladder if no update comes before."""
    if start is None:
        return ""
    begun, ladder = beijing_date(start), moment.ladder
    days = max(0, (moment.today - begun).days)
    if _support(row) is Support.HELD:
        return _PAUSED
    if row.mute is not None:
        return f"暂停提醒至{with_week(row.mute.last, moment.today)}，期间不发提醒"
    if days <= ladder.limit and _support(row) is Support.BLIND:
        return "采集异常，暂不提醒，请人工核查"
    taken = case.height if case else 0
    calendar, last = moment.calendar.of(row.account.area), case.climbed_on if case else None
    when, rung = ladder.coming(begun, taken, moment.today, calendar, last)
    step = ladder.kind_of(rung, taken)
    coming = "今天" if when == moment.today else with_week(when, moment.today)
    return f"{coming}{step.label}"


def _support(row: OverviewRow) -> Support | None:
    finding = finding_of(row, LADDER)
    return None if finding is None else finding.support


def _why_unseen(row: OverviewRow) -> str:
    """Return in a few words why nothing is known, and who does something about it."""
    finding = finding_of(row, LADDER)
    if finding is not None and finding.support is Support.HELD:
        return _PAUSED
    if not any(source.collector != MANUAL for source in row.sources):
        return "请人工核查后登记发布记录"
    if row.last_look_at is None:
        return "等待首次采集"
    if finding is not None and finding.support is Support.ASKED:
        return "请人工核查后登记发布记录"
    reason = next((label for source in row.sources if (label := _reason(source.last_outcome))), None)
    return f"{reason}，请人工核查" if reason else "请人工核查"


def _reason(outcome: str) -> str | None:
    reason = member(Reason, outcome)
    return reason.label if reason else None


def _why_none(row: OverviewRow) -> str:
    account = row.account
    if not account.status.is_judged:
        return account.status.label
    if not account.is_judged:
        return "不属于监管范围"
    kind = account.platform if account.function is AccountFunction.PUBLISHING else account.function
    return f"{kind.label}不要求更新"


def absence(row: OverviewRow) -> Standing | None:
    """Return in what standing a platform last showed the account, if it is not there as usual."""
    return next((_ABSENT[source.standing] for source in row.sources if source.standing in _ABSENT), None)


def _others(row: OverviewRow, light: Light, moment: OverviewContext) -> str:
    """Return the gravest trouble that the light does not tell, and how many there are."""
    gone = absence(row)
    said = [f"平台显示{gone.label}，待核实"] if gone else []
    said += [_note(finding, moment) for finding in by_gravity(row.findings) if _is_other(finding, light)]
    return f"{said[0]}等{len(said)}项" if len(said) > 1 else "".join(said)


def _is_other(finding: Finding, light: Light) -> bool:
    is_told_by_light = finding.rule == LADDER or (finding.rule == upd_03.ID and light is Light.RED)
    return finding.state.is_trouble and not is_told_by_light


def _note(finding: Finding, moment: OverviewContext) -> str:
    title = moment.title(finding.rule)
    return _NOTES.get(finding.rule) or (f"{title}：{finding.label}" if finding.state.is_doubt else title)


def _is_grave(finding: Finding) -> bool:
    return finding.rule != LADDER and finding.state is State.VIOLATED and finding.strength is Strength.MANDATORY


def by_gravity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings, the gravest first: by state, of one state what is 一律 first, then the chief rules."""

    def place(finding: Finding) -> tuple[int, int, bool, str]:
        strengths = list(Strength)
        return _GRAVITY.index(finding.state), strengths.index(finding.strength), finding.rule not in CHIEF, finding.rule

    return tuple(sorted(findings, key=place))


_GRAVITY = (
    State.VIOLATED,
    State.SUSPECTED,
    State.NEEDS_REVIEW,
    State.WARNING,
    State.UNKNOWN,
    State.EXEMPTED,
    State.OK,
    State.NOT_APPLICABLE,
)
