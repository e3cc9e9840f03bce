"""The pass rate (合格率) of a report: (检查数 less 不合格数), of 检查数.

Accounts that could not be checked leave both numbers and are counted apart, and so are exempted ones: no decision makes
an account pass. With at most two decimals, half up, trailing zeros dropped, as the bulletins of other places write it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from monitor.core.finding import Finding, State


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRate:
    """How many accounts were checked, and how many of them failed."""

    checked: int
    failed: int
    unchecked: int = 0
    """未能核查."""
    exempted: int = 0
    """豁免."""

    def percent(self, decimals: int = 2) -> str | None:
        """Return the rate as 95.7%, with at most that number of decimals; None where nothing was checked."""
        if not self.checked:
            return None
        share = Decimal(100 * (self.checked - self.failed)) / self.checked
        shown = share.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP).normalize()
        return f"{shown:f}%"


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


def rate_of(said: Iterable[tuple[Collection[State], int]]) -> PassRate:
    """Return the pass rate of accounts of which the rules say these things, given with how many say the same."""
    order = (State.VIOLATED, State.EXEMPTED, State.UNKNOWN)
    counted: Counter[State] = Counter()
    for states, count in said:
        counted[next((state for state in order if state in states), State.OK)] += count
    return PassRate(
        checked=counted[State.VIOLATED] + counted[State.OK],
        failed=counted[State.VIOLATED],
        unchecked=counted[State.UNKNOWN],
        exempted=counted[State.EXEMPTED],
    )
