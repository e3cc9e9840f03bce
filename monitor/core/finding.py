"""The judgement of a rule on an account at one moment, with everything needed to defend it later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cached_property, partial

from monitor.core.account import Account, Labelled, Platform, Scope
from monitor.core.calendar import EVER, ONE_DAY, WorkCalendar, beijing_date, start_of_day
from monitor.core.decision import ENDING, SPARING, USUAL_TERMS, Decision, DecisionTerms, Ruling, in_force, of_this_life
from monitor.core.download import Download, Probe
from monitor.core.expiry import ended
from monitor.core.needs import NOTHING, Needs
from monitor.core.observation import JUST_READ, Covers, KnownPost, Observation, Reason, Timeline
from monitor.core.outage import Outage
from monitor.core.phrases import dated
from monitor.core.record import Record, RecordKind
from monitor.core.register import Register, Version, opened_again, pending_since
from monitor.core.schedule import end_of_morning
from monitor.core.subject import Subject, SubjectKind
from monitor.core.successor import Successor
from monitor.core.work_order import WorkOrder


class State(Labelled):
    """How an account stands towards a rule."""

    OK = "ok", "未发现问题"
    WARNING = "warning", "需关注"
    VIOLATED = "violated", "存在问题"
    SUSPECTED = "suspected", "疑似"
    NEEDS_REVIEW = "needs_review", "待研判"
    UNKNOWN = "unknown", "未能核查"
    NOT_APPLICABLE = "not_applicable", "不涉及"
    EXEMPTED = "exempted", "已豁免"

    @property
    def is_held_against(self) -> bool:
        """True if it is held against somebody, or warned of."""
        return self in {State.WARNING, State.VIOLATED}

    @property
    def is_doubt(self) -> bool:
        """True if a person has to find out or to judge."""
        return self in {State.SUSPECTED, State.NEEDS_REVIEW}

    @property
    def is_trouble(self) -> bool:
        """True if somebody can decide about it."""
        return self.is_held_against or self.is_doubt

    @property
    def is_settled(self) -> bool:
        """True if it asks nothing of anybody."""
        return self in {State.OK, State.NOT_APPLICABLE}

    @property
    def is_out_of_reach(self) -> bool:
        """True if no look can change it."""
        return self in {State.NOT_APPLICABLE, State.EXEMPTED}


class Strength(Labelled):
    """How binding the clause is: 一律 and 不得, 原则上, or a hint."""

    MANDATORY = "mandatory", "一律"
    IN_PRINCIPLE = "in_principle", "原则上"
    ADVISORY = "advisory", "参考"

    def admits(self, ruling: Ruling) -> bool:
        """True if a decision can be made about such a clause: from what is 一律 or 不得 nobody is spared."""
        return self is not Strength.MANDATORY or ruling not in SPARING


class Urgency(Labelled):
    """The accounts of whose troubles the duty officer hears at once, at night and on days off too."""

    EVERY = "every", "所有账号"
    MAIN = "main", "主账号"


class Proposal(Labelled):
    """The measure that the finding proposes; people decide."""

    DEREGISTER = "deregister", "注销"
    CONSOLIDATE = "consolidate", "清理整合"
    CANCEL = "cancel", "取消"
    RECTIFY = "rectify", "整改"
    WARN = "warn", "预警"
    DEDUCT = "deduct", "扣分"
    REVIEW = "review", "研判"
    FILE = "file", "补备案"


class Basis(Enum):
    """The origin of the evidence."""

    OWN = "own"
    BULLETIN = "bulletin"
    HAND = "hand"
    IMPORT = "import"
    REGISTRY = "registry"


class Support(Enum):
    """The support of a statement about updates beyond the known posts themselves."""

    LOOK = "look"
    """A covering look, fresh enough, that saw nothing newer."""
    DELAYED = "delayed"
    """A covering look that shows everything up to the end of an earlier day: of today the unit can only be asked."""
    BLIND = "blind"
    """The account is polled, but no such look was to be had: the operator's concern."""
    ASKED = "asked"
    """Nobody polls it, and no list by hand is fresh: the unit can only be asked."""
    HELD = "held"
    """The platform is suspended or the monitor offline: nothing is opened, closed or said until that is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule's word on one account, unit or area."""

    rule: str
    account: str | None = None
    unit: str | None = None
    area: str | None = None
    state: State
    since: date | None = None
    days: int | None = None
    strength: Strength
    proposals: tuple[Proposal, ...] = ()
    basis: Basis = Basis.OWN
    clause: str
    because: str
    evidence: tuple[str, ...] = ()
    support: Support = Support.LOOK
    days_shown: int | None = None
    """How many of the days figures that come late show to have passed; None where nothing comes late."""
    last_post: datetime | None = None
    """The newest visible post's time, where the rule is about updates."""
    episode: str = ""
    """The mark that tells one trouble from the next of the same rule: for updates, the moment the gap began."""
    begun_at: datetime | None = None
    """The moment from which a trouble has lasted that has no name of its own beside its rule's; EVER where nothing
    that is known is older. None where `episode` alone tells."""
    opens: date | None = None
    """The first day on which that can be done, where it is not at once."""
    due: date | None = None
    """The last day for what the operator has to do, where the rule names one; every list shows it."""
    calls: tuple[date, ...] = ()
    """The days on which a task is named once more; one for which nobody has been told since has not gone by."""
    is_the_unit_s: bool = False
    """True if the operator's task is one that only the unit can do: its liaison is told as well."""
    is_the_leader_s: bool = False
    """True if the unit's leader is told as well: its last day has come."""
    decided: Ruling | None = None
    """What people decided that answers it: of a spared or dismissed one by what, of one that stands what its account
    comes to; None where nothing was decided, or not all that it asks."""
    is_scope_open: bool = False
    """True if it would be a warning or a violation, were it known that the account or the unit is in scope."""

    @property
    def subject(self) -> Subject:
        """Whom it is about; an account's unit and area it names besides."""
        return Subject.named(self.account, self.unit, self.area)

    @property
    def days_held(self) -> int | None:
        """How many days without an update may be said to have passed: of the last ones late figures know nothing."""
        return self.days if self.days_shown is None else self.days_shown

    @property
    def is_of_an_open_gap(self) -> bool:
        """True if it is about a gap that goes on, and so holds that nothing newer was to be seen."""
        return self.days is not None and (self.last_post is None or self.episode == self.last_post.isoformat())

    @property
    def is_decided_by_people(self) -> bool:
        """True if people decide about it; what is the office's own work is done, and no matter of opinion."""
        is_own = self.state is State.NEEDS_REVIEW and (self.rule in _OFFICES_OWN or self._is_about_the_roster)
        return not is_own or self.is_scope_open

    @property
    def is_answered(self) -> bool:
        """True if it stands, and its account's end, which answers what it asks, is decided: nobody need be asked."""
        return self.decided in ENDING

    @property
    def label(self) -> str:
        """The name of its state: the office's own task is 待办理 and no matter of a joint review.

        Not known because nobody has ever looked is 尚未核查, and no failure: the sentence then begins with 尚未.
        """
        if not self.is_decided_by_people:
            return "待办理"
        if self.state is State.UNKNOWN and self.because.startswith(NOT_YET):
            return "尚未核查"
        return self.state.label

    @property
    def _is_about_the_roster(self) -> bool:
        """True if it is that the roster lacks the day of a closing, which the office fills in."""
        return self.rule == REOPENING and not self.proposals


NOT_YET = "尚未"
"""How the sentence of what nobody has looked at, or entered, begins."""
DEREGISTRATION, SIGHT, INTERACTION, REOPENING, ORDERS = "DRG-01", "SEE-01", "FUN-01", "REO-01", "SUP-03"
"""The ids of the rules that a finding itself knows; their modules call them `ID`, as those of all other rules."""
_OFFICES_OWN = frozenset({DEREGISTRATION, SIGHT, INTERACTION, ORDERS})
"""The rules whose NEEDS_REVIEW is the office's own work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """The rules in force on one day, from config/rules.yaml: per rule id, by name; and which days are worked.

    A missing number is a fault of the configuration that the settings refuse before any rule runs.
    """

    numbers: Mapping[str, Mapping[str, int]]
    clauses: Mapping[str, str]
    strengths: Mapping[str, Strength]
    dates: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    switches: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Which variants of a rule are on; the others are off."""
    update_applies_to: frozenset[Platform] = frozenset()
    """Platforms that must update although their kind does not by default."""
    urgent: Mapping[str, Urgency] = field(default_factory=dict)
    """The rules of which something cannot wait for the morning."""
    begun: Mapping[str, date] = field(default_factory=dict)
    """The first day on which each rule was in force."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The name of each rule."""
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    terms: DecisionTerms = USUAL_TERMS
    """What the settings say of decisions."""

    def draft(self, rule: str, account: Account) -> partial[Finding]:
        """Return a rule's finding on an account, all but the verdict and its sentence: the rule fills in those."""
        return partial(
            Finding,
            rule=rule,
            account=account.id,
            unit=account.unit,
            area=account.area,
            strength=self.strengths[rule],
            clause=self.clauses[rule],
        )

    def title(self, rule: str) -> str:
        """Return what people call a rule; one that has no name is called by its id."""
        return self.titles.get(rule, rule)

    def number(self, rule: str, name: str) -> int:
        """Return one threshold of a rule."""
        return self.numbers[rule][name]

    def date(self, rule: str, name: str) -> date:
        """Return one day that a rule names."""
        return self.dates[rule][name]

    def is_on(self, rule: str, name: str) -> bool:
        """True if a variant of a rule is on."""
        return name in self.switches.get(rule, ())

    def listed(self, rule: str, name: str) -> tuple[str, ...]:
        """Return one list of words that a rule goes by, in the file's order."""
        return self.words[rule][name]


SURE_FROM = 2
"""On how many days people must have found nothing at all before it is held that nothing was ever published."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that is known of one account at one moment: what the rules of an account judge."""

    account: Account
    posts: tuple[KnownPost, ...]
    """The posts seen, oldest first, withdrawn ones included."""
    observations: tuple[Observation, ...]
    """For each source, what it last showed: its newest timeline, and its newest reason if newer still."""
    is_polled: bool
    """True if the monitor itself looks at any source that can show what is newest."""
    probes: tuple[Probe, ...] = ()
    """Of each link of an app the last days' looks, and the first that failed since it last worked; oldest first."""
    decisions: tuple[Decision, ...] = ()
    """The decisions about the account's cases, oldest first."""
    unseen_since: datetime | None = None
    """Since when no look has shown a polled account whole: the last that did, else the first look at all.

    None while there is a covering look, and before the first look."""
    doubt: Outage | None = None
    """The outage that hides the account; posts and looks learnt since it cannot be trusted are then left out."""
    orders: tuple[WorkOrder, ...] = ()
    """The work orders of the provincial platform that name the account, the first to be due first."""
    records: tuple[Record, ...] = ()
    """The records of the account's changes (备案变更) and its end (注销进度、内容迁移), oldest first."""
    refusing: Mapping[str, datetime] = field(default_factory=dict)
    """Since when which mail addresses and DingTalk ids of contacts take no messages, though their channel works."""
    versions: tuple[Version, ...] = ()
    """The roster's versions of the account, oldest first; the first since ever."""
    reopened_at: datetime | None = None
    """When it first published again after its closing, as far as that is still to be seen; None where it did not."""

    successors: tuple[Successor, ...] = ()
    """Of a closed account, those that may be it come back, and have published since; by id."""

    hand_days: frozenset[date] = frozenset()
    """On which days people looked an account up that has not been seen to post anything, whole and by hand."""

    @cached_property
    def standing_decisions(self) -> tuple[Decision, ...]:
        """The decisions that nobody has revoked, oldest first; without ends that were carried out."""
        return of_this_life(in_force(self.decisions), self.opened_again)

    @cached_property
    def opened_again(self) -> datetime | None:
        """Since when the account, having been closed (已注销), has gone on again; None if it never was."""
        return opened_again(self.versions)

    def records_of(self, kind: RecordKind) -> tuple[Record, ...]:
        """Return the records of one of these kinds, oldest first."""
        return tuple(record for record in self.records if record.kind is kind)

    @cached_property
    def newest(self) -> KnownPost | None:
        """The newest post that is still to be seen."""
        visible = (known for known in self.posts if known.withdrawn_at is None)
        return max(visible, key=lambda known: (known.post.published_at, known.observation), default=None)

    @cached_property
    def is_seen(self) -> bool:
        """True if any look, the monitor's or a person's, has ever shown the account with what it has published."""
        return any(
            isinstance(observation.seen, Timeline) and observation.seen.standing.is_present
            for observation in self.observations
        )

    def covering(self, now: datetime) -> Observation | None:
        """Return the freshest look that can show there is nothing newer; None if none is fresh."""
        if now not in self._covering:
            fresh = [
                observation for observation in self._whole if now - observation.shown_until <= observation.freshness
            ]
            self._covering[now] = max(fresh, key=lambda observation: observation.shown_until, default=None)
        return self._covering[now]

    @cached_property
    def _covering(self) -> dict[datetime, Observation | None]:
        """The looks at the moments that were asked about: every rule asks about the same one."""
        return {}

    @cached_property
    def _whole(self) -> tuple[Observation, ...]:
        """The looks that can show that there is nothing newer, fresh or not."""
        return tuple(
            observation
            for observation in self.observations
            if isinstance(observation.seen, Timeline)
            and observation.seen.covers is Covers.ALL
            and observation.seen.standing.is_present
            and not (observation.is_polled and ended(self.account, beijing_date(observation.last_confirmed)))
        )

    def support(self, now: datetime) -> Support:
        """Return what stands behind saying that there is nothing newer."""
        if look := self.covering(now):
            return Support.DELAYED if look.is_delayed else Support.LOOK
        return self.unshown

    @property
    def unshown(self) -> Support:
        """The evidence in use while there is no look."""
        return Support.BLIND if self.is_polled else Support.ASKED

    def is_once_by_hand(self, now: datetime) -> bool:
        """True if all that shows an account without a single post is one look by hand.

        A slip in it would accuse of silence since the opening: a second one on another day, or a source that is
        polled, has to say the same.
        """
        fresh = [
            observation for observation in self._whole if now - observation.last_confirmed <= observation.freshness
        ]
        return (
            bool(fresh) and not any(observation.is_polled for observation in fresh) and len(self.hand_days) < SURE_FROM
        )

    def support_ends(self, now: datetime) -> datetime | None:
        """Return the moment from which the freshest covering look no longer counts."""
        look = self.covering(now)
        return look.shown_until + look.freshness + timedelta(microseconds=1) if look else None

    def is_just_read(self, now: datetime) -> bool:
        """True if the look that shows that there is nothing newer was made just now, and read the page itself.

        One by hand always did; without any such look there is nothing that could be read again.
        """
        look = self.covering(now)
        return look is None or not look.is_polled or now - look.shown_at <= JUST_READ

    def gives_up_reading_at(self, now: datetime) -> datetime | None:
        """Return until when a reminder waits for a reading that fails; None while none has failed.

        An hour after it began to fail, and not before the morning's messages: a unit whose page fails for days would
        hear nothing at all before its last day, although its page was read within a day.
        """
        look = self.covering(now)
        failing = [
            observation.first_seen
            for observation in self.observations
            if look
            and observation.source == look.source
            and isinstance(observation.seen, Reason)
            and observation.last_confirmed > look.shown_at
        ]
        return max(min(failing) + JUST_READ, end_of_morning(beijing_date(now))) if failing else None

    def reading_gone(self) -> Observation | None:
        """Return the newest timeline in which the platform no longer shows the account, or None."""
        absent = (
            observation
            for observation in self.observations
            if isinstance(observation.seen, Timeline) and not observation.seen.standing.is_present
        )
        return max(absent, key=lambda observation: observation.last_confirmed, default=None)


def judge_again_at(known: Known, now: datetime) -> datetime:
    """Return the next moment at which time alone can change what the rules say of the account.

    Days turn at midnight in Beijing, and a covering look grows stale. Closed accounts come a second after all others,
    and so together: the whole roster is searched for what may be one of them come back.
    """
    midnight = start_of_day(beijing_date(now) + ONE_DAY)
    if not known.account.status.is_judged:
        return midnight + timedelta(seconds=1)
    links = (observation for observation in known.observations if isinstance(observation.seen, Download))
    ends = [observation.last_confirmed + observation.freshness + timedelta(microseconds=1) for observation in links]
    stale = known.support_ends(now)
    return min([midnight, *(end for end in ends if end > now), *([stale] if stale else [])])


class Pacing(Enum):
    """How a rule's case goes on: by the days since the update, by working time, or by what people find out."""

    LADDER = "ladder"
    TASK = "task"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One obligation, as a function of what is known; each lives in a module of its own."""

    id: str
    title: str
    """Its short Chinese name."""
    pacing: Pacing
    judge: Callable[[Known, RuleBook, datetime], Finding]
    """Pure; gives a finding for every account, NOT_APPLICABLE included."""
    says: Mapping[State, str]
    """When it says what, in Chinese: every state that it gives of itself."""
    needs: Needs = NOTHING
    """The values that config/rules.yaml must give it."""
    waits_for_scope: bool = True
    """As that of `AreaRule`: the rules about updates, downloads and contacts judge every account meanwhile."""
    rests_on_looks: bool = False
    """True if it holds against an account that nothing newer was seen: the page is read once more before each step."""
    asks_whether_it_stays: bool = False
    """True if it asks if an account stays, or how many may: the question that 保留 answers, and no duty."""


_SEEN = frozenset({Basis.OWN, Basis.HAND})
"""The kinds of evidence that rest on looks, ours or a person's."""


def word_of(rule: Rule, known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return what the rule says; of an account whose scope is pending, what it puts to the office."""
    said = _seen_word_of(rule, known, book, now)
    waits = rule.waits_for_scope and known.account.scope is Scope.PENDING and said.state.is_held_against
    return put_to_the_office(said, pending_since(known.versions)) if waits else said


def put_to_the_office(finding: Finding, pending: datetime) -> Finding:
    """Return what would be held against somebody, of whom nobody has said since a moment whether they are in scope."""
    because = f"{finding.because.removesuffix('。')}；单位层级未填写，是否属于监管范围待确定。"
    since, begun = finding.since, finding.begun_at
    if pending > EVER:
        since = max(since, beijing_date(pending)) if since else since
        begun = max(begun, pending) if begun else begun
    return replace(
        finding,
        state=State.NEEDS_REVIEW,
        since=since,
        begun_at=begun,
        proposals=(Proposal.REVIEW,),
        because=because,
        is_scope_open=True,
    )


def _seen_word_of(rule: Rule, known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return what the rule says; while we cannot see, what it said when we last could.

    Time alone may then make it unknown, and nothing else: no verdict moves because of our own blindness.
    """
    today = rule.judge(known, book, now)
    doubt = known.doubt
    if doubt is None or today.basis not in _SEEN or today.state.is_out_of_reach:
        return today
    then = rule.judge(known, book, doubt.trusted_until)
    return _held(then, today, doubt, beijing_date(now))


def _held(then: Finding, today: Finding, doubt: Outage, on: date) -> Finding:
    pause = f"{doubt.said(on)}，恢复前不作新的认定。"
    if today.state in {then.state, State.UNKNOWN}:
        return replace(today, support=Support.HELD, because=f"{today.because.removesuffix('。')}；{pause}")
    before = f"截至{dated(beijing_date(doubt.trusted_until), on)}：{then.because.removesuffix('。')}；{pause}"
    if today.state in {State.OK, State.WARNING}:
        return replace(then, days=today.days, support=Support.HELD, because=before)
    return replace(today, state=State.UNKNOWN, since=None, proposals=(), support=Support.HELD, because=before)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRule:
    """One obligation that is judged from a whole area's register; each lives in a module of its own.

    A subject without a finding is fine, so that a day on which nothing is wrong costs next to nothing.
    """

    id: str
    title: str
    """Its short Chinese name."""
    on: SubjectKind
    """Of what its findings speak: of accounts, of units, or of the area itself."""
    judge: Callable[[Register, RuleBook, datetime], Iterable[Finding]]
    """Pure; yields at most one finding for each account, unit or area that there is something to say about."""
    binds: Callable[[Account, RuleBook], bool]
    """True if the rule asks anything of an account or, for a rule on units, of its unit."""
    says: Mapping[State, str]
    """When it says what, in Chinese: every state that it gives of itself; OK is said of those it is silent about."""
    needs: Needs = NOTHING
    """The values that config/rules.yaml must give it."""
    pacing: Pacing = Pacing.TASK
    waits_for_scope: bool = True
    """True if an account whose scope is pending is not accused but put to the office (needs_review)."""
    reach: SubjectKind | None = SubjectKind.ACCOUNT
    """Whose roster rows and records tell since when its word has held: the account's, or its unit's.

    The area's: its records, and whether it has any account that is judged. None: the rule says itself since when."""
    reads: frozenset[RecordKind] = frozenset()
    """The kinds of records that its word follows from; unless it says itself since when, it reads no others."""
    turns: Callable[[Register, RuleBook], Iterable[date]] | None = None
    """On which days time alone, or a list, may turn its word, given what is known; None: on none."""
    follows_cases: bool = False
    """True if it reads nothing but the troubles of an account: it is judged anew as soon as one of them turns."""
    asks_whether_it_stays: bool = False
    """True if it asks if an account stays, or how many may: the question that 保留 answers, and no duty."""
