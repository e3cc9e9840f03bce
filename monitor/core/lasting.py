"""Since when a state has lasted: the day on which it began, and not that of the paper that last showed it.

A rule's judgement of an area follows from the roster, the records and the lists of a day, and these are known of every
day. So the rule is asked about earlier moments too, back from each at which something changed to the one before, until
its word is another. Not knowing is no other word: an episode is not over because nobody could tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import chain, islice
from operator import attrgetter

from monitor.core.account import Account
from monitor.core.calendar import EVER, beijing_date, start_of_day
from monitor.core.filing import FiledList
from monitor.core.finding import AreaRule, Finding, RuleBook, State
from monitor.core.names import normal
from monitor.core.record import Record
from monitor.core.register import Register, Version
from monitor.core.subject import Subject, SubjectKind

Said = Callable[[Register, datetime], Iterable[Finding]]
"""What a rule says of a register at a moment, before anybody decided on it."""
_AT_ONCE = 500
"""The number of findings asked about at once: asking of each alone costs ten times as much."""
_KEPT = 2_000
"""The number of concerns that are remembered at once: those of 100,000 units would take 100 MB."""


def with_beginnings(
    rule: AreaRule, findings: Iterable[Finding], register: Register, book: RuleBook, now: datetime, said: Said
) -> Iterator[Finding]:
    """Yield findings, each with the day on which its state began and the moment from which its trouble has lasted.

    A trouble with a name of its own (a record that was entered) is as old as that, or as its rule says; any other as
    its state.
    """
    if rule.reach is None:
        yield from findings
        return
    past = _Past(rule, rule.reach, register, book, now, said)
    going = iter(findings)
    while some := tuple(islice(going, _AT_ONCE)):
        begun = past.begun(some)
        for place, finding in enumerate(some):
            yield past.dated(finding, begun[place]) if place in begun else finding


def lasts_since(moments: Iterable[datetime], holds: Callable[[datetime], bool]) -> datetime:
    """Return the earliest of these moments (latest first) since which something has held; it holds now."""
    moments = tuple(moments)
    begun = moments[0]
    for moment in moments:
        if not holds(moment):
            break
        begun = moment
    return begun


def shown(begun: datetime, rule: str, book: RuleBook) -> date | None:
    """Return the day to show for what has lasted since a moment: nothing is broken before its rule is in force."""
    days = [beijing_date(begun)] if begun > EVER else []
    return max([*days, *([book.begun[rule]] if rule in book.begun else [])], default=None)


@dataclass(frozen=True)
class _Concern:
    """The accounts, the names and the moments that a finding follows from."""

    accounts: frozenset[str]
    names: frozenset[str]
    """Under which records are kept of them."""
    turns: frozenset[datetime]
    """The moments up to now at which the rule's word may have turned; without any it has always been the same."""


@dataclass(frozen=True)
class _Past:
    """A rule's past judgements of an area, computed on demand; many findings are asked about at once."""

    rule: AreaRule
    reach: SubjectKind
    register: Register
    book: RuleBook
    now: datetime
    said: Said
    known: dict[frozenset[str], _Concern] = field(default_factory=dict)
    days: dict[datetime, date | None] = field(default_factory=dict)

    def begun(self, findings: Sequence[Finding]) -> Mapping[int, datetime]:
        """Return the earliest moment since which the rule has said nothing else, by the place of each trouble.

        Asked are the moments at which something turned, the latest first, and of each only what may have turned then.
        """
        concerns = {place: self._concern(finding) for place, finding in enumerate(findings) if finding.state.is_trouble}
        begun = {place: self.now if concern.turns else EVER for place, concern in concerns.items()}
        asked: defaultdict[datetime, list[int]] = defaultdict(list)
        for place, concern in concerns.items():
            if concern.turns:
                for moment in (*concern.turns, EVER):
                    asked[moment].append(place)
        is_over = set[int]()
        for moment in sorted(asked, reverse=True):
            places = [place for place in asked[moment] if place not in is_over]
            states = self._states(moment, [concerns[place] for place in places]) if places else {}
            for place in places:
                state = states.get(findings[place].subject)
                if state is findings[place].state:
                    begun[place] = moment
                elif state is not State.UNKNOWN:
                    is_over.add(place)
        return begun

    def dated(self, finding: Finding, begun: datetime) -> Finding:
        """Return a finding with its day: nothing is broken before its rule is in force, nor before it is opened."""
        named = start_of_day(finding.since) if finding.since and finding.episode != self.rule.id else begun
        own = finding.begun_at or named
        if begun not in self.days:
            self.days[begun] = shown(begun, self.rule.id, self.book)
        day = self.days[begun]
        first = _first(self.register, finding.account) if begun == EVER and finding.account else None
        opened = first.opened_on if first else None
        since = max(day, opened) if day and opened else day or opened
        return replace(finding, since=since, begun_at=own)

    @cached_property
    def _about(self) -> Mapping[str, Sequence[Record]]:
        """The records that the rule reads, by what they are about; oldest first."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        for record in self._records:
            found[normal(record.name)].append(record)
        return found

    @cached_property
    def _records(self) -> Sequence[Record]:
        return sorted((record for kind in self.rule.reads for record in self.register.kept(kind)), key=_day_of)

    def _concern(self, finding: Finding) -> _Concern:
        match self.reach:
            case SubjectKind.AREA:
                key = frozenset[str]()
            case SubjectKind.UNIT:
                units = {finding.unit} if finding.unit else set[str]()
                if finding.account in self.register.earlier:
                    units.update(account.unit for account in _ours(self.register, finding.account))
                key = frozenset(units)
            case SubjectKind.ACCOUNT:
                key = frozenset({finding.account} if finding.account else ())
        if key not in self.known:
            if len(self.known) >= _KEPT:
                self.known.clear()
            self.known[key] = self._found_concern(key)
        return self.known[key]

    def _found_concern(self, key: frozenset[str]) -> _Concern:
        ids = key
        if self.reach is SubjectKind.UNIT:
            ids = frozenset(id_ for unit in key for id_ in self.register.ever_of_unit(unit))
        changed = [id_ for id_ in ids if id_ in self.register.earlier]
        turns = {
            version.since
            for id_ in changed
            for version in self.register.earlier[id_]
            if EVER < version.since <= self.now
        }
        if self.reach is SubjectKind.AREA:
            names, records = key, self._records
            if not self._has_always_had_accounts:
                turns |= {moment for moment in self.register.moments if EVER < moment <= self.now}
        else:
            names = self._names(key, ids)
            records = self._of(names)
        days = {record.on for record in records}
        if self.rule.turns is not None:
            small = replace(self.register, accounts=tuple(self._accounts(ids, self.now)), records=tuple(records))
            days.update(self.rule.turns(small, self.book))
        turns |= {moment for moment in map(start_of_day, days) if moment <= self.now}
        return _Concern(ids, names, frozenset(turns))

    def _names(self, key: frozenset[str], ids: frozenset[str]) -> frozenset[str]:
        if not self._about:
            return key
        units = (account.unit for id_ in ids for account in _ours(self.register, id_))
        return frozenset({self.register.area, *key, *ids, *units})

    def _of(self, names: Iterable[str]) -> Sequence[Record]:
        about = self._about
        asked = {normal(name) for name in names} & about.keys() if about else ()
        return sorted((record for name in asked for record in about[name]), key=_day_of)

    @cached_property
    def _has_always_had_accounts(self) -> bool:
        return any(account.id not in self.register.earlier for account in self.register.judged)

    def _states(self, moment: datetime, concerns: Sequence[_Concern]) -> Mapping[Subject, State]:
        """Return the state that the rule gave whom at a moment, as far as it follows from these."""
        on = beijing_date(moment)
        ids = frozenset[str]().union(*(concern.accounts for concern in concerns))
        names = frozenset[str]().union(*(concern.names for concern in concerns))
        records = self._records if self.reach is SubjectKind.AREA else self._of(names)
        then = Register(
            area=self.register.area,
            accounts=tuple(self._accounts(ids, moment)),
            earlier=self._earlier(ids, moment),
            filed=_filed(self.register, on),
            records=tuple(record for record in records if record.on <= on),
        )
        return {finding.subject: finding.state for finding in self.said(then, moment)}

    def _accounts(self, ids: Collection[str], moment: datetime) -> Iterator[Account]:
        """Yield these accounts as they were; of the whole area, one that was judged: it is asked whether it had any."""
        if self.reach is SubjectKind.AREA:
            steady = (account for account in self.register.judged if account.id not in self.register.earlier)
            yield from islice(
                (account for account in chain(steady, self.register.changing(moment)) if account.is_judged), 1
            )
            return
        for id_ in sorted(ids):
            versions = self.register.versions_of(id_)
            account = next((version.account for version in reversed(versions) if version.since <= moment), None)
            if account is not None and account.area == self.register.area:
                yield account

    def _earlier(self, ids: Collection[str], moment: datetime) -> Mapping[str, tuple[Version, ...]]:
        """Return what of these accounts had changed by then."""
        return {
            id_: tuple(version for version in self.register.earlier[id_] if version.since <= moment)
            for id_ in ids
            if id_ in self.register.earlier
        }


_day_of = attrgetter("on")


def _first(register: Register, id_: str) -> Account | None:
    return next(_ever(register, id_), None) if id_ in register.earlier else register.by_id.get(id_)


def _ever(register: Register, id_: str | None) -> Iterator[Account]:
    if id_ is not None:
        yield from (version.account for version in register.versions_of(id_) if version.account)


def _ours(register: Register, id_: str | None) -> Iterator[Account]:
    """Yield an account as it was while it was the area's: a unit of another area may have the same name."""
    yield from (account for account in _ever(register, id_) if account.area == register.area)


def _filed(register: Register, on: date) -> FiledList | None:
    return next((filed for filed in reversed(register.lists) if filed.as_of <= on), None)
