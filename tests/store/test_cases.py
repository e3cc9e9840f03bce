import pytest
from sqlalchemy import exc

from monitor.core.case import Case, Close, Closing, Plan, StepKind
from monitor.core.finding import Finding, State
from monitor.store import Store, cases, outbox
from monitor.store.database import savepoint
from tests.store.build import (
    DAY,
    HOUR,
    NOW,
    account,
    enrol,
    finding,
    judge,
    notice,
    open_with,
    standing,
    step,
)
from tests.store.history import finding_changes


@pytest.fixture(autouse=True)
def roster_of_two(store: Store) -> None:
    enrol(store, account("A01"), account("A02"), at=NOW - DAY)


def open_case(store: Store) -> Case:
    with store.read() as tx:
        return cases.open_cases(tx, ["A01"])["A01", "UPD-01"]


def findings(store: Store) -> tuple[Finding, ...]:
    with store.read() as tx:
        return standing(tx)


def test_a_step_opens_a_case_and_queues_its_notices(store: Store) -> None:
    (id_,) = judge(store, open_with(step(), notice(), notice(person="13800000002")))

    case = open_case(store)
    assert (case.id, case.episode, case.opened_at, case.steps) == (id_, "2026-04-22", NOW, (step(),))
    with store.read() as tx:
        told = cases.notices_of_case(tx, id_)
        assert [(notice.case, notice.person) for notice in told] == [(id_, "13800000001"), (id_, "13800000002")]
        assert outbox.waiting_notices(tx) == told


def test_a_further_step_goes_on_with_the_open_case(store: Store) -> None:
    judge(store, open_with(step()))
    further = step(StepKind.WARN, 12, NOW + 2 * DAY)
    judgement = cases.Judgement(finding=finding(), case=open_case(store), plan=Plan(step=further))
    judge(store, judgement, at=NOW + 2 * DAY)

    assert open_case(store).steps == (step(), further)


def test_a_closing_ends_the_case_and_tells_who_is_owed_a_word(store: Store) -> None:
    (id_,) = judge(store, open_with(step()))
    recovered = step(StepKind.RECOVERED, 0, NOW + DAY)
    close = Plan(close=Close(closing=Closing.UPDATED, step=recovered))
    told = (notice(StepKind.RECOVERED, 0),)
    judge(
        store, cases.Judgement(finding=finding(State.OK), case=open_case(store), plan=close, notices=told), at=NOW + DAY
    )

    with store.read() as tx:
        assert cases.open_cases(tx, ["A01"]) == {}
        (case,) = cases.case_history(tx, "A01")
        assert (case.closed_at, case.closing, case.steps) == (NOW + DAY, Closing.UPDATED, (step(), recovered))
        assert [notice.kind for notice in cases.notices_of_case(tx, id_)] == [StepKind.RECOVERED]


def test_a_new_episode_closes_one_case_and_opens_the_next_at_once(store: Store) -> None:
    (first,) = judge(store, open_with(step()))
    plan = Plan(close=Close(closing=Closing.CORRECTED), step=step(at=NOW + DAY))
    later = finding(episode="2026-04-20")
    touched = judge(
        store, cases.Judgement(finding=later, case=open_case(store), plan=plan, notices=(notice(),)), at=NOW + DAY
    )

    case = open_case(store)
    assert touched == (first, case.id)
    assert (case.episode, case.steps) == ("2026-04-20", (step(at=NOW + DAY),))
    with store.read() as tx:
        assert [notice.case for notice in outbox.waiting_notices(tx)] == [case.id]
        assert [case.id for case in cases.cases(tx)] == [case.id, first]
        assert [case.id for case in cases.cases(tx, which=cases.Which.OPEN)] == [case.id]
        assert cases.case(tx, first) == cases.cases(tx)[1]
        assert cases.case(tx, 999) is None


def test_one_rule_has_one_open_case_per_account(store: Store) -> None:
    judge(store, open_with(step()))

    with pytest.raises(exc.IntegrityError):
        judge(store, open_with(step(StepKind.WARN, 12)))
    assert open_case(store).steps == (step(),)


def test_no_step_is_taken_twice_in_a_case(store: Store) -> None:
    judge(store, open_with(step()))

    with pytest.raises(exc.IntegrityError):
        judge(store, cases.Judgement(finding=finding(), case=open_case(store), plan=Plan(step=step(at=NOW + DAY))))
    assert open_case(store).steps == (step(),)


def test_one_account_s_fault_leaves_the_others(store: Store) -> None:
    judge(store, open_with(step()))
    faulty = cases.Judged(account="A01", judgements=(open_with(step()),), judge_again_at=NOW + DAY)
    sound = cases.Judged(
        account="A02",
        judgements=(cases.Judgement(finding=finding(account="A02"), plan=Plan(step=step())),),
        judge_again_at=NOW + DAY,
    )
    with store.begin() as tx:
        with pytest.raises(exc.IntegrityError), savepoint(tx):
            cases.apply(tx, [faulty], at=NOW)
        with savepoint(tx):
            cases.apply(tx, [sound], at=NOW)

    with store.read() as tx:
        assert set(cases.open_cases(tx, ["A01", "A02"])) == {("A01", "UPD-01"), ("A02", "UPD-01")}


def test_accounts_are_judged_again_when_they_asked_for_it(store: Store) -> None:
    judge(store)

    with store.begin() as tx:
        assert cases.due_for_judgement(tx, NOW, 9) == ("A02",)
        assert cases.due_for_judgement(tx, NOW + DAY, 9) == ("A02", "A01")
        assert cases.due_for_judgement(tx, NOW + DAY, 1) == ("A02",)


def test_all_or_some_can_be_judged_sooner_but_never_later(store: Store) -> None:
    judge(store)
    judge(store, account_id="A02")
    with store.begin() as tx:
        cases.judge_soon(tx, NOW + HOUR, ["A02"])
        assert cases.due_for_judgement(tx, NOW + HOUR, 9) == ("A02",)
        cases.judge_soon(tx, NOW + 2 * HOUR)
        assert cases.due_for_judgement(tx, NOW + 2 * HOUR, 9) == ("A02", "A01")


def test_findings_stand_as_last_stated(store: Store) -> None:
    judge(store, cases.Judgement(finding=finding(State.OK)), cases.Judgement(finding=finding(rule="PER-01")))
    judge(store, cases.Judgement(finding=finding(State.WARNING)), at=NOW + DAY)

    assert findings(store) == (finding(rule="PER-01"), finding(State.WARNING))
    with store.read() as tx:
        assert standing(tx, account_ids=["A02"]) == ()
        assert standing(tx, account_ids=["A01"]) == findings(store)


def test_a_change_of_state_or_episode_is_remembered_and_nothing_else(store: Store) -> None:
    stated = [
        finding(State.OK, days=1),
        finding(State.OK, days=2),
        finding(State.WARNING, days=10),
        finding(State.WARNING, days=11, episode="2026-04-23"),
    ]
    for number, entry in enumerate(stated):
        judge(store, cases.Judgement(finding=entry), at=NOW + number * DAY)

    with store.read() as tx:
        changes, stands = finding_changes(tx, "A01"), cases.current_findings(tx, now=NOW + 3 * DAY)
    assert [(change.at, change.before, change.finding) for change in changes] == [
        (NOW + 3 * DAY, State.WARNING, stated[3]),
        (NOW + 2 * DAY, State.OK, stated[2]),
        (NOW, None, stated[0]),
    ]
    assert stands == (stated[3],)


def test_findings_on_units_and_areas_stand_beside_those_on_accounts(store: Store) -> None:
    on_unit = finding(rule="CAP-01", account=None, unit="示例县教育局")
    on_area = finding(rule="CAP-01", account=None, area="示例县")
    with store.begin() as tx:
        cases.save_findings(tx, [on_unit, on_area, finding()], at=NOW)

    assert findings(store) == (finding(), on_area, on_unit)


def test_an_account_that_leaves_takes_its_open_matters_along(store: Store) -> None:
    (id_,) = judge(store, open_with(step(), notice()))
    enrol(store, account("A02"), at=NOW + DAY, remove_missing=True)
    with store.begin() as tx:
        assert cases.due_for_judgement(tx, NOW + DAY, 9) == ("A02", "A01")
        assert cases.retire(tx, ["A01"], at=NOW + DAY) == (id_,)

    with store.begin() as tx:
        assert cases.due_for_judgement(tx, NOW + 9 * DAY, 9) == ("A02",)
        assert [(case.closed_at, case.closing) for case in cases.cases(tx)] == [(NOW + DAY, Closing.LEFT)]
        assert outbox.waiting_notices(tx) == ()
        assert standing(tx) == ()
        assert len(finding_changes(tx, "A01")) == 1
