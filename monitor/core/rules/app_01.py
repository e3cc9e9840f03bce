"""APP-01: 移动客户端无法下载或使用的，原则上清理整合.

Instrument: 缙政办发〔2022〕13号 三(二)1; the same is veto item 2 of 国办秘函〔2019〕19号. The numbers are ours: a
link fails for certain after three failed looks in a row over a day, and only a person who tried it
makes it a violation. A look that saw nothing neither counts nor interrupts the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.core.calendar import beijing_date
from monitor.core.decision import Decision, Ruling
from monitor.core.download import AppFault, Download, Link, Probe
from monitor.core.finding import Finding, Known, Pacing, Proposal, Rule, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.observation import Observation
from monitor.core.phrases import hour

ID = "APP-01"
LEAST_FAILURES = 2
"""However few looks there were, one failure alone makes no link unstable."""


_CANNOT_USE = "无法使用"
_NOT_INSTALLED = frozenset({AppFault.CUT_OFF, AppFault.NOT_INSTALLABLE, AppFault.UNSIGNED})
"""How a package fails that people get and cannot install."""
_TAKEN_DOWN = frozenset({AppFault.NOT_LISTED, AppFault.BLOCKED})
"""How a store fails that no longer has the app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One link of an app: how it stands, and its latest failures in a row."""

    shown: Download
    is_fresh: bool
    failures: Sequence[Probe]
    is_failing: bool
    """True if it fails for certain."""
    is_unstable: bool
    """True if it works now and failed too often lately."""
    failed_from: datetime | None
    """The first failure of the days that are looked at."""

    def text(self, today: date) -> str:
        """Return what is wrong with it, as a part of a sentence."""
        said = f"（{self.fault.label}）" if self.fault else ""
        begun = hour(self.failures[0].at, today)
        where = f"在{self.shown.place}" if self.shown.link is Link.STORE else self.shown.place
        return f"自{begun}起，{where}连续{len(self.failures)}次核查均{self.verb}{said}"

    @property
    def fault(self) -> AppFault | None:
        """How its latest look failed."""
        return self.failures[-1].fault if self.failures else None

    @property
    def verb(self) -> str:
        """The words for the thing that people cannot do."""
        if self.shown.link is Link.SERVICE or self.fault is AppFault.PROFILE_EXPIRED:
            return _CANNOT_USE
        return "无法安装" if self.fault in _NOT_INSTALLED else "无法下载"


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return whether people can get and use the app."""
    lines = tuple(_lines(known, book, now))
    finding = Finding(
        rule=ID,
        account=known.account.id,
        unit=known.account.unit,
        area=known.account.area,
        state=State.NOT_APPLICABLE,
        strength=book.strengths[ID],
        clause=book.clauses[ID],
        because="本项只涉及移动客户端。",
        evidence=tuple(f"observation:{observation.id}" for observation in _links(known)),
    )
    if not known.account.is_judged or not known.account.platform.is_app:
        return finding
    if not lines:
        return replace(finding, state=State.UNKNOWN, because="尚未核查：未登记下载或服务链接，请补填台账。")
    down = tuple(_down(lines))
    if down:
        return _failing(finding, down, known, now)
    return _working(finding, lines, book, now)


def _links(known: Known) -> tuple[Observation, ...]:
    return tuple(observation for observation in known.observations if isinstance(observation.seen, Download))


def _lines(known: Known, book: RuleBook, now: datetime) -> Iterator[_Line]:
    for observation in _links(known):
        probes = [probe for probe in known.probes if probe.source == observation.source]
        failures: list[Probe] = []
        for probe in probes:
            failures = [*failures, probe] if probe.fault else []
        is_fresh = now - observation.last_confirmed <= observation.freshness
        long_enough = bool(failures) and failures[-1].at - failures[0].at >= timedelta(hours=book.number(ID, "hours"))
        week = [probe for probe in probes if now - probe.at <= timedelta(days=book.number(ID, "unstable_days"))]
        failed = sum(1 for probe in week if probe.fault)
        share = len(week) * book.number(ID, "unstable_percent") / 100
        if isinstance(observation.seen, Download):
            yield _Line(
                shown=observation.seen,
                is_fresh=is_fresh,
                failures=failures,
                is_failing=is_fresh and long_enough and len(failures) >= book.number(ID, "failures"),
                failed_from=next((probe.at for probe in week if probe.fault), None),
                is_unstable=is_fresh and not failures and failed >= max(LEAST_FAILURES, share),
            )


def _down(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Yield the failing links that keep people out: all ways to get the app, or a service that it needs."""
    ways = [line for line in lines if line.shown.link is not Link.SERVICE]
    if ways and all(line.is_failing for line in ways):
        yield from ways
    yield from (line for line in lines if line.shown.link is Link.SERVICE and line.is_failing)


def _doubt(down: Sequence[_Line]) -> str:
    """Return what the failing links together look like."""
    if any(line.fault in _TAKEN_DOWN for line in down):
        return "疑似下架"
    return "疑似无法使用" if all(line.verb == _CANNOT_USE for line in down) else "疑似无法下载或使用"


def _failing(finding: Finding, down: Sequence[_Line], known: Known, now: datetime) -> Finding:
    begun = min(line.failures[0].at for line in down)
    episode = begun.isoformat()
    said = "；".join(line.text(beijing_date(now)) for line in down)
    finding = replace(
        finding,
        state=State.SUSPECTED,
        since=beijing_date(begun),
        proposals=(Proposal.REVIEW,),
        because=f"{said}，{_doubt(down)}，待人工核实。",
        episode=episode,
    )
    ruled = [
        decision for decision in known.standing_decisions if decision.rule == ID and _is_on(decision, episode, begun)
    ]
    match ruled[-1].ruling if ruled else None:
        case Ruling.CONFIRMED:
            because = f"{said}，已经人工核实确认。"
            return replace(finding, state=State.VIOLATED, proposals=(Proposal.CONSOLIDATE,), because=because)
        case Ruling.REJECTED:
            return replace(finding, state=State.OK, proposals=(), because=f"{said}，经人工核实为误报。")
        case _:
            return finding


def _is_on(decision: Decision, episode: str, begun: datetime) -> bool:
    """True if a decision is on these failures; one from a file names none and means those of its day."""
    return decision.episode == episode if decision.episode else beijing_date(begun) <= beijing_date(decision.at)


def _working(finding: Finding, lines: Sequence[_Line], book: RuleBook, now: datetime) -> Finding:
    """Return how an app stands that can be had, or that nobody could look at."""
    doubts = [(line.text(beijing_date(now)), line.failures[0].at) for line in lines if line.is_failing]
    doubts += [
        (f"{line.shown.place}不稳定，近期多次核查失败", line.failed_from or now)
        for line in lines
        if line.is_unstable and not line.is_failing
    ]
    doubts += list(_certificates(lines, book, now))
    if doubts:
        begun = min(since for _, since in doubts)
        return replace(
            finding,
            state=State.WARNING,
            since=beijing_date(begun),
            begun_at=begun,
            proposals=(Proposal.WARN,),
            because=f"{'；'.join(text for text, _ in doubts)}。",
        )
    if not any(line.is_fresh and line.shown.is_available for line in lines):
        return replace(finding, state=State.UNKNOWN, because="近24小时未采集到可用的链接，不能判定。")
    return replace(finding, state=State.OK, because="可以正常下载和使用。")


def _certificates(lines: Sequence[_Line], book: RuleBook, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield which papers end soon, and since when that is soon."""
    for line in lines:
        until = line.shown.certificate_until
        if line.is_fresh and until is not None and until > now:
            left = (until - now).days
            if left < book.number(ID, "certificate_days"):
                paper = "安全证书" if line.shown.link is Link.SERVICE else "描述文件"
                soon = until - timedelta(days=book.number(ID, "certificate_days"))
                yield f"{line.shown.place}的{paper}将于{left}天后过期", soon


RULE = Rule(
    id=ID,
    title="移动客户端无法下载或使用",
    needs=Needs(numbers=("failures", "hours", "unstable_percent", "unstable_days", "certificate_days")),
    pacing=Pacing.VERIFY,
    judge=judge,
    waits_for_scope=False,
    says={
        State.OK: "至少一个链接24小时内可用；或疑似的情况经人工核实为误报",
        State.WARNING: "部分链接失败、不稳定，或安全证书、苹果安装包的描述文件即将到期",
        State.SUSPECTED: "商店和安装包的链接全部失败，或后台服务失败，待人工核实",
        State.VIOLATED: "疑似的情况经人工核实确认",
        State.UNKNOWN: "未登记链接，或24小时内未采集到可用的链接",
        State.NOT_APPLICABLE: "不是移动客户端",
    },
)
