"""复查: what became of the problems that the period before ended with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.core.account import Labelled
from monitor.core.figures import AccountInPeriod, FoundProblem


class RecheckResult(Labelled):
    """What became of a problem."""

    SETTLED = "settled", "已整改"
    STILL = "still", "仍存在问题"
    RESUMED = "resumed", "已恢复，待办公室处置"
    EXEMPTED = "exempted", "已豁免"
    RETAINED = "retained", "已决定保留"
    GONE = "gone", "已注销或移出台账"
    UNVERIFIED = "unverified", "未能核查"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckedProblem:
    """One problem of the period before, and how it stands."""

    account: AccountInPeriod
    """As it was found then."""
    problem: FoundProblem
    result: RecheckResult
    now: FoundProblem | None = None
    """The problem as it stands, where it does."""


def rechecks(before: Iterable[AccountInPeriod], now: Iterable[AccountInPeriod]) -> tuple[RecheckedProblem, ...]:
    """Return what became of every problem that was told of the period before, in the order given."""
    there = {account.account: account for account in now}
    return tuple(recheck for account in before for recheck in _of(account, there.get(account.account)))


def _of(before: AccountInPeriod, now: AccountInPeriod | None) -> Iterator[RecheckedProblem]:
    for problem in before.told:
        if now is None:
            yield RecheckedProblem(account=before, problem=problem, result=RecheckResult.GONE)
            continue
        still = next((one for one in now.problems if one.rule == problem.rule), None)
        yield RecheckedProblem(account=before, problem=problem, result=_result(problem.rule, still, now), now=still)


def _result(rule: str, still: FoundProblem | None, now: AccountInPeriod) -> RecheckResult:
    if still is not None and still.is_told:
        is_silent_again = now.open_days is not None
        return RecheckResult.RESUMED if still.is_over and not is_silent_again else RecheckResult.STILL
    if rule in now.exempted:
        return RecheckResult.EXEMPTED
    if rule in now.retained:
        return RecheckResult.RETAINED
    is_doubt = still is not None and still.state.is_doubt
    return RecheckResult.UNVERIFIED if is_doubt or rule in now.unknown else RecheckResult.SETTLED
