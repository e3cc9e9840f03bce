"""Who is bound by which rule: every rule on accounts, platform, unit level and status, as the texts say it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from monitor.app.rules import all_area_rules, all_rules
from monitor.core.account import Account, AccountStatus, OperationMode, Outsourcing, Platform, UnitLevel
from monitor.core.finding import AreaRule, Known, Rule, State
from monitor.core.subject import SubjectKind
from tests.core.area import book, filed, judged, register
from tests.core.build import account, beijing_time

AREA_RULES = {rule.id: rule for rule in all_area_rules()}
ON_ACCOUNTS: dict[str, Rule | AreaRule] = {rule.id: rule for rule in all_rules()}
ON_ACCOUNTS |= {id_: rule for id_, rule in AREA_RULES.items() if rule.on is SubjectKind.ACCOUNT}
NOW = "2026-11-20 09:00"
GOES_ON = {AccountStatus.FILING, AccountStatus.ACTIVE, AccountStatus.PAUSED}
OTHERS_BUSINESS = {
    UnitLevel.PARTY,
    UnitLevel.CONGRESS,
    UnitLevel.JUDICIARY,
    UnitLevel.MEDIA_CENTER,
    UnitLevel.ENTERPRISE,
    UnitLevel.SCHOOL_HOSPITAL,
    UnitLevel.VERTICAL,
}
"""The plan binds administrative organs, their divisions and townships; these are none."""
MEDIA_ONLY = {"PLT-01", "TWN-01", "DUP-01", "NAME-01", "REG-01", "FUN-01", "OUT-01", "OUT-02", "CHG-01"}
"""What is asked of 政务新媒体 as such: a website is none, and is never to be closed, filed or merged for being one."""
BY_RECORD = {
    "CLN-01",
    "CLN-02",
    "FUN-02",
    "FUN-03",
    "FUN-04",
    "SEC-01",
    "SUB-01",
    "SUP-02",
    "MAT-02",
    "UPD-02",
    "WEAK-01",
}
"""What rests on what was recorded, listed or measured of this very account, whatever it is."""


def is_bound(rule: str, entry: Account) -> bool:
    """Return whether the texts ask anything of such an account."""
    if rule == "REO-01":
        return entry.status is AccountStatus.CLOSED and entry.level not in OTHERS_BUSINESS
    if rule == "SUP-03":  # the platform asks about whom it names, and about nobody else
        return False
    if rule == "DRG-01":  # what is being closed is closed in order, whoever runs it
        return entry.status is AccountStatus.DEREGISTERING
    if entry.status is AccountStatus.CLOSED or entry.level in OTHERS_BUSINESS:
        return False
    if rule in {"UPD-01", "UPD-03"}:
        return entry.platform not in {Platform.WEBSITE, Platform.MOBILE_APP, Platform.MINI_PROGRAM}
    if rule in {"APP-01", "APP-02"}:
        return entry.platform is Platform.MOBILE_APP
    if rule == "APP-03":
        return entry.platform in {Platform.MOBILE_APP, Platform.MINI_PROGRAM}
    if rule == "PER-01":
        return entry.status in GOES_ON
    if rule == "CHG-01" and entry.status not in {AccountStatus.ACTIVE, AccountStatus.PAUSED}:
        return False
    if rule in MEDIA_ONLY:
        return entry.platform is not Platform.WEBSITE
    assert rule in BY_RECORD, f"nobody has said whom {rule} binds"
    return True


def every_account() -> Iterator[Account]:
    """Yield an account of every platform, level and status."""
    for platform, level, status in product(Platform, (*UnitLevel, None), AccountStatus):
        yield account(platform=platform, level=level, status=status)


def said_of(rule: Rule | AreaRule, entry: Account) -> State:
    """Return what the rule says of an account of which nothing else is known."""
    if isinstance(rule, Rule):
        known = Known(account=entry, posts=(), observations=(), is_polled=False)
        return rule.judge(known, book(NOW[:10]), beijing_time(NOW)).state
    [finding] = judged(rule, register(entry), NOW)
    return finding.state


@pytest.mark.parametrize("rule", sorted(ON_ACCOUNTS))
def test_a_rule_speaks_of_whom_it_binds_and_of_nobody_else(rule: str) -> None:
    wrong = [
        (account.platform.label, account.level.label if account.level else "", account.status.label)
        for account in every_account()
        if (said_of(ON_ACCOUNTS[rule], account) is not State.NOT_APPLICABLE) is not is_bound(rule, account)
    ]
    assert wrong == []


def site(**changes: object) -> Account:
    """Return a website about which everything is as it must not be with a 政务新媒体."""
    of_nobody = Outsourcing(mode=OperationMode.OUTSOURCED, operator_type="社会企业", is_subcontracted=True)
    values: dict[str, object] = {"platform": Platform.WEBSITE, "level": UnitLevel.TOWNSHIP, "outsourcing": of_nobody}
    return account(**(values | {"verified_entity": "别的单位", "is_main": True} | changes))


@pytest.mark.parametrize("rule", sorted(set(AREA_RULES) - {"SUP-01", "TRN-01"}))
def test_nothing_is_proposed_about_a_website(rule: str) -> None:
    # inspections and trainings, left out here, are the area's, whatever is run in it
    sites = tuple(site(id=f"W{place}", name=f"门户{place}") for place in range(10, 22))
    of = register(*sites, filed=filed("2022-05-17"))
    for at in ("2022-05-18 09:00", "2022-05-25 09:00", NOW):
        said = judged(AREA_RULES[rule], of, at) if rule in book(at[:10]).clauses else ()
        assert [finding.because for finding in said if finding.proposals and rule != "PHA-01"] == []


def test_a_unit_with_a_website_and_an_account_is_asked_for_what_units_are_asked() -> None:
    [alone] = judged(AREA_RULES["SYS-01"], register(site()), NOW)
    assert alone.state is State.NOT_APPLICABLE
    [both] = judged(AREA_RULES["SYS-01"], register(site(), site(id="W02", platform=Platform.WEIBO)), NOW)
    assert both.state is State.WARNING


@pytest.mark.parametrize(
    ("listed", "opened", "expected"),
    [
        (("A01",), date(2022, 5, 24), State.OK),  # on the list, whenever it was opened
        ((), date(2022, 5, 24), State.UNKNOWN),
        ((), date(2022, 5, 20), State.VIOLATED),
    ],
)
def test_membership_of_the_filed_list_is_asked_first(listed: tuple[str, ...], opened: date, expected: State) -> None:
    of = register(account(opened_on=opened), filed=filed("2022-05-20", *listed))
    [finding] = judged(AREA_RULES["REG-01"], of, "2022-05-25 09:00")
    assert finding.state is expected


def test_another_unit_s_website_changes_nothing_for_an_account() -> None:
    alone = register(account(opened_on=date(2022, 5, 1)), filed=filed("2022-05-20"))
    beside = replace(alone, accounts=(*alone.accounts, site(id="W01", unit="示例县教育局")))
    for rule in ("DUP-01", "NAME-01", "CAP-01", "REG-01"):
        said = [
            [finding for finding in judged(AREA_RULES[rule], of, "2022-06-05 09:00") if finding.account != "W01"]
            for of in (alone, beside)
        ]
        assert said[0] == said[1]
