"""The parts that the rules about updating share: the accounts they bind, and what the newest post proves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from monitor.core.account import AccountFunction, Labelled
from monitor.core.calendar import beijing_date, days_between, start_of_day
from monitor.core.expiry import Expiry, ended
from monitor.core.finding import Finding, Known, RuleBook, State, Support
from monitor.core.observation import KnownPost, Precision, Reason, Timeline
from monitor.core.phrases import dated, for_days, silent_for

TWO_WEEKS = "UPD-01"
"""The rule that says whether a gap is too long, and whose numbers name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The time since an account's newest visible post, or since its opening if it has none."""

    start: datetime
    days: int
    support: Support
    is_first: bool
    """True if nothing has been posted since the opening."""
    is_lower_bound: bool
    """True if the newest time comes from an id: the post may be younger."""
    is_once_by_hand: bool = False
    """True if that nothing was ever posted rests on one look by hand alone."""
    over: Expiry | None = None
    """The authorization that the looks rest on and that has come to its end."""
    days_shown: int | None = None
    """How many of the days a covering look shows to have passed without a post; None without such a look."""

    def may_accuse(self, days: int) -> bool:
        """True if a gap of that many days may be held against the unit."""
        return self.days_shown is not None and self.days_shown >= days and not self.is_lower_bound

    @property
    def episode(self) -> str:
        """The gap's name: the moment it began."""
        return self.start.isoformat()


class Staleness(Labelled):
    """UPD-Z: what the ledger calls a gap that is held against a unit; never said to the unit itself.

    The plan (二(一)) speaks of “僵尸”“休眠” without numbers; those of rules.yaml come from elsewhere.
    """

    OVERDUE = "overdue", "超期"
    DORMANT = "dormant", "休眠"
    ZOMBIE = "zombie", "僵尸"


def staleness(findings: Iterable[Finding], book: RuleBook) -> Staleness | None:
    """Return what an account's open gap is called, given what the rules say; None where none is held against it."""
    for finding in findings:
        days = finding.days_held
        if finding.rule == TWO_WEEKS and finding.state is State.VIOLATED and days is not None:
            if days >= book.number(TWO_WEEKS, "zombie_from"):
                return Staleness.ZOMBIE
            return Staleness.DORMANT if days >= book.number(TWO_WEEKS, "dormant_from") else Staleness.OVERDUE
    return None


def is_shown(before: KnownPost, after: KnownPost) -> bool:
    """True if nothing can lie between two neighbouring posts, and both times are exact."""
    exact = Precision.AT_LEAST not in {before.post.precision, after.post.precision}
    return exact and after.linked_at is not None


def must_update(known: Known, book: RuleBook) -> bool:
    """True if the two-week rule asks this account for posts."""
    account = known.account
    if not account.is_judged or account.function is AccountFunction.SERVICE:
        return False
    return account.platform.publishes or account.platform in book.update_applies_to


def open_gap(known: Known, now: datetime) -> Gap | None:
    """Return the gap that is open now; None where nothing says when it began.

    An opening begins one only once a look has shown the account: never looked at is not silence.
    """
    newest, over = known.newest, ended(known.account, beijing_date(now))
    if newest is not None:
        start = newest.post.published_at
        return Gap(
            start=start,
            days=max(0, days_between(start, now)),
            support=known.support(now),
            is_first=False,
            is_lower_bound=newest.post.precision is Precision.AT_LEAST,
            days_shown=_days_shown(known, start, now),
            over=over,
        )
    opened = known.account.opened_on
    if opened is None or not known.is_seen:
        return None
    start = start_of_day(opened)
    once = known.is_once_by_hand(now)
    return Gap(
        start=start,
        days=max(0, days_between(start, now)),
        support=known.unshown if once else known.support(now),
        is_first=True,
        is_lower_bound=False,
        days_shown=None if once else _days_shown(known, start, now),
        is_once_by_hand=once,
        over=over,
    )


def _days_shown(known: Known, start: datetime, now: datetime) -> int | None:
    """Return how many days after `start` a covering look shows to the end, or to now; None without one."""
    look = known.covering(now)
    if look is None:
        return None
    until = look.shown_until - timedelta(microseconds=1) if look.is_delayed else now
    return max(0, days_between(start, until))


def draft(rule: str, known: Known, book: RuleBook, now: datetime, gap: Gap | None) -> partial[Finding]:
    """Return a rule's finding on the account and its open gap, all but the verdict and its sentence."""
    newest, look = known.newest, known.covering(now)
    ids = ([newest.observation] if newest else []) + ([look.id] if look else [])
    return partial(
        book.draft(rule, known.account),
        days=gap.days if gap else None,
        evidence=tuple(f"observation:{number}" for number in dict.fromkeys(ids)),
        support=gap.support if gap else known.support(now),
        days_shown=gap.days_shown if gap and gap.support is Support.DELAYED else None,
        last_post=newest.post.published_at if newest else None,
        episode=gap.episode if gap else "",
    )


def unbound(say: partial[Finding]) -> Finding:
    """Return the word on an account that no rule about updating binds."""
    return say(state=State.NOT_APPLICABLE, because="更新要求不涉及该账号。")


def day_text(moment: datetime, today: date) -> str:
    """Return a moment's Beijing date as officials write it: `5月1日`, with its year where it is not this one."""
    return dated(beijing_date(moment), today)


def day_of(gap: Gap) -> date:
    """Return the day on which a gap is as long as it is."""
    return beijing_date(gap.start) + timedelta(days=gap.days)


def facts(gap: Gap) -> str:
    """Return what is known of the open gap, as the beginning of a sentence."""
    begun = day_text(gap.start, day_of(gap))
    if gap.is_first:
        silence = "未发布" if gap.support is Support.LOOK else "未见发布"
        if not gap.days:
            return f"{begun}当日开设，尚{silence}"
        if gap.support is Support.DELAYED and gap.days_shown is not None:
            return f"自{begun}开设以来{silence}，{_as_shown(gap, gap.days_shown)}{for_days(gap.days_shown)}"
        return f"自{begun}开设以来{silence}，{for_days(gap.days)}"
    silent = silent_for(gap.days)
    if gap.support is Support.DELAYED and gap.days_shown:
        silent = f"{_as_shown(gap, gap.days_shown)}{silent_for(gap.days_shown)}"
    return f"最近一次更新为{begun}，{silent}"


def _as_shown(gap: Gap, days: int) -> str:
    """Return up to which day late figures show a gap, as officials begin a sentence."""
    return f"截至{day_text(gap.start + timedelta(days=days), day_of(gap))}"


def why_no_gap(known: Known) -> str:
    """Return why no days can be counted at all, as a sentence: nobody has looked, no look succeeded, or no date."""
    if known.is_seen:
        return "无发布记录，台账未填开设日期，请登记发布记录或补填开设日期。"
    gone = known.reading_gone()
    if gone is not None and isinstance(gone.seen, Timeline):
        return f"未能核查：平台显示账号{gone.seen.standing.label}，请人工核实。"
    if not known.observations:
        return "尚未核查，等待首次采集。" if known.is_polled else "尚未核查，请人工核查后登记发布记录。"
    reasons = "、".join(
        reason.label for reason in Reason if any(observation.seen is reason for observation in known.observations)
    )
    return f"未能核查（{reasons}），请人工核查后登记发布记录。"


def why_not_seen(known: Known, gap: Gap) -> str:
    """Return why more than two weeks cannot be held against the unit, as the end of a sentence."""
    if gap.is_lower_bound:
        return "平台只显示大致发布时间，不能据此判定超期"
    if gap.support is Support.DELAYED and gap.days_shown is not None:
        return f"采集到的完整内容只到{day_text(gap.start + timedelta(days=gap.days_shown), day_of(gap))}"
    if known.reading_gone() is not None:
        return "平台显示账号状态异常，请人工核查"
    if gap.over is not None and gap.support is Support.BLIND:
        ended_on = dated(gap.over.on, day_of(gap))
        return f"台账登记的{gap.over.what}已于{ended_on}到期，到期后的采集不作为未更新的依据"
    if gap.is_once_by_hand:
        return "只人工核查过一次，另一日再完整核查一次后才能判定开设以来未发布"
    if gap.support is Support.ASKED:
        return "该账号需人工核查，近7天无完整的核查记录"
    return "近24小时未采集到该账号的完整内容"
