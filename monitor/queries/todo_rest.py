"""The lines of the to-do list that are not about open cases alone: messages, looks, links, decisions, imports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

from monitor.core.calendar import beijing_date
from monitor.core.decision import Decision
from monitor.core.light import Light
from monitor.core.message import MessageState
from monitor.core.phrases import dated, plain, short
from monitor.core.report import MISSED
from monitor.core.rules.reg_01 import ID as FILING
from monitor.core.rules.upd_02 import ID as LISTED
from monitor.core.subject import Subject
from monitor.core.todo import TodoAct, TodoLine, counted, named
from monitor.queries.advices import advices
from monitor.queries.concerns import Concern, concerned, condition
from monitor.queries.decisions import DecisionShow, ending_soon
from monitor.queries.orders import open_orders
from monitor.queries.todo_cases import because_of, due_of
from monitor.queries.todo_context import TodoContext
from monitor.store import Tx, decision_requests, identities, lights, proposals
from monitor.store.claims import WAITING_FOR, waiting
from monitor.store.decisions import cases_about, changed_bases
from monitor.store.figures import unknown_under
from monitor.store.lights import AccountFilter
from monitor.store.message_acts import open_failures
from monitor.store.office_cases import OfficeAct
from monitor.store.outages import open_outages
from monitor.store.outbox import counts, held_units, next_release
from monitor.store.overview import failing_sources
from monitor.store.papers import latest_filed_lists, missing_rounds, strays
from monitor.store.reports import untaken
from monitor.store.rereading import unstated
from monitor.store.roster import accounts
from monitor.store.web_hooks import troubled

_ROUNDS = "确无此期的，请导入一行：只填系列、期次、印发日期，“覆盖全部”填“否”，账号留空"
_AFTER_EXEMPTIONS = "到期后恢复判定和提醒；需延续的，请重新登记"
Read = Callable[[Tx, Sequence[OfficeAct], TodoContext], Iterator[TodoLine]]


def other_lines(tx: Tx, acts: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    """Yield them; a line that is about nothing has the count 0."""
    for read in _READ:
        yield from read(tx, acts, context)


def _outages(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    out = open_outages(tx)
    yield TodoLine(
        act=TodoAct.OUTAGE,
        count=len(out),
        what=f"查看{'、'.join(outage.name for outage in out[:3])}的原因",
        why="；".join(plain(outage.detail or outage.cause.label, 100) for outage in out[:3]),
        is_for_today=True,
        verb="查看原因",
        link="/system",
    )


def _messages(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    failed, held = len(open_failures(tx, context.now)), counts(tx)[MessageState.HELD]
    yield TodoLine(
        act=TodoAct.FAILED,
        count=failed,
        what=f"{failed}条消息发送失败，改用电话通知",
        is_for_today=True,
        verb="改用电话",
        link="/messages?state=failed",
    )
    if not context.has_channels:
        yield _no_channel(held)
    elif held:
        first, units = next_release(tx), held_units(tx)
        yield TodoLine(
            act=TodoAct.HELD,
            count=held,
            what=f"放行{held}条消息{f'，涉及{units}个单位' if units else ''}",
            why=f"最早{dated(beijing_date(first), context.today)}自动放行" if first else "",
            is_for_today=True,
            verb="核对放行",
            link="/messages?state=held",
        )


def _hooks(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    found = troubled(tx, context.now)
    yield TodoLine(
        act=TodoAct.HOOK,
        count=len(found),
        what=f"处理{len(found)}个推送不通的地址" if len(found) > 1 else "处理推送不通的地址",
        why=named([plain(hook.name, 60) for hook in found], len(found), "个地址"),
        is_for_today=True,
        verb="去处理",
        link="/system/hooks",
    )


def _seconds(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    asked = [one for one in decision_requests.waiting(tx) if one.asked_by != context.viewer]
    rulings = Counter(one.ruling.label for one in asked)
    people = tuple(dict.fromkeys(plain(one.asked_by) for one in asked))
    yield TodoLine(
        act=TodoAct.SECOND,
        count=len(asked),
        what=f"确认他人提出的{len(asked)}项决定（{counted(rulings)}）",
        why=f"{'、'.join(people[:3])}提出；确认后生效" if asked else "",
        is_for_today=True,
        verb="去确认",
        link=f"/cases/{asked[0].case}#second" if len(asked) == 1 else f"/cases?act={TodoAct.SECOND.value}",
    )


def _no_channel(held: int) -> TodoLine:
    return TodoLine(
        act=TodoAct.CHANNEL,
        count=1,
        what="设置通知渠道",
        why=f"{f'{held}条' if held else ''}消息只生成草稿，不会发出",
        verb="看草稿",
        link="/messages?state=held",
    )


def _looks(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    which = condition(tx, Concern.HAND, context.now)
    count = lights.count(tx, AccountFilter(tasks=which))
    never = lights.count(tx, AccountFilter(tasks=which, light=Light.NEVER)) if count else 0
    reasons = [_of_accounts(tx, Concern.HAND, count, context), f"其中尚未核查{never}个" if 0 < never < count else ""]
    yield TodoLine(
        act=TodoAct.LOOK,
        count=count,
        what=_what(tx, Concern.HAND, count, context, one="人工核查", several="人工核查{n}个账号"),
        why="；".join(filter(None, reasons)) if count > 1 else "",
        is_for_today=True,
        verb="开始核查",
        link="/looks?due=1&task=hand",
    )


def _proposals(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    asked = proposals.waiting(tx)
    kinds = dict.fromkeys(kept.proposal.kind.label for kept in asked)
    units = dict.fromkeys(plain(kept.proposal.unit.name) for kept in asked)
    yield TodoLine(
        act=TodoAct.PROPOSAL,
        count=len(asked),
        what=f"采纳或退回单位提出的{len(asked)}项变更（{'、'.join(kinds)}）",
        why=named(tuple(units), len(units), "个单位"),
        is_for_today=True,
        verb="核对",
        link="/proposals",
    )


def _unseen(tx: Tx, acts: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    unseen = concerned(tx, Concern.UNSEEN, context.now)
    count = len(unseen)
    asked = next((act for act in acts if act.act is TodoAct.UNSEEN), None)
    reason = because_of(tx, asked.heads[0], context.now) if count == 1 and asked else ""
    named_or_why = reason if count == 1 else _of_accounts(tx, Concern.UNSEEN, count, context)
    yield TodoLine(
        act=TodoAct.UNSEEN,
        count=count,
        what=_what(
            tx,
            Concern.UNSEEN,
            count,
            context,
            one="核查采集异常或信息有变化的账号",
            several="核查{n}个采集异常或信息有变化的账号",
        ),
        why="；".join(filter(None, (named_or_why, *_advices(tx, unseen)))),
        due=due_of(asked.groups, context) if asked else None,
        is_for_today=True,
        verb="去核查",
        link=f"/accounts/{unseen[0]}" if count == 1 else f"/accounts?task={Concern.UNSEEN.value}",
    )


def _advices(tx: Tx, unseen: Collection[str]) -> Iterator[str]:
    """Yield what the owners of those accounts have to do, as far as their platforms say it."""
    ids = frozenset(unseen)
    said = advices(source for source in failing_sources(tx) if source.account in ids)
    yield from (plain(advice, 200).removesuffix("。") for advice in said)


def _what(tx: Tx, concern: Concern, count: int, context: TodoContext, *, one: str, several: str) -> str:
    """Return what is done about so many accounts, or about the only one by its name and unit."""
    if count != 1:
        return several.format(n=count)
    (account,) = accounts(tx, ids=concerned(tx, concern, context.now, limit=1), with_people=False)
    return f"{one}：{context.account(account)}"


def _of_accounts(tx: Tx, concern: Concern, count: int, context: TodoContext) -> str:
    """Return the names of the first accounts that are concerned."""
    ids = concerned(tx, concern, context.now, limit=3) if count else ()
    known = accounts(tx, ids=ids, with_people=False) if ids else ()
    return named([short(account) for account in known], count, "个账号")


def _orders(tx: Tx, acts: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    """Yield the line of the orders that wait, those without an account too; one is there as long as a case is."""
    waiting_ones = open_orders(tx, context.now)
    asked = next((act for act in acts if act.act is TodoAct.ORDER), None)
    count = len(waiting_ones) or (asked.subjects if asked else 0)
    first = waiting_ones[0] if len(waiting_ones) == 1 else None
    whom = Subject.of_account(first.account) if first and first.account else None
    called = context.called(tx, whom) if whom else plain(str(first.written)) if first else ""
    strays = sum(order.account is None for order in waiting_ones)
    numbers = named([plain(order.number, 40) for order in waiting_ones], len(waiting_ones), "件")
    why = plain(first.problem, 200) if first else numbers
    yield TodoLine(
        act=TodoAct.ORDER,
        count=count,
        what=f"答复省平台工单“{plain(first.number, 40)}”：{called}" if first else f"答复{count}件省平台工单",
        why="；".join(filter(None, (why, f"{strays}件未匹配到账号" if strays else ""))),
        due=waiting_ones[0].due if waiting_ones else None,
        is_for_today=True,
        verb="去答复",
        link="/orders",
    )


def _links(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    whose = {claim.account for claim in waiting(tx, since=context.now - WAITING_FOR)}
    yield TodoLine(
        act=TodoAct.CLAIM,
        count=len(whose),
        what=_what(tx, Concern.CLAIMS, len(whose), context, one="核实粘贴的链接", several="核实{n}个账号粘贴的链接"),
        why=_of_accounts(tx, Concern.CLAIMS, len(whose), context) if len(whose) > 1 else "",
        is_for_today=True,
        verb="去核实",
        link=f"/accounts?task={Concern.CLAIMS.value}",
    )


def _exemptions(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    ending = ending_soon(tx, context.today, context.calendar)
    names = [_of_decision(tx, decision, context) for decision in ending[:3]]
    yield TodoLine(
        act=TodoAct.EXEMPTION,
        count=len(ending),
        what=f"豁免即将到期：{names[0]}" if len(ending) == 1 else f"{len(ending)}项豁免即将到期",
        why=(f"{named(names, len(ending), '项')}；" if len(ending) > 1 else "") + _AFTER_EXEMPTIONS,
        due=ending[0].valid_until if ending else None,
        verb="去登记",
        link=_link_of(tx, ending, DecisionShow.ENDING),
    )


def _link_of(tx: Tx, made: Sequence[Decision], show: DecisionShow) -> str:
    """Return where decisions are changed: of the only one the case, of several their list."""
    keys = {(one.subject.key, one.rule) for one in made}
    found = cases_about(tx, {subject for subject, _ in keys}) if len(made) == 1 else {}
    number = next((found[key] for key in keys if key in found), None)
    return f"/cases/{number}" if number else f"/decisions?show={show.value}"


def _of_decision(tx: Tx, decision: Decision, context: TodoContext) -> str:
    return f"{context.called(tx, decision.subject)}“{context.book.title(decision.rule)}”"


def _decided(decision: Decision, context: TodoContext) -> str:
    """Return who decided what and when, and what has changed of its basis."""
    when = dated(beijing_date(decision.at), context.today)
    return f"{when}{plain(decision.by)}决定{decision.ruling.label}。{plain(decision.basis_changed or '', 300)}"


def _bases(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    changed = changed_bases(tx)
    names = [_of_decision(tx, decision, context) for decision in changed[:3]]
    said = _decided(changed[0], context) if len(changed) == 1 else named(names, len(changed), "项")
    yield TodoLine(
        act=TodoAct.BASIS,
        count=len(changed),
        what=f"复核决定依据有变化：{names[0]}" if len(changed) == 1 else f"复核{len(changed)}项依据有变化的决定",
        why=said,
        verb="去复核",
        link=_link_of(tx, changed, DecisionShow.BASIS),
    )


def _muted(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    count = lights.count(tx, AccountFilter(tasks=condition(tx, Concern.MUTED, context.now)))
    yield TodoLine(
        act=TodoAct.MUTED,
        count=count,
        what=_what(
            tx,
            Concern.MUTED,
            count,
            context,
            one="超期而暂停提醒，确认是否继续",
            several="{n}个超期账号正暂停提醒，确认是否继续",
        ),
        why=_of_accounts(tx, Concern.MUTED, count, context) if count > 1 else "",
        verb="去确认",
        link=f"/accounts?task={Concern.MUTED.value}",
    )


def _imports(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    unmatched, holes, silent = strays(tx), missing_rounds(tx), unstated(tx)
    papers = Counter(str(row.paper) for row in unmatched)
    waiting = unknown_under(tx, LISTED) if unmatched or holes else 0
    verdicts = f"{waiting}个账号是否连续被通报2周未更新，因此暂不能判定" if waiting else ""
    rows = named([f"{plain(paper)}{rows}行" for paper, rows in papers.items()], len(papers), "份")
    yield TodoLine(
        act=TodoAct.STRAYS,
        count=len(unmatched),
        what=f"补全{len(unmatched)}行未匹配到账号的导入数据",
        why="；".join(filter(None, (rows, verdicts))),
        is_waited_for=bool(waiting),
        verb="去补全",
        link="/imports",
    )
    rounds = sum(hole.size for hole in holes)
    gaps = named([plain(str(hole)) for hole in holes], len(holes), "处")
    yield TodoLine(
        act=TodoAct.MISSING,
        count=rounds,
        what=f"补录{rounds}期缺失的通报",
        why="；".join(filter(None, (gaps, verdicts, _ROUNDS))),
        is_waited_for=bool(waiting),
        verb="去补录",
        link="/imports",
    )
    yield TodoLine(
        act=TodoAct.UNSTATED,
        count=len(silent),
        what=f"补登{len(silent)}条未写明结果的旧记录",
        verb="去补登",
        link="/imports",
    )


def _filed_lists(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    if FILING not in context.book.numbers:
        return
    most = context.book.number(FILING, "list_days")
    old = {area: on for area, on in latest_filed_lists(tx).items() if (context.today - on).days > most}
    oldest = min(old.values(), default=context.today)
    age = (context.today - oldest).days
    yield TodoLine(
        act=TodoAct.FILED,
        count=len(old),
        what="导入新的已备案清单",
        why=f"截至{dated(oldest, context.today)}的清单已{age}天，超过{most}天不能判定是否备案",
        verb="去导入",
        link="/imports",
    )


def login_requests(tx: Tx, now: datetime) -> TodoLine:
    """Return the line of those who wait to be let in: an administrator's, whom no other line is for."""
    asked = identities.waiting(tx, now=now)
    return TodoLine(
        act=TodoAct.LOGIN_REQUEST,
        count=len(asked),
        what=f"开通或拒绝{len(asked)}个等待开通的用户",
        why=named([one.name for one in asked], len(asked), "个用户"),
        is_for_today=True,
        verb="去办理",
        link="/users",
    )


def _calendar(_: Tx, __: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    years = context.calendar.unknown_years(context.today)
    said = "、".join(f"{year}年" for year in years)
    wish = f"请信息技术人员按国务院办公厅通知补入（calendar.yaml，years加上{'、'.join(map(str, years))}）"
    yield TodoLine(
        act=TodoAct.CALENDAR,
        count=len(years),
        what=f"录入{said}放假和调休安排",
        why=f"{said}放假和调休安排尚未录入，目前只按法定节日和周一至周五计算；{wish}",
        verb="看说明",
        link="/system",
    )


def _reports(tx: Tx, _: Sequence[OfficeAct], context: TodoContext) -> Iterator[TodoLine]:
    drafts = untaken(tx, context.now - MISSED)
    yield TodoLine(
        act=TodoAct.REPORT,
        count=len(drafts),
        what=f"核对{named([kept.title for kept in drafts], len(drafts), '份报表')}草稿",
        why="下载后不再列出；通报由领导签发",
        is_for_today=True,
        verb="打开报表",
        link=f"/reports/{drafts[0].number}" if len(drafts) == 1 else "/reports",
    )


_READ: tuple[Read, ...] = (
    _outages,
    _messages,
    _seconds,
    _looks,
    _unseen,
    _orders,
    _links,
    _proposals,
    _exemptions,
    _bases,
    _muted,
    _imports,
    _filed_lists,
    _calendar,
    _hooks,
    _reports,
)
