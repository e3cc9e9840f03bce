"""The lines of the to-do list about open cases that wait on the office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from urllib.parse import quote

from monitor.core.phrases import plain, short
from monitor.core.rules.sec_01 import ID as CONTENT_SAFETY
from monitor.core.rules.sup_02 import OfficeTerms
from monitor.core.subject import SubjectKind
from monitor.core.todo import CASE_TEXTS, NOUN, ActText, TodoAct, TodoLine, counted, named
from monitor.queries.todo_context import TodoContext
from monitor.store import Tx
from monitor.store.findings import stated
from monitor.store.office_cases import OfficeAct, OfficeCase, OfficeGroup
from monitor.store.roster import accounts

LONGEST = 200
"""Characters of a reason."""
_SAFE = "请登录系统查看"
"""Why there is a line about content safety: what was recorded may be the very thing that nobody should read."""


def case_lines(tx: Tx, acts: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    """Yield a line for each act about cases; of accounts out of sight another module tells."""
    for act in acts:
        if act.act in CASE_TEXTS:
            yield _line(tx, act, context)


def due_of(groups: Sequence[OfficeGroup], context: TodoContext) -> date | None:
    """Return the first last day of these cases: what the finding names, else what the time to mend gives."""
    terms = OfficeTerms.of(context.book, context.calendar)
    named = [group.due for group in groups]
    waited = [terms.due(group.rule, group.area, group.since) for group in groups if terms and group.since]
    return min(filter(None, (*named, *waited)), default=None)


def because_of(tx: Tx, case: OfficeCase, now: datetime) -> str:
    """Return why a case is open; of content safety only that there is something."""
    if case.rule == CONTENT_SAFETY:
        return _SAFE
    finding = stated(tx, case.rule, [case.subject.key], now).get(case.subject.key)
    return plain(finding.because, LONGEST).removesuffix("。") if finding else ""


def _line(tx: Tx, act: OfficeAct, context: TodoContext) -> TodoLine:
    text, is_one = CASE_TEXTS[act.act], act.troubles == 1
    return TodoLine(
        act=act.act,
        rule=act.rule,
        count=act.troubles,
        what=_what(tx, act, context),
        why=_why(tx, act, context),
        due=due_of(act.groups, context),
        verb=text.verb,
        link=_link_of_one(act.heads[0], text) if is_one else _link(act),
    )


def _what(tx: Tx, act: OfficeAct, context: TodoContext) -> str:
    """Return the act with whom it is about, and how many cases those are where they are more."""
    text, title = CASE_TEXTS[act.act], context.book.title(act.rule)
    more = f"（共{act.troubles}项）" if act.troubles != act.subjects else ""
    if act.subjects == 1:
        return f"{text.one.format(title=title)}：{context.called(tx, act.heads[0].whom)}{more}"
    return text.several.format(n=act.subjects, title=title) + more


def _link_of_one(case: OfficeCase, text: ActText) -> str:
    account, area = (quote(name or "", safe="") for name in (case.account, case.area))
    return text.link_of_one.format(case=case.main, account=account, area=area)


def _link(act: OfficeAct) -> str:
    rule = f"&rule={act.rule}" if act.rule else ""
    return CASE_TEXTS[act.act].link.format(act=act.act.value) + rule


def _why(tx: Tx, act: OfficeAct, context: TodoContext) -> str:
    if act.troubles == 1 or (act.subjects == 1 and act.act is not TodoAct.REVIEW):
        return because_of(tx, act.heads[0], context.now)
    if act.act is TodoAct.REVIEW:
        troubles: Counter[str] = Counter()
        for group in act.groups:
            troubles[context.book.title(group.rule)] += group.troubles
        return counted(dict(troubles.most_common()))
    names = [_name(tx, case, context) for case in act.heads]
    return named(names, act.subjects, NOUN.get(act.act, "个账号"))


def _name(tx: Tx, case: OfficeCase, context: TodoContext) -> str:
    if case.whom.kind is SubjectKind.ACCOUNT:
        known = accounts(tx, ids=[case.whom.name], with_people=False)
        return short(known[0]) if known else plain(case.whom.name)
    return context.called(tx, case.whom)
