"""The overview as values: each account's light, deadline and next step, and the day's situation in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.account import Account, AccountFunction, Labelled
from monitor.core.calendar import WorkCalendar, beijing_date, days_between, start_of_day
from monitor.core.case import LADDER, Case, Ladder
from monitor.core.finding import Finding, State, Support
from monitor.core.observation import Reason, Standing
from monitor.core.wording import day, day_with_week
from monitor.store.sights import Row
from monitor.web.words import ago


class Light(Labelled):
    """How an account stands, in the order of urgency; the value is the query parameter and the style's name."""

    RED = "red", "超期"
    AMBER = "amber", "临近超期"
    GREY = "grey", "未能核查"
    GREEN = "green", "正常"
    NONE = "none", "不适用"

    @property
    def symbol(self) -> str:
        """The sign that stands beside the word, for those who do not see the colour."""
        return _SYMBOLS[self]

    @property
    def place(self) -> int:
        """Its place in the order of urgency."""
        return _PLACES[self]


_SYMBOLS = {Light.RED: "■", Light.AMBER: "▲", Light.GREY: "？", Light.GREEN: "●", Light.NONE: "－"}
_PAUSED = "采集暂停，恢复前不作新的认定"
_PLACES = {light: place for place, light in enumerate(Light)}
_NOTES = {"PER-01": "联系人待补", "UPD-03": "近期曾超20天未更新", "SEE-01": "连续多日看不到，请核实"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One account on the overview."""

    account: Account
    light: Light
    last: date | None
    """The day of the newest visible post."""
    days: int | None
    """Since then, or since the opening if nothing has been posted."""
    deadline: date | None
    said: str
    """The last step taken, and when."""
    coming: str
    """What happens next."""
    notes: tuple[str, ...]
    """What other rules say."""
    support: Support | None
    """What stands behind the light; None before the first judgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What every line is seen against."""

    now: datetime
    ladder: Ladder
    calendar: WorkCalendar
    title: Callable[[str], str]
    """Gives what people call a rule, by its id."""

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return beijing_date(self.now)


def finding_of(row: Row, rule: str) -> Finding | None:
    """Return what a rule says of the account, if it has been judged."""
    return next((finding for finding in row.findings if finding.rule == rule), None)


def light_of(row: Row) -> Light:
    """Return the light: what the two-week rule says; not yet judged is not yet checked."""
    finding = finding_of(row, LADDER)
    if finding is None:
        return Light.GREY if row.account.is_judged else Light.NONE
    match finding.state:
        case State.OK:
            return Light.GREEN
        case State.WARNING | State.SUSPECTED | State.NEEDS_REVIEW:
            return Light.AMBER
        case State.VIOLATED:
            return Light.RED
        case State.UNKNOWN:
            return Light.GREY
        case State.NOT_APPLICABLE | State.EXEMPTED:
            return Light.NONE


def days_of(newest_post_at: datetime | None, opened_on: date | None, now: datetime) -> int | None:
    """Return the days since the newest visible post, or since the opening; None where neither is known."""
    start = _start(newest_post_at, opened_on)
    return None if start is None else max(0, days_between(start, now))


def line_of(row: Row, case: Case | None, moment: Moment) -> Line:
    """Return an account's line; `case` is its open case under the two-week rule."""
    light = light_of(row)
    start = _start(row.newest_post_at, row.account.opened_on)
    bound = light is not Light.NONE and start is not None
    return Line(
        account=row.account,
        light=light,
        last=beijing_date(row.newest_post_at) if row.newest_post_at else None,
        days=days_of(row.newest_post_at, row.account.opened_on, moment.now),
        deadline=moment.ladder.deadline(beijing_date(start)) if bound and start else None,
        said=_said(case) if bound else "",
        coming=_coming(row, light, case, moment),
        notes=tuple(_notes(row, light, moment)),
        support=_support(row),
    )


def lines_of(rows: Iterable[Row], cases: Mapping[tuple[str, str], Case], moment: Moment) -> tuple[Line, ...]:
    """Return the lines: main accounts first, then the most urgent, then by unit."""
    lines = (line_of(row, cases.get((row.account.id, LADDER)), moment) for row in rows)
    return tuple(sorted(lines, key=_order))


def counts(lines: Iterable[Line]) -> dict[Light, int]:
    """Return how many accounts have each light, zeros included, in the order of reading."""
    counted = Counter(line.light for line in lines)
    return {light: counted[light] for light in (Light.GREEN, Light.AMBER, Light.RED, Light.GREY, Light.NONE)}


def situation(lines: Iterable[Line], last_look: datetime | None, now: datetime) -> str:
    """Return today's situation in one sentence."""
    counted = counts(lines)
    parts = [f"{light.label}{count}" for light, count in counted.items() if count or light is not Light.NONE]
    looked = f"最近一次核查 {ago(last_look, now)}" if last_look else "尚未开始核查"
    return f"{sum(counted.values())}个账号：{'、'.join(parts)}；{looked}"


def _start(newest_post_at: datetime | None, opened_on: date | None) -> datetime | None:
    if newest_post_at is not None:
        return newest_post_at
    return start_of_day(opened_on) if opened_on else None


def _order(line: Line) -> tuple[bool, int, int, str, str]:
    return (not line.account.is_main, line.light.place, -(line.days or 0), line.account.unit, line.account.id)


def _said(case: Case | None) -> str:
    if case is None or not case.steps:
        return ""
    step = case.steps[-1]
    return f"{day(beijing_date(step.at))}{step.kind.label}"


def _coming(row: Row, light: Light, case: Case | None, moment: Moment) -> str:
    match light:
        case Light.RED | Light.AMBER:
            return _next_rung(row, case, moment)
        case Light.GREEN:
            return _next_rung(row, case, moment) if case else ""
        case Light.GREY:
            return _why_unseen(row)
        case Light.NONE:
            return _why_none(row)


def _next_rung(row: Row, case: Case | None, moment: Moment) -> str:
    """Return the day and name of the next step of the ladder if no update comes before."""
    start = _start(row.newest_post_at, row.account.opened_on)
    if start is None:
        return ""
    begun, ladder = beijing_date(start), moment.ladder
    days = max(0, (moment.today - begun).days)
    if _support(row) is Support.HELD:
        return _PAUSED
    if days <= ladder.limit and _support(row) is Support.BLIND:
        return "看不到完整列表，暂不提醒；请操作员核实"
    taken = case.height if case else 0
    when, rung = ladder.coming(begun, taken, moment.today, moment.calendar.of(row.account.area))
    step = ladder.kind_of(rung, taken)
    return f"{'今天' if when == moment.today else day_with_week(when)}{step.label}"


def _support(row: Row) -> Support | None:
    finding = finding_of(row, LADDER)
    return None if finding is None else finding.support


def _why_unseen(row: Row) -> str:
    """Return in a few words why nothing is known, and who does something about it."""
    finding = finding_of(row, LADDER)
    if finding is None and not any(source.last_look_at for source in row.sources):
        return "等待首次核查" if row.sources else "请操作员登记发布记录"
    if finding is not None and finding.support is Support.HELD:
        return _PAUSED
    if finding is not None and finding.support is Support.ASKED:
        return "靠链接或人工核查，请操作员登记发布记录"
    reason = next((label for source in row.sources if (label := _reason(source.last_outcome))), None)
    return f"{reason}，请操作员核实" if reason else "请操作员核实"


def _reason(outcome: str) -> str | None:
    return next((reason.label for reason in Reason if reason.value == outcome), None)


def _why_none(row: Row) -> str:
    account = row.account
    if not account.status.is_judged:
        return account.status.label
    finding = finding_of(row, LADDER)
    if finding is not None and finding.state is State.EXEMPTED:
        return State.EXEMPTED.label
    if not account.is_judged:
        return "不在实施方案范围内"
    kind = account.platform if account.function is AccountFunction.PUBLISHING else account.function
    return f"{kind.label}不要求更新"


def absence(row: Row) -> Standing | None:
    """Return in what standing a platform last showed the account, if it is not there as usual."""
    shown = (standing for source in row.sources for standing in Standing if standing.value == source.standing)
    return next((standing for standing in shown if not standing.is_present), None)


def _notes(row: Row, light: Light, moment: Moment) -> Iterable[str]:
    if row.mute is not None:
        yield f"提醒暂停至{day(row.mute.last)}"
    gone = absence(row)
    if gone is not None:
        yield f"平台显示{gone.label}，待核实"
    for finding in row.findings:
        trouble = finding.state in {State.WARNING, State.VIOLATED, State.SUSPECTED, State.NEEDS_REVIEW}
        told_by_light = finding.rule == LADDER or (finding.rule == "UPD-03" and light is Light.RED)
        if trouble and not told_by_light:
            yield _NOTES.get(finding.rule, f"{moment.title(finding.rule)}：{finding.state.label}")
