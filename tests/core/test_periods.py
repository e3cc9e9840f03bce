"""Every rule on accounts has its time to mend: what is of no kind would quietly be given that of the register."""

from __future__ import annotations

import pytest

from monitor.app.rules import rule_subjects
from monitor.core.finding import ORDERS
from monitor.core.rules.sup_02 import ID, PERIODS
from monitor.core.subject import SubjectKind

OWN_DAYS = {ID, ORDERS}
"""Rules without a time to mend: one urges about the others, and an order names its last day."""
ON_ACCOUNTS = {
    rule for rule, subject in rule_subjects().items() if subject is SubjectKind.ACCOUNT and rule not in OWN_DAYS
}


@pytest.mark.parametrize("rule", sorted(ON_ACCOUNTS))
def test_every_rule_on_accounts_has_a_period(rule: str) -> None:
    assert rule.partition("-")[0] in PERIODS


def test_no_period_is_kept_for_what_no_rule_is_about() -> None:
    assert PERIODS.keys() <= {rule.partition("-")[0] for rule in rule_subjects()}
