"""What the rules on areas cost: one register of many accounts, with its bulletins, index, filed list and records."""

from __future__ import annotations

import gc
import sqlite3
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from time import process_time

from monitor.app.rules import rules_in_force
from monitor.core.account import Account, Platform
from monitor.core.finding import State
from monitor.core.judgement import area_findings
from monitor.core.record import RecordKind
from monitor.core.register import Register
from monitor.core.subject import SubjectKind
from tests.bench.looks import UntrueError, settings_for
from tests.core.area import LISTED, filed, issue, record, register, weeks
from tests.core.build import account, beijing_time

NOW = beijing_time("2022-05-25 09:00")
_OF_A_UNIT = 5
"""Accounts of one unit."""
_ODD = 50
"""Of so many accounts, one is not filed, and one is listed twice."""
_PLATFORMS = (
    Platform.WEIXIN_SUBSCRIPTION,
    Platform.WEIBO,
    Platform.DOUYIN,
    Platform.TOUTIAO,
    Platform.WEIXIN_CHANNELS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """What an area of so many accounts costs, in seconds of CPU."""

    accounts: int
    rules: float
    """Every rule on areas, once, and what people decided."""
    slowest: str
    """The rule that took most of it."""
    scan: float
    """Reading the accounts' rows from an SQLite table in memory, and nothing else."""


def measure_area(accounts: int, times: int) -> Area:
    """Return what an area costs, the median of so many times; raises UntrueError where a rule says something else."""
    settings = settings_for()
    judged_by = rules_in_force(settings, settings.work_calendar())
    book = judged_by.book(NOW)
    in_force = [rule for rule in judged_by.area_rules if rule.id in book.clauses]
    everybody = tuple(_accounts(accounts))
    costs: dict[str, list[float]] = {rule.id: [] for rule in in_force}
    scans = []
    for _ in range(times):
        area = _register(everybody)  # anew: it keeps what it has worked out
        violated: Counter[str] = Counter()
        for rule in in_force:
            gc.collect()
            started = process_time()
            found = list(area_findings(rule, area, book, NOW))
            costs[rule.id].append(process_time() - started)
            violated[rule.id] = sum(finding.state is State.VIOLATED for finding in found)
        _verify(accounts, violated)
        scans.append(_scan(everybody))
    medians = {rule: statistics.median(each) for rule, each in costs.items()}
    return Area(
        accounts=accounts,
        rules=sum(medians.values()),
        slowest=max(medians, key=lambda rule: medians[rule]),
        scan=statistics.median(scans),
    )


def _accounts(many: int) -> Iterator[Account]:
    for number in range(many):
        unit = number // _OF_A_UNIT
        platform = _PLATFORMS[number % _OF_A_UNIT]
        yield account(
            id=f"A{number:06}",
            name=f"示例县第{unit}局{platform.label}",
            platform=platform,
            unit=f"示例县第{unit}局",
            is_main=number % _OF_A_UNIT == 0,
        )


def _odd(everybody: tuple[Account, ...]) -> tuple[str, ...]:
    return tuple(account.id for account in everybody[::_ODD])


def _register(everybody: tuple[Account, ...]) -> Register:
    odd = _odd(everybody)
    listed = [(name, LISTED) for name in odd]
    values = {account.id: str(40 + number % 40) for number, account in enumerate(everybody)}
    units = dict.fromkeys(account.unit for account in everybody)
    return register(
        *everybody,
        rounds=tuple(issue(number, f"2022-05-{number * 7:02}", *listed) for number in (1, 2)),
        weeks=weeks(values, values),
        filed=filed("2022-05-23", *(account.id for account in everybody if account.id not in set(odd))),
        records=tuple(record(RecordKind.TRAINING, unit, "2022-03-01", "集中学习", SubjectKind.UNIT) for unit in units),
    )


def _verify(accounts: int, violated: Counter[str]) -> None:
    """Raise UntrueError unless exactly the odd accounts are not filed, and listed twice."""
    expected = len(range(0, accounts, _ODD))
    for rule in ("REG-01", "UPD-02"):
        if violated[rule] != expected:
            raise UntrueError(f"{accounts} accounts: {rule} is violated by {violated[rule]} instead of {expected}")


def _scan(everybody: tuple[Account, ...]) -> float:
    with sqlite3.connect(":memory:") as base:
        base.execute("create table accounts (id text primary key, name text, platform text, unit text, opened_on text)")
        rows = [
            (account.id, account.name, account.platform.value, account.unit, str(account.opened_on or date.min))
            for account in everybody
        ]
        base.executemany("insert into accounts values (?, ?, ?, ?, ?)", rows)
        gc.collect()
        started = process_time()
        read = base.execute("select * from accounts").fetchall()
        cost = process_time() - started
    base.close()
    if len(read) != len(everybody):
        raise UntrueError(f"a scan of {len(everybody)} accounts reads {len(read)}")
    return cost
