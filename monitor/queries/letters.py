"""Documents about one case or one account: 整改通知单 and 账号交接单."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from monitor.core.calendar import beijing_date
from monitor.core.case import Case
from monitor.core.decision import in_force, of_this_life
from monitor.core.deregistration import Progress, progress
from monitor.core.finding import DEREGISTRATION, RuleBook, State
from monitor.core.news import Office
from monitor.core.register import opened_again
from monitor.core.rules import sup_02
from monitor.documents import Document
from monitor.documents.handover import Handover, handover
from monitor.documents.notice import Matter, notice, why_no_notice
from monitor.queries.account import read_account
from monitor.queries.case import read_facts
from monitor.queries.cases import CaseLine
from monitor.queries.lines import OverviewContext
from monitor.store import Tx
from monitor.store.decisions import decisions_of
from monitor.store.facts import known
from monitor.store.findings import stated
from monitor.store.roster import versions_of
from monitor.store.troubles import troubles


class NoLetterError(Exception):
    """There is no such document to write; the argument says why, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContext:
    """What these documents are written against."""

    moment: OverviewContext
    book: RuleBook
    office: Office


def read_notice(tx: Tx, number: int, context: LetterContext) -> Document | None:
    """Return the notice to the unit of a case, None without such a case; raises NoLetterError."""
    now = context.moment.now
    facts = read_facts(tx, number, now)
    if facts is None:
        return None
    matter = replace(_matter(facts.line, context.moment), due=_due(tx, facts.line.case, context))
    if reason := why_no_notice(matter, now):
        raise NoLetterError(reason)
    return notice(matter, context.office, now)


def can_be_noticed(line: CaseLine, moment: OverviewContext) -> bool:
    """True if the unit of a case can be asked now to put it right."""
    return why_no_notice(_matter(line, moment), moment.now) is None


def _matter(line: CaseLine, moment: OverviewContext) -> Matter:
    return Matter(case=line.case, account=line.account, finding=line.finding, title=moment.title(line.case.rule))


def _due(tx: Tx, case: Case, context: LetterContext) -> date | None:
    """Return the last day of the unit's term, the same that reports name; None where none runs."""
    said = stated(tx, sup_02.ID, [case.subject.key], context.moment.now).get(case.subject.key)
    is_spared = said is not None and said.state not in {State.OK, State.WARNING}
    mine = () if case.account is None else troubles(tx, [case.account], context.moment.now)
    trouble = next((each for each in mine if each.case == case.id), None)
    if trouble is None or is_spared or sup_02.ID not in context.book.clauses:
        return None
    return sup_02.term_ends(trouble, replace(context.book, calendar=context.moment.calendar.of(case.area)))


def read_handover(tx: Tx, account_id: str, context: LetterContext) -> Document | None:
    """Return what somebody needs who takes an account over; None for one that is not on the roster."""
    moment, book = context.moment, context.book
    page = read_account(tx, account_id, moment)
    if page is None:
        return None
    versions = versions_of(tx, [account_id], at=moment.now, known_at=moment.now).get(account_id, ())
    decided = of_this_life(decisions_of(tx, [account_id], moment.now)[account_id], opened_again(versions))
    today = beijing_date(moment.now)
    about = Handover(
        account=page.row.account,
        findings=page.troubles,
        cases=[entry.case for entry in page.cases if entry.case.closed_at is None],
        decisions=[each for each in in_force(decided) if each.valid_until is None or each.valid_until >= today],
        last=page.line.last,
        deadline=page.line.deadline,
        collectors=[source.collector for source in page.row.sources if source.next_look_at],
        progress=_progress(tx, account_id, context),
        titles=book.titles,
    )
    return handover(about, context.office, moment.now)


def _progress(tx: Tx, account_id: str, context: LetterContext) -> Progress | None:
    if DEREGISTRATION not in context.book.clauses:
        return None
    histories = known(tx, [account_id], now=context.moment.now)
    return next((progress(each, context.book, context.moment.now) for each in histories), None)
