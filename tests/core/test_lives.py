"""An account is decided on, marked, closed, opened again and seen in any order: what holds of it at all times."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monitor.core.account import AccountStatus, Platform
from monitor.core.calendar import EVER, ONE_DAY, start_of_day
from monitor.core.decision import Decision, Ruling
from monitor.core.deregistration import Progress, Stage, freeze_days, progress
from monitor.core.finding import Finding, Known, State
from monitor.core.observation import Observation, Standing
from monitor.core.record import Record, RecordKind
from monitor.core.register import Version
from monitor.core.rules import drg_01, reo_01
from monitor.core.subject import Subject
from tests.core.area import book, record
from tests.core.build import account, observation
from tests.often import often

RULES = book("2026-05-20")
STEPS = ("决定", "备案", "存档", "公告")
RULINGS = (Ruling.DEREGISTERED, Ruling.CONSOLIDATED, Ruling.RETAINED, Ruling.REVOKED, Ruling.EXEMPTED)
RUNNING = (AccountStatus.ACTIVE, AccountStatus.PAUSED, AccountStatus.FILING)


class Lives(RuleBasedStateMachine):
    """One account, day by day; at the end of each step it is judged as of the end of that day."""

    @initialize(platform=st.sampled_from([Platform.WEIXIN_SUBSCRIPTION, Platform.WEIBO]))
    def begin(self, platform: Platform) -> None:
        """Let it be open and known to nobody's end."""
        self.today = date(2026, 1, 5)
        self.about = account(platform=platform, followers=900)
        self.versions = [Version(since=EVER, account=self.about)]
        self.records: list[Record] = []
        self.decisions: list[Decision] = []
        self.look: Observation | None = None
        self.again: date | None = None
        self.frozen: tuple[date, date] | None = None  # the last application, and until when it froze when made

    def mark(self, text: str) -> None:
        """Record a step of today."""
        one = record(RecordKind.DEREGISTRATION, "A01", self.today.isoformat(), text)
        self.records.append(replace(one, id=len(self.records) + 1))

    def turn(self, **changes: object) -> None:
        """Have the roster say something else from tomorrow's first moment on."""
        self.today += ONE_DAY
        self.about = replace(self.about, **changes)  # type: ignore[arg-type]  # checked by the tests that use it
        self.versions.append(Version(since=start_of_day(self.today), account=self.about))

    @rule(days=st.one_of(st.integers(0, 10), st.integers(0, 90)))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(text=st.sampled_from(STEPS))
    def step(self, text: str) -> None:
        self.mark(text)

    @rule()
    def apply(self) -> None:
        self.today += ONE_DAY
        self.mark("申请")
        days = freeze_days(self.about.followers, RULES)
        self.frozen = (self.today, self.today + timedelta(days=days)) if days is not None else None

    @rule(days=st.integers(0, 75))
    def confirm(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.mark("确认")

    @rule()
    def call_off(self) -> None:
        self.mark("终止")
        self.today += ONE_DAY
        self.frozen = None

    @rule(ruling=st.sampled_from(RULINGS), of=st.sampled_from(["TWN-01", "UPD-03"]), is_from_file=st.booleans())
    def decide(self, ruling: Ruling, of: str, *, is_from_file: bool) -> None:
        at = start_of_day(self.today) + (timedelta() if is_from_file else timedelta(hours=9))
        episode = "" if is_from_file else of
        self.decisions.append(
            Decision(subject=Subject.of_account("A01"), rule=of, episode=episode, ruling=ruling, by="县府办", at=at)
        )
        self.decisions.sort(key=lambda decision: decision.at)

    @rule(followers=st.one_of(st.none(), st.integers(0, 200_000)))
    def count(self, followers: int | None) -> None:
        self.turn(followers=followers)

    @rule(has_day=st.booleans())
    def close(self, *, has_day: bool) -> None:
        self.turn(status=AccountStatus.CLOSED)
        self.about = replace(self.about, closed_on=self.today if has_day else None)
        self.versions[-1] = replace(self.versions[-1], account=self.about)

    @precondition(lambda self: self.about.status is not AccountStatus.CLOSED)
    @rule()
    def be_closing(self) -> None:
        self.turn(status=AccountStatus.DEREGISTERING)

    @rule(status=st.sampled_from(RUNNING))
    def go_on(self, status: AccountStatus) -> None:
        was_closed = self.about.status is AccountStatus.CLOSED
        self.turn(status=status)
        if was_closed:
            self.again, self.frozen = self.today, None

    @rule(standing=st.sampled_from([Standing.CANCELLED, Standing.NOT_FOUND, Standing.ACTIVE]), days=st.integers(0, 40))
    def see(self, standing: Standing, days: int) -> None:
        first = start_of_day(self.today)
        self.today += timedelta(days=days)
        self.look = replace(observation(first, standing=standing), last_confirmed=start_of_day(self.today))

    @property
    def known(self) -> Known:
        """What is known of it by now."""
        return Known(
            account=self.about,
            posts=(),
            observations=(self.look,) if self.look else (),
            is_polled=True,
            decisions=tuple(self.decisions),
            records=tuple(self.records),
            versions=tuple(self.versions),
        )

    def judged(self, known: Known) -> tuple[Finding, Progress | None]:
        """Return what DRG-01 says at the end of the day, and of what."""
        now = start_of_day(self.today + ONE_DAY) - timedelta(seconds=1)
        return drg_01.judge(known, RULES, now), progress(known, RULES, now)

    @invariant()
    def nothing_from_before_it_was_opened_again_counts(self) -> None:
        if self.again is None:
            return
        finding, reached = self.judged(self.known)
        stripped = replace(
            self.known,
            records=tuple(record for record in self.records if record.on >= self.again),
            decisions=tuple(decision for decision in self.decisions if decision.at >= start_of_day(self.again)),
            versions=tuple(version for version in self.versions if version.since >= start_of_day(self.again)),
        )
        assert self.judged(stripped) == (finding, reached)
        assert all(
            on >= self.again for stage, on in (reached.days.items() if reached else ()) if stage is not Stage.GONE
        )
        if not stripped.records and not stripped.decisions and self.about.status in RUNNING:
            assert finding.state is State.NOT_APPLICABLE

    @invariant()
    def a_void_application_is_never_called_late(self) -> None:
        finding, reached = self.judged(self.known)
        if reached and reached.void:
            assert "逾期" not in finding.because
            assert reached.next is Stage.APPLIED
            assert reached.days.keys().isdisjoint({Stage.APPLIED, Stage.FROZEN, Stage.CONFIRMED, Stage.GONE})

    @invariant()
    def nothing_is_late_on_a_day_off_after_its_last_day(self) -> None:
        finding, reached = self.judged(self.known)
        if reached and reached.due and "已逾期" in finding.because:
            worked = RULES.calendar.workdays_between(reached.due, self.today)
            assert worked > 0

    @invariant()
    def only_a_confirmation_in_its_window_leads_on(self) -> None:
        _, reached = self.judged(self.known)
        if reached is None or self.about.platform is Platform.WEIBO:
            return
        if Stage.CONFIRMED not in reached.days:
            assert Stage.GONE not in reached.days
            return
        applied, until = reached.days.get(Stage.APPLIED), reached.frozen_until
        if applied is not None and until is not None:
            assert until <= reached.days[Stage.CONFIRMED] <= until + timedelta(days=7)

    @invariant()
    def a_freeze_that_runs_is_as_long_as_when_it_began(self) -> None:
        _, reached = self.judged(self.known)
        if self.frozen and reached and reached.frozen_until:
            assert (reached.days[Stage.APPLIED], reached.frozen_until) == self.frozen

    @invariant()
    def the_day_of_a_closing_is_that_of_the_roster_or_asked_for(self) -> None:
        if self.about.status is not AccountStatus.CLOSED:
            return
        _, reached = self.judged(self.known)
        assert reached is None or reached.days.get(Stage.CLOSED) == self.about.closed_on
        asked = reo_01.judge(self.known, RULES, start_of_day(self.today))
        assert (asked.state is State.NEEDS_REVIEW) is (self.about.closed_on is None)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=often(60), stateful_step_count=20)
