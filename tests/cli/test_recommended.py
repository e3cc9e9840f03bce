"""What a command, a page, the digest or a message recommends to be decided is possible for what it is said about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.actions import cases as case_actions
from monitor.actions.refused import RefusedError
from monitor.app.clock import now
from monitor.app.rules import rule_titles
from monitor.core.calendar import beijing_date
from monitor.core.case import Closing, Ladder
from monitor.core.decidable import decidable, recommended
from monitor.core.decision import Ruling
from monitor.core.finding import Finding, State
from monitor.core.subject import SubjectKind
from monitor.queries.case import read_case
from monitor.queries.lines import OverviewContext
from monitor.store import Store, Tx, cases, open_store
from tests.cli.office import Office
from tests.cli.test_decision_table import ME, ON, RULES, STAYS, finding, opened
from tests.cli.test_disposals import LATER, WORDS, number_of, state_of, troubled
from tests.core.build import BOOK, EVERY_DAY
from tests.store.build import account, enrol
from tests.words import texts

__all__ = ["troubled"]

TITLES = rule_titles()
MOMENT = OverviewContext(now=now(), ladder=Ladder.of(BOOK), calendar=EVERY_DAY, title=str)
OWN = ("APP-01", "DRG-01", "FUN-01")
"""Rules of which decisions, or the office, have more to say."""
ASKING = (State.WARNING, State.VIOLATED, State.SUSPECTED, State.NEEDS_REVIEW)
LABELS = {ruling.label: ruling for ruling in Ruling}
_NAMED = re.compile(f"登记((?:{'|'.join(LABELS)})(?:(?:、|或)(?:{'|'.join(LABELS)}))*)")


def named(text: str) -> set[Ruling]:
    """Return the decisions that a text recommends, as people call them."""
    return {LABELS[label] for found in _NAMED.findall(text) for label in re.split("、|或", found)}


@pytest.fixture
def store(office: Office) -> Iterator[Store]:
    with open_store(office.address) as opened_store:
        enrol(opened_store, account(unit="示例县教育局"), at=now())
        yield opened_store


ONE_OF_EACH = tuple({(ON[rule], bool(STAYS.match(rule)), rule if rule in OWN else ""): rule for rule in RULES}.values())
"""One rule of each kind that decisions tell apart; test_decision_table.py goes through all of them."""


def findings() -> Iterator[Finding]:
    """Yield whatever a rule of each kind may say that somebody has to do something about."""
    for rule in ONE_OF_EACH:
        for state in ASKING:
            for is_mandatory in (True, False):
                yield finding(rule, state, is_mandatory=is_mandatory)
    yield from (
        replace(finding(rule, State.NEEDS_REVIEW, is_mandatory=False), is_scope_open=True) for rule in ONE_OF_EACH
    )


def is_possible(tx: Tx, found: Finding, ruling: Ruling) -> bool:
    """Try a decision about a case of its own, and take it back."""
    command = case_actions.DecideCommand(
        case=0, titles=TITLES, ruling=ruling, by="县府办", note="整合期间", document="示例〔2026〕1号"
    )
    tried = tx.begin_nested()
    try:
        case_actions.decide(tx, replace(command, case=opened(tx, found)), actor=ME, now=now())
    except RefusedError:
        return False
    finally:
        tried.rollback()
    return True


def refusals(tx: Tx, found: Finding) -> Iterator[str]:
    """Yield everything that is said to somebody who tries what cannot be done about a finding."""
    for ruling in (*Ruling, None):
        command = case_actions.DecideCommand(
            case=0,
            titles=TITLES,
            ruling=ruling or Ruling.REVOKED,
            by="县府办",
            note="整合期间",
            document="示例〔2026〕1号",
        )
        tried = tx.begin_nested()
        try:
            number = opened(tx, found)
            if ruling is None:
                case_actions.close(tx, case_actions.CloseCommand(case=number, by="甲"), actor=ME, now=now())
            else:
                case_actions.decide(tx, replace(command, case=number), actor=ME, now=now())
        except RefusedError as error:
            yield str(error)
        finally:
            tried.rollback()


def test_whatever_a_refusal_recommends_instead_is_possible(store: Store) -> None:
    told = set[Ruling]()
    for found in findings():
        with store.begin() as tx:
            for said in tuple(refusals(tx, found)):  # each tried and taken back before the next
                for ruling in named(said):
                    assert is_possible(tx, found, ruling), (found.rule, found.state, said)
                    told.add(ruling)
                if "请就该账号登记" in said:
                    of_account = finding("PER-01", State.WARNING, is_mandatory=False)
                    assert is_possible(tx, of_account, Ruling.DEREGISTERED)
    assert told >= {Ruling.CONFIRMED, Ruling.REJECTED, Ruling.EXEMPTED, Ruling.RETAINED, Ruling.DEREGISTERED}


def test_what_is_said_to_be_decidable_is_and_nothing_else(store: Store) -> None:
    for found in findings():
        with store.begin() as tx:
            possible = {ruling for ruling in Ruling if is_possible(tx, found, ruling)}
        assert possible == set(decidable(found))
        assert set(recommended(found)) <= possible


@pytest.mark.parametrize("state", ASKING)
@pytest.mark.parametrize("sort", SubjectKind)
def test_the_page_of_a_case_names_the_decisions_that_can_be_made_about_it(
    store: Store, sort: SubjectKind, state: State
) -> None:
    for rule in (rule for rule in sorted(RULES) if ON[rule] is sort):
        found = finding(rule, state, is_mandatory=False)
        with store.begin() as tx:
            number = opened(tx, found)
            page = read_case(tx, number, MOMENT)
            assert page is not None
            cases.end(tx, [number], Closing.DECIDED, at=now())  # each of them is tried on a case of its own
            said = named(page.coming.replace("“", "").replace("”", "")) | set(page.rulings)
            assert all(is_possible(tx, found, ruling) for ruling in said), page.coming
            if state is State.SUSPECTED:
                assert {Ruling.CONFIRMED, Ruling.REJECTED} <= said


SORTS = {"TWN-01": ("A01", "", ""), "SYS-01": ("", "示例镇人民政府", "示例县"), "SUP-01": ("", "", "示例县")}
"""A rule on each sort of subject, and how an import names whom it speaks of in the office of `troubled`."""


@pytest.mark.parametrize("rule", SORTS)
async def test_an_exemption_can_be_ended_before_its_time_and_made_longer_as_is_said(
    troubled: Office, rule: str
) -> None:
    number, soon = number_of(troubled, rule), beijing_date(now() + timedelta(days=2))
    said = troubled.type("case", "exempt", number, *WORDS, "--until", soon).done()
    assert f"提前结束请用 xuncha case revoke {number}。" in said
    assert await state_of(troubled, rule) == "exempted"
    # the digest: 需延续的，请重新登记
    assert f"至{LATER}（含当日）" in troubled.type("case", "exempt", number, *WORDS, "--until", LATER).done()
    assert await state_of(troubled, rule) == "exempted"
    header = ("账号ID", "主办单位", "地区", "规则", "决定", "决定人", "日期", "有效期至", "依据文号", "说明")
    row = (*SORTS[rule], rule, "豁免", "县府办", beijing_date(now()), "2098-12-31", "示例〔2026〕1号", "延续")
    troubled.type("import", "decisions", troubled.table(row, header=header, name="延续.csv")).done()
    assert await state_of(troubled, rule) == "exempted"
    lines = troubled.type("case", "show", number).lines
    assert [line for line in lines if f"决定豁免至{LATER}" in line]
    assert [line for line in lines if "决定豁免至2098-12-31（示例〔2026〕1号，延续）" in line]
    troubled.type("case", "revoke", number, "--by", "操作员乙").done()
    assert await state_of(troubled, rule) in {"warning", "violated"}


@pytest.mark.parametrize("rule", SORTS)
async def test_a_case_that_ended_because_it_was_put_right_is_decided_on_no_more(troubled: Office, rule: str) -> None:
    number = number_of(troubled, rule)
    with open_store(troubled.address) as store, store.begin() as tx:
        cases.end(tx, [int(number)], Closing.COMPLETED, at=now())
    refused = troubled.type("case", "exempt", number, *WORDS).refused()
    assert refused == f"事项{number}已办结，不能再核实。"


SAID_ELSEWHERE = {
    "monitor/actions/cases.py": "what a refusal recommends instead",
    "monitor/actions/closing_steps.py": "of the days of a closing that nobody decided",
    "monitor/cli/case.py": "what a decision answers, and what the commands do",
    "monitor/core/wording.py": "of a suspicion, and of one that goes on or was confirmed, to the operator",
    "monitor/core/decidable.py": "where the account is decided on, and no unit or area",
    "monitor/ledger/decisions.py": "likewise, and where an exemption is what is wanted",
    "monitor/queries/case.py": "of a suspicion",
    "monitor/web/templates/decisions.html": "of an exemption that is about to end and may go on",
}
"""Every file whose texts tell somebody to record a decision; the tests of this module try what each of them says."""
_RECOMMENDS = re.compile(
    f"请[^。；]*登记(?:“?(?:{'|'.join(LABELS)})|结果|决定)|登记“(?:{'|'.join(LABELS)})|重新登记。|请就该账号登记"
    "|xuncha case (?:confirm|reject|exempt|retain|consolidate|deregister|revoke)|可登记的决定"
)


def test_every_text_that_recommends_a_decision_is_known_here() -> None:
    ours = (words for words in texts() if words.file.startswith("monitor/"))
    assert {words.file for words in ours if _RECOMMENDS.search(words.text)} == set(SAID_ELSEWHERE)


@pytest.mark.parametrize(
    "found",
    [
        finding("APP-01", State.SUSPECTED, is_mandatory=False),  # 请于今日内核实，并登记结果（确认或误报）
        finding("APP-01", State.VIOLATED, is_mandatory=False),  # 请与该单位联系，并登记结果
    ],
    ids=lambda entry: entry.state.value,
)
def test_what_the_messages_about_an_app_ask_to_be_recorded_is_possible(store: Store, found: Finding) -> None:
    with store.begin() as tx:
        assert is_possible(tx, found, Ruling.CONFIRMED)
        assert is_possible(tx, found, Ruling.REJECTED)
