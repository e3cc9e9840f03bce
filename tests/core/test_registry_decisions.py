"""Late troubles, ended accounts and decisions, under the rules on an area's register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.core import obligations
from monitor.core.account import AccountStatus, Platform
from monitor.core.calendar import EVER
from monitor.core.decidable import why_not
from monitor.core.decision import Ruling
from monitor.core.finding import Proposal, State, Strength
from monitor.core.judgement import reviewed
from monitor.core.record import RecordKind
from monitor.core.register import Register, Trouble, Version
from monitor.core.rules import (
    cln_01,
    cln_02,
    out_01,
    plt_01,
    sup_02,
)
from monitor.core.subject import SubjectKind
from tests.core.area import record, register, ruled, state, verdict
from tests.core.build import account, beijing_time, finding
from tests.core.registry import FULL


@pytest.mark.parametrize(
    ("rule", "at", "said"),
    [
        ("UPD-01", "2022-05-26 09:00", None),  # the third working day
        ("UPD-01", "2022-05-27 09:00", "督办"),
        ("UPD-01", "2022-05-31 23:59", "督办"),  # twice three
        ("UPD-01", "2022-06-01 00:00", "列入通报"),
        ("REG-01", "2022-05-30 09:00", None),
        ("REG-01", "2022-05-31 09:00", "督办"),
        ("SYS-01", "2022-06-07 09:00", None),  # 3 June was a holiday
        ("SYS-01", "2022-06-08 09:00", "督办"),
        ("SUP-02", "2022-07-24 09:00", None),
    ],
)
def test_a_trouble_beyond_its_working_days_is_urged_and_later_for_the_bulletin(
    rule: str, at: str, said: str | None
) -> None:
    open_since = Trouble(case=3, account="A01", rule=rule, since=date(2022, 5, 23))
    finding = verdict(sup_02.RULE, register(troubles=(open_since,)), at)
    assert finding.state is (State.WARNING if said else State.OK)
    assert (said or "没有") in finding.because


REVIEWED, ASKED = "待办公室提请联合研判", "个工作日未整改"


@pytest.mark.parametrize(
    ("rule", "proposed", "is_over", "said"),
    [
        ("UPD-03", "consolidate", False, ASKED),
        ("UPD-03", "consolidate", True, "已恢复，待办公室处置"),
        ("PLT-01", "cancel", False, REVIEWED),
        ("TWN-01", "deregister", False, REVIEWED),
        ("CLN-01", "consolidate", False, REVIEWED),
        ("UPD-02", "consolidate", False, REVIEWED),
        ("DUP-01", "consolidate", False, REVIEWED),
        ("REO-01", "review", False, "待办公室核实"),
        ("REG-01", "deregister deduct", False, ASKED),
        ("PER-01", "rectify", False, ASKED),
        ("APP-01", "consolidate", False, ASKED),
        ("APP-01", "review", False, ASKED),
    ],
)
def test_only_what_is_still_so_and_the_unit_s_to_end_is_late(
    rule: str, proposed: str, said: str, *, is_over: bool
) -> None:
    trouble = Trouble(
        case=3,
        account="A01",
        rule=rule,
        since=date(2022, 5, 3),
        proposed=frozenset(proposed.split()),
        is_over=is_over,
    )
    finding = verdict(sup_02.RULE, register(troubles=(trouble,)), "2022-05-25 09:00")
    assert finding.state is (State.WARNING if said is ASKED else State.OK)
    assert said in finding.because
    assert ("未整改" in finding.because) is (said is ASKED)


def test_what_is_not_late_is_said_beside_what_is() -> None:
    over = Trouble(case=3, account="A01", rule="UPD-03", since=date(2022, 5, 3), is_over=True)
    late = Trouble(case=4, account="A01", rule="PER-01", since=date(2022, 5, 10))
    finding = verdict(sup_02.RULE, register(troubles=(over, late)), "2022-05-25 09:00")
    assert (finding.state, finding.evidence) == (State.WARNING, ("case:4",))
    assert "已恢复，待办公室处置；" in finding.because


def test_what_was_decided_is_under_way_and_not_late() -> None:
    late = Trouble(case=3, account="A01", rule="NAME-01", since=date(2022, 5, 3), proposed=frozenset({"rectify"}))
    decided = ruled(Ruling.DEREGISTERED, "2022-05-20", "NAME-01")
    finding = verdict(sup_02.RULE, register(troubles=(late,), decisions=(decided,)), "2022-05-25 09:00")
    assert finding.state is State.OK
    assert "已作出处置决定，正在办理" in finding.because


PROCEDURE = (record(RecordKind.DEREGISTRATION, "A01", "2022-05-20", "决定注销"),)
CALLED_OFF = (*PROCEDURE, record(RecordKind.DEREGISTRATION, "A01", "2022-05-23", "终止"))
KEPT = (ruled(Ruling.DEREGISTERED, "2022-05-20", "TWN-01"), ruled(Ruling.RETAINED, "2022-05-23", "TWN-01"))


@pytest.mark.parametrize(
    ("changes", "is_left_alone"),
    [
        ({"decisions": (ruled(Ruling.DEREGISTERED, "2022-05-20", "TWN-01"),)}, True),  # under whichever rule
        ({"decisions": (ruled(Ruling.CONSOLIDATED, "2022-05-20", "NAME-01"),)}, True),
        ({"records": PROCEDURE}, True),
        ({"accounts": (account(status=AccountStatus.DEREGISTERING),)}, True),
        ({}, False),
        ({"records": CALLED_OFF}, False),
        ({"decisions": KEPT}, False),
        ({"decisions": (ruled(Ruling.DEREGISTERED, "2022-05-20", "TWN-01", name="X"),)}, False),
    ],
)
@pytest.mark.parametrize("rule", ["NAME-01", "PER-01", "UPD-01", "DRG-01"])
def test_of_an_account_that_is_being_ended_nothing_is_urged(
    rule: str, changes: dict[str, object], *, is_left_alone: bool
) -> None:
    late = Trouble(case=3, account="A01", rule=rule, since=date(2022, 5, 3))
    finding = verdict(sup_02.RULE, register(troubles=(late,), **changes), "2022-05-25 09:00")
    assert (finding.state is State.OK) is is_left_alone
    assert ("已作出处置决定，正在办理" in finding.because) is is_left_alone


def gone_and_back(on: str) -> dict[str, object]:
    """Return what changes of an account's register that was closed on 2022-03-01 and goes on again from a day on."""
    since = {"已注销": "2022-03-01", "运行": on}
    turns = [
        Version(since=beijing_time(f"{day} 00:00"), account=account(status=AccountStatus.labelled(status)))
        for status, day in since.items()
    ]
    return {"earlier": {"A01": (Version(since=EVER, account=account()), *turns)}}


@pytest.mark.parametrize(("back_on", "holds"), [("2022-05-10", False), ("2022-05-05", True), ("2022-05-04", True)])
def test_what_was_asked_and_decided_before_an_account_was_closed_is_over_when_it_goes_on_again(
    back_on: str, *, holds: bool
) -> None:
    asked = record(RecordKind.CLOSE_REQUEST, "A01", "2022-05-05", "申请关停")
    reviewed_then = record(RecordKind.JOINT_REVIEW, "A01", "2022-05-05", "建议注销")
    marked = record(RecordKind.DEREGISTRATION, "A01", "2022-05-05", "决定")
    trouble = Trouble(case=3, account="A01", rule="NAME-01", since=date(2022, 5, 11))
    of = register(records=(asked, reviewed_then, marked), troubles=(trouble,), **gone_and_back(back_on))
    assert (state(cln_02.RULE, of) is State.WARNING) is holds
    assert (state(cln_01.RULE, of) is State.VIOLATED) is holds
    assert (state(sup_02.RULE, of) is State.OK) is holds


def test_the_request_of_an_account_that_goes_on_again_has_lasted_no_longer_than_that() -> None:
    requests = [record(RecordKind.CLOSE_REQUEST, "A01", on, "申请关停") for on in ("2022-02-01", "2022-05-20")]
    finding = verdict(cln_02.RULE, register(records=tuple(requests), **gone_and_back("2022-05-18")))
    assert (finding.state, finding.since) == (State.WARNING, date(2022, 5, 20))


def test_a_decision_that_was_carried_out_is_not_said_of_what_goes_on_again() -> None:
    decided = ruled(Ruling.DEREGISTERED, "2022-02-01", "PLT-01")
    sohu = account(platform=Platform.SOHU)
    turns = {EVER: sohu, beijing_time("2022-03-01 00:00"): replace(sohu, status=AccountStatus.CLOSED)}
    turns[beijing_time("2022-05-10 00:00")] = sohu
    versions = tuple(Version(since=since, account=account) for since, account in turns.items())
    of = register(sohu, decisions=(decided,), earlier={"A01": versions})
    assert "已决定注销" not in verdict(plt_01.RULE, of).because
    again = replace(of, decisions=(decided, ruled(Ruling.DEREGISTERED, "2022-05-12", "PLT-01")))
    assert "已决定注销" in verdict(plt_01.RULE, again).because


@pytest.mark.parametrize(
    ("rule", "changes"),
    [(plt_01, {"platform": Platform.SOHU}), (out_01, {"outsourcing": replace(FULL, operator_type="社会企业")})],
)
def test_an_account_whose_scope_is_pending_is_put_to_the_office_not_accused(
    rule: object, changes: dict[str, object]
) -> None:
    finding = verdict(rule.RULE, register(account(level=None, **changes)))  # type: ignore[attr-defined]
    assert (finding.state, finding.proposals) == (State.NEEDS_REVIEW, (Proposal.REVIEW,))


SOHU = account(platform=Platform.SOHU)


def of_sohu(*decisions: object) -> Register:
    """Return an area with a niche account and these decisions about it."""
    return register(SOHU, decisions=decisions)


@pytest.mark.parametrize(
    ("ruling", "until", "expected"),
    [
        (Ruling.EXEMPTED, None, State.EXEMPTED),
        (Ruling.EXEMPTED, "2022-05-25", State.EXEMPTED),
        (Ruling.EXEMPTED, "2022-05-24", State.VIOLATED),
        (Ruling.RETAINED, None, State.EXEMPTED),
        (Ruling.DEREGISTERED, None, State.VIOLATED),
        (Ruling.REJECTED, None, State.OK),
        (Ruling.CONFIRMED, None, State.VIOLATED),
    ],
)
def test_what_people_decided_changes_what_is_held_and_hides_nothing(
    ruling: Ruling, until: str | None, expected: State
) -> None:
    finding = verdict(plt_01.RULE, of_sohu(ruled(ruling, "2022-05-20", "PLT-01", until=until)))
    assert finding.state is expected
    assert "小众平台" in finding.because


def test_an_exemption_holds_for_its_rule_and_its_account_only() -> None:
    elsewhere = (
        ruled(Ruling.EXEMPTED, "2022-05-20", "TWN-01"),
        ruled(Ruling.EXEMPTED, "2022-05-20", "PLT-01", name="X"),
    )
    assert verdict(plt_01.RULE, of_sohu(*elsewhere)).state is State.VIOLATED


def test_a_confirmed_doubt_is_a_violation() -> None:
    decided = ruled(Ruling.CONFIRMED, "2022-05-20", "PLT-01")
    of = register(account(platform=Platform.KUAISHOU), decisions=(decided,))
    assert state(plt_01.RULE, of) is State.VIOLATED


@pytest.mark.parametrize(
    ("platform", "ruling", "expected"),
    [
        (Platform.SOHU, Ruling.EXEMPTED, State.EXEMPTED),
        (Platform.KUAISHOU, Ruling.EXEMPTED, State.NEEDS_REVIEW),  # nothing is held against it
        (Platform.KUAISHOU, Ruling.RETAINED, State.OK),  # that it stays answers what was to be reviewed
        (Platform.WEIBO, Ruling.EXEMPTED, State.OK),
    ],
)
def test_exempted_is_said_of_what_would_be_held_against_somebody(
    platform: Platform, ruling: Ruling, expected: State
) -> None:
    decided = ruled(ruling, "2022-05-20", "PLT-01")
    assert state(plt_01.RULE, register(account(platform=platform), decisions=(decided,))) is expected


@pytest.mark.parametrize("ruling", [Ruling.EXEMPTED, Ruling.RETAINED, Ruling.DEREGISTERED, Ruling.REJECTED])
def test_a_revoked_decision_held_until_the_day_before_and_not_since(ruling: Ruling) -> None:
    made, revoked = ruled(ruling, "2022-05-20", "PLT-01"), ruled(Ruling.REVOKED, "2022-05-25", "PLT-01")
    undecided = verdict(plt_01.RULE, of_sohu())
    assert verdict(plt_01.RULE, of_sohu(made), "2022-05-24 09:00").because != undecided.because
    assert verdict(plt_01.RULE, of_sohu(made, revoked), "2022-05-25 09:00") == undecided
    again = ruled(ruling, "2022-05-26", "PLT-01")
    assert verdict(plt_01.RULE, of_sohu(made, revoked, again), "2022-05-26 09:00").because != undecided.because


def test_revoking_under_one_rule_or_account_leaves_the_others_alone() -> None:
    made = ruled(Ruling.EXEMPTED, "2022-05-20", "PLT-01")
    others = (ruled(Ruling.REVOKED, "2022-05-21", "TWN-01"), ruled(Ruling.REVOKED, "2022-05-21", "PLT-01", name="X"))
    assert verdict(plt_01.RULE, of_sohu(made, *others)).state is State.EXEMPTED


@pytest.mark.parametrize("rule", [rule.id for rule in obligations.all_rules()])
def test_keeping_answers_whether_an_account_stays_and_no_duty(rule: str) -> None:
    asks_that = rule.startswith(("CLN-", "WEAK-", "TWN-", "PLT-", "CAP-")) or rule in {"UPD-02", "UPD-03"}
    assert (
        why_not(Ruling.RETAINED, rule, "X", on=SubjectKind.ACCOUNT, strength=Strength.IN_PRINCIPLE) is None
    ) is asks_that
    held = replace(finding(State.VIOLATED, rule=rule, episode=""), since=date(2022, 5, 1))
    kept = reviewed(held, (ruled(Ruling.RETAINED, "2022-05-20", rule),), beijing_time("2022-05-25 09:00"))
    assert (kept.state is State.EXEMPTED) is asks_that
