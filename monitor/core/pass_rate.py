"""The pass rate (合格率) of a report: (检查数 less 不合格数), of 检查数.

Accounts that could not be checked leave both numbers and are counted apart, and so are exempted ones: no decision makes
an account pass. With at most two decimals, half up, trailing zeros dropped, as the bulletins of other places write it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from monitor.core.account import Labelled
from monitor.core.finding import Finding, State


class CheckResult(Labelled):
    """What an inspection makes of an account."""

    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"
    EXEMPTED = "exempted", "豁免"
    UNVERIFIED = "unverified", "未能核查"
    NOT_CHECKED = "not_checked", "不检查"

    @property
    def is_checked(self) -> bool:
        """True if it counts in the pass rate."""
        return self in {CheckResult.PASSED, CheckResult.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRate:
    """How many accounts were checked, and how many of them failed."""

    checked: int
    failed: int
    unchecked: int = 0
    """未能核查."""
    exempted: int = 0
    """豁免."""

    def share(self, decimals: int = 2) -> Decimal | None:
        """Return the percentage, half up, with at most that number of decimals; None where nothing was checked."""
        if not self.checked:
            return None
        share = Decimal(100 * (self.checked - self.failed)) / self.checked
        return share.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP).normalize()

    def percent(self, decimals: int = 2) -> str | None:
        """Return the rate as 95.7%, with at most that number of decimals; None where nothing was checked."""
        share = self.share(decimals)
        return None if share is None else f"{share:f}%"


def pass_rate(findings: Iterable[Finding], rules: Collection[str]) -> PassRate:
    """Return the pass rate of the accounts by these rules: one violation fails an account.

    An account that no violation fails was exempted if a rule spares it, and not checked if a rule knows nothing of it;
    one to which none of the rules applies is not in it.
    """
    states: dict[str, set[State]] = {}
    for finding in findings:
        if finding.account is not None and finding.rule in rules and finding.state is not State.NOT_APPLICABLE:
            states.setdefault(finding.account, set()).add(finding.state)
    return rate_of((said, 1) for said in states.values())


def result_of(states: Collection[State]) -> CheckResult:
    """Return what an account's states under the rules of an inspection make of it."""
    for state, result in _RESULTS.items():
        if state in states:
            return result
    return CheckResult.PASSED if set(states) - {State.NOT_APPLICABLE} else CheckResult.NOT_CHECKED


_RESULTS = {
    State.VIOLATED: CheckResult.FAILED,
    State.EXEMPTED: CheckResult.EXEMPTED,
    State.UNKNOWN: CheckResult.UNVERIFIED,
}


def rate_of(said: Iterable[tuple[Collection[State], int]]) -> PassRate:
    """Return the pass rate of accounts of which the rules say these things, given with how many say the same."""
    counted: Counter[CheckResult] = Counter()
    for states, count in said:
        counted[result_of(states)] += count
    return _rate(counted)


def rate_of_results(results: Iterable[CheckResult]) -> PassRate:
    """Return the pass rate of accounts of which an inspection made these."""
    return _rate(Counter(results))


def _rate(counted: Mapping[CheckResult, int]) -> PassRate:
    return PassRate(
        checked=counted[CheckResult.PASSED] + counted[CheckResult.FAILED],
        failed=counted[CheckResult.FAILED],
        unchecked=counted[CheckResult.UNVERIFIED],
        exempted=counted[CheckResult.EXEMPTED],
    )
