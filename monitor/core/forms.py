"""The closed words of each kind of record: the one table for import, blank form, documents and rules.

Free text explains and never decides. A word counts only where it is the whole of what was written, after NFKC and
without blanks: of 未发现问题 nothing is taken for 发现问题.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from monitor.core.account import Labelled
from monitor.core.record import NewRecord, RecordKind, Result

INSTITUTIONS = ("信息发布审核制度", "安全管理制度", "应急预案", "考核评价办法", "值班值守制度", "工作制度")
"""The institutions that the plan names; rules.yaml may ask for more."""


_DENYING = re.compile(
    r"[未无不没非否勿莫欠缺废免空漏忘虚×✗✘✕]|白[开办搞]|取消|[0零]次|误|报错|^n(?:/?a|o|one|il)$"  # that it was not
    r"|[待缓暂延迟撤退驳拒搁耽改补]|推后|逾期|流[产会]|泡汤|受阻|中止|终止|停[办开课止]|申请中|审[批核]"  # put off
    r"|[拟将尚还]|计划|规划|预[计定备]|准备|筹|正在|安排|约定|争取|力争|尽快|尽早|抓紧|届时|以后|之后|下[个周月旬半次]"
    r"|[明次翌][天日年月]|[年月]底|年[前内末]|即[将日]|本[周月年]内"  # still to come
    r"|请(?!专|教|来|省|市|县)|要求|应(?!急|用|对|知|答)|须|必[须要]|需|催|督促|布置|部署|通知|建议|[?？]",  # asked for
    re.IGNORECASE,
)
"""Words that may deny a thing, put it off or only ask for it. It decides nothing: the row is refused until its result
is named, so that a word too many costs a cell, and a word too few a verdict."""
_DENYING_A_REQUEST = re.compile(
    r"[撤待拟缓暂驳退拒延否误仍?？]|取消|[不未][再予]?(?:申请|关停|注销|同意|关|准|批)|没有申请|尚未|^无$"
    r"|继续|保留|恢复|改[为由]|挽留|沟通|审[批核]|^n(?:/?a|o|one|il)$",
    re.IGNORECASE,
)
"""As above, where the text gives reasons: 无力维护 is one."""
_DENYING_A_DEDUCTION = re.compile(
    r"[扣撤免酌暂奖?？]|加分|从轻|口头|警告|谈话|约谈|[0零]分|^无$|^n(?:/?a|o|one|il)$", re.IGNORECASE
)
"""As above: a reason, 逾期未报送, does not speak of the deduction itself."""


class FormItem(Labelled):
    """The further field that a kind may have; the word is its column."""

    NAME = "name", "名称"
    NUMBER = "number", "编号"
    COUNT = "count", "数值"
    ADDRESS = "address", "网址"
    PERSON = "person", "登记人"


class Silence(Enum):
    """When a row that names no result is taken for its kind's `presumed` one: that it is in the file says so."""

    NEVER = "never"
    BARE = "bare"
    """Where it names its item, and nothing else is written."""
    PLAIN = "plain"
    """Where what is written has no word that may deny it or put it off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordForm:
    """The results that a record of one kind may have."""

    results: tuple[Result, ...] = ()
    same: Mapping[str, Result] = field(default_factory=dict)
    """Other words for them, each the whole of what is written."""
    item: FormItem | None = None
    meaning: str = ""
    """The name of the item."""
    needs_item: bool = False
    presumed: Result | None = None
    silence: Silence = Silence.NEVER
    denying: re.Pattern[str] = _DENYING
    """The words that deny it in the text of a row that names no result."""
    ending: frozenset[Result] = frozenset()
    """The results that may have a last day (截止日期)."""


def _same(**words: str) -> Mapping[str, Result]:
    return {word: Result.of(result) for result, several in words.items() for word in several.split()}


def _happened(done: Result, *others: Result, denying: re.Pattern[str] = _DENYING, **same: str) -> RecordForm:
    silence = Silence.PLAIN
    return RecordForm(results=(done, *others), presumed=done, silence=silence, denying=denying, same=_same(**same))


FORMS: Mapping[RecordKind, RecordForm] = {
    RecordKind.INSTITUTION: RecordForm(
        results=(Result.ESTABLISHED, Result.NOT_ESTABLISHED, Result.ABOLISHED),
        item=FormItem.NAME,
        meaning="制度名称",
        needs_item=True,
        presumed=Result.ESTABLISHED,
        silence=Silence.BARE,
        same=_same(
            established="建立 已印发 已制定 已出台 已修订 已复核",
            not_established="尚未建立 没有建立 未制定 尚未制定",
            abolished="废止",
        ),
    ),
    RecordKind.TRAINING: _happened(
        Result.HELD, Result.NOT_HELD, held="已组织 已开展 已培训", not_held="未组织 未开展 未培训 已取消 取消"
    ),
    RecordKind.MEETING: _happened(Result.MET, Result.NOT_MET, met="已举办 已举行", not_met="未举办 未举行 已取消 取消"),
    RecordKind.INSPECTION: _happened(
        Result.INSPECTED,
        Result.CLEAN,
        Result.FAULTY,
        Result.NOT_INSPECTED,
        inspected="已检查",
        clean="正常 无问题 没有问题 没有发现问题 未见异常",
        faulty="发现问题 有问题",
        not_inspected="未检查 尚未检查 尚未开展 已取消 取消",
    ),
    RecordKind.INTERACTION: RecordForm(
        results=(Result.SOUND, Result.FAULTY),
        same=_same(sound="有效 互动功能正常 未发现问题 没有问题 无问题 未见异常", faulty="缺失 无效 失效 不正常 异常"),
    ),
    RecordKind.MESSAGE_REPLY: RecordForm(
        results=(Result.RECEIVED, Result.ANSWERED),
        item=FormItem.NUMBER,
        meaning="留言编号",
        same=_same(received="已收到", answered="答复 已回复 已反馈 已办结"),
    ),
    RecordKind.SERVICE_ENTRY: RecordForm(
        results=(Result.SOUND, Result.DEAD),
        item=FormItem.ADDRESS,
        meaning="入口网址，多个的用空格隔开",
        presumed=Result.SOUND,
        silence=Silence.BARE,
        same=_same(
            sound="有效 入口正常 未发现问题 没有失效 未失效 可以访问",
            dead="存在问题 无效 不正常 入口不正常 打不开 无法打开 无法访问",
        ),
    ),
    RecordKind.KNOWLEDGE_BASE: RecordForm(
        results=(Result.ADOPTED, Result.NOT_ADOPTED), same=_same(adopted="引入", not_adopted="尚未引入 没有引入")
    ),
    RecordKind.IPV6: RecordForm(
        results=(Result.SUPPORTED, Result.NOT_SUPPORTED),
        same=_same(supported="已支持", not_supported="未支持 尚不支持"),
    ),
    RecordKind.APP_FILING: RecordForm(
        results=(Result.FILED, Result.NOT_FILED),
        item=FormItem.NUMBER,
        meaning="备案号",
        presumed=Result.FILED,
        silence=Silence.BARE,
        same=_same(filed="备案", not_filed="尚未备案 没有备案"),
    ),
    RecordKind.CONTENT_SAFETY: RecordForm(
        results=(Result.FAULTY, Result.SUSPECTED, Result.SETTLED, Result.UNTRUE, Result.CLEAN),
        item=FormItem.NUMBER,
        meaning="问题编号",
        same=_same(
            faulty="发现 发现问题",
            suspected="疑似问题 待核实",
            settled="处置 已处理 已整改 已删除 已纠正 已办结",
            untrue="误报",
            clean="未发现 没有发现问题 无问题 没有问题 正常 未见异常",
        ),
    ),
    RecordKind.IMPOSTOR: RecordForm(
        results=(Result.FOUND, Result.HANDED_ON, Result.SHUT, Result.UNTRUE, Result.NOT_FOUND),
        item=FormItem.NUMBER,
        meaning="线索编号",
        same=_same(
            handed_on="转办",
            shut="关停 已封禁 已注销 已处置 已处理 已办结",
            untrue="误报",
            not_found="没有发现 未发现问题 未发现假冒",
        ),
    ),
    RecordKind.JOINT_REVIEW: RecordForm(
        results=(
            Result.RETAIN,
            Result.CONSOLIDATE,
            Result.DEREGISTER,
            Result.SHUT_DOWN,
            Result.CANCEL,
            Result.RECTIFY,
            Result.UNDECIDED,
        ),
        same=_same(
            retain="予以保留 同意保留 建议保留",
            consolidate="建议清理整合 同意清理整合",
            deregister="予以注销 同意注销 建议注销",
            shut_down="予以关停 同意关停 建议关停",
            cancel="予以取消 同意取消 建议取消",
            rectify="限期整改 建议整改",
            undecided="暂无意见 待研判",
        ),
    ),
    RecordKind.CLOSE_REQUEST: _happened(
        Result.ASKED_FOR,
        Result.TAKEN_BACK,
        denying=_DENYING_A_REQUEST,
        asked_for="申请关停 申请",
        taken_back="撤回 撤回申请 已撤销",
    ),
    RecordKind.PHASE: RecordForm(
        results=(Result.CARRIED_OUT, Result.CANCEL),
        item=FormItem.NAME,
        meaning="阶段的名称",
        presumed=Result.CARRIED_OUT,
        silence=Silence.PLAIN,
        same=_same(cancel="已取消 不实施"),
    ),
    RecordKind.UNIT_RETURN: _happened(
        Result.REPORTED, Result.NOT_REPORTED, reported="报送 已上报", not_reported="尚未报送 没有报送 未上报"
    ),
    RecordKind.FILING_CHANGE: RecordForm(
        results=(
            Result.OPENING_APPROVED,
            Result.OPENING_REFUSED,
            Result.CHANGED,
            Result.CHANGE_REFUSED,
            Result.SHUT_DOWN,
            Result.DEREGISTER,
        ),
        same=_same(
            opening_approved="开设 批准开设 已同意开设",
            opening_refused="不批准开设 未同意开设 未批准开设",
            changed="同意变更 批准变更 已变更 名称变更",
            change_refused="不批准变更 未同意变更 未批准变更",
        ),
    ),
    RecordKind.DEREGISTRATION: RecordForm(
        results=(
            Result.DECIDED_TO_END,
            Result.DECIDED_TO_MERGE,
            Result.END_FILED,
            Result.ARCHIVED,
            Result.ANNOUNCED,
            Result.APPLIED,
            Result.FROZEN,
            Result.CONFIRMED,
            Result.CALLED_OFF,
        ),
        same=_same(
            decided_to_end="决定",
            end_filed="已备案",
            archived="已存档",
            announced="已公告",
            applied="已申请",
            frozen="已冻结",
            confirmed="已确认",
            called_off="已终止",
        ),
        ending=frozenset({Result.FROZEN}),
    ),
    RecordKind.POPULATION: RecordForm(item=FormItem.COUNT, meaning="人数", needs_item=True),
    RecordKind.UNIT_ORDER: RecordForm(item=FormItem.COUNT, meaning="顺序号", needs_item=True),
    RecordKind.DEDUCTION: _happened(
        Result.DEDUCT,
        Result.NOT_DEDUCT,
        denying=_DENYING_A_DEDUCTION,
        deduct="建议扣分 予以扣分",
        not_deduct="不予扣分 免予扣分",
    ),
    RecordKind.MIGRATION: RecordForm(
        results=(Result.MOVED, Result.NOT_MOVED),
        item=FormItem.NAME,
        meaning="迁往的账号",
        presumed=Result.MOVED,
        silence=Silence.BARE,
        same=_same(not_moved="尚未迁移 暂未迁移 没有迁移"),
    ),
    RecordKind.ALIAS: RecordForm(item=FormItem.NAME, meaning="认证主体中也用的名称", needs_item=True),
    RecordKind.DOMAIN: RecordForm(item=FormItem.NAME, meaning="领域", needs_item=True),
    RecordKind.MUTE: RecordForm(
        results=(Result.MUTED, Result.RESUMED),
        item=FormItem.PERSON,
        meaning="登记人",
        ending=frozenset({Result.MUTED}),
    ),
    RecordKind.WORK_ORDER: RecordForm(
        results=(Result.RECTIFIED, Result.ANSWERED, Result.UNTRUE, Result.TAKEN_BACK),
        item=FormItem.NUMBER,
        meaning="工单编号",
        needs_item=True,
        same=_same(
            rectified="整改 整改完成 已完成整改",
            answered="答复 已回复 已反馈",
            untrue="情况不属实 误报",
            taken_back="撤回 平台已撤回",
        ),
    ),
    RecordKind.LISTING: RecordForm(
        results=(Result.LISTED, Result.NOT_LISTED), same=_same(listed="列入 同意列入", not_listed="不列入 暂不列入")
    ),
}
"""The form of each kind."""

_END = "。.！!；;，,、"


def folded(text: str) -> str:
    """Return a text as closed words are compared with it: NFKC, without blanks and without a stop at its end."""
    return "".join(unicodedata.normalize("NFKC", text).split()).rstrip(_END)


def understood(kind: RecordKind, text: str) -> Result | None:
    """Return the result of a kind that a text is the whole word of; None where it is none of them."""
    form, word = FORMS[kind], folded(text)
    return next((result for result in form.results if result.label == word), None) or form.same.get(word)


def presumed(kind: RecordKind, text: str, *, has_item: bool, on: date | None = None) -> Result | None:
    """Return what a row without a result says by being there; None where its text leaves that open.

    `text` is without what was already taken for the item. Of a row of the day `on`, a text that names another month
    may speak of a plan.
    """
    form = FORMS[kind]
    if on is not None and any(int(month) != on.month for month in _MONTH.findall(folded(text))):
        return None
    match form.silence:
        case Silence.BARE if has_item and not text:
            return form.presumed
        case Silence.PLAIN if not form.denying.search(folded(text)):
            return form.presumed
        case _:
            return None


def institution_meant(text: str, names: Collection[str] = INSTITUTIONS) -> str | None:
    """Return the institution that a text is the whole name of, in （） or 《》 or without; None for any other."""
    word = folded(text).removeprefix("《").removesuffix("》")
    return next((text for text in names if folded(text) == word), None)


_MONTH = re.compile(r"(?<!\d)(\d{1,2})月")
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
_ADDRESS = re.compile(rf"(?:[Hh][Tt][Tt][Pp][Ss]?://)?({_HOST})(?::\d{{1,5}})?(?:[/?#][!-~]{{0,2000}})?")
_FILING_NUMBER = re.compile(
    r"[A-Za-z\u4e00-\u9fff]{1,8}备(?:案)?(?:字|第|字第)?[\[(〔]?\d{4,24}[\])〕]?\d{0,12}号(?:-\d{1,4}[A-Za-z]?)?"
)
_NOT_YET = re.compile(r"[未无不没非否勿莫待拟将尚欠缺撤废暂缓正补申]")
"""Characters that never stand before the 备 of a filing's number."""
_FROZEN_UNTIL = re.compile(r"冻结(?:期)?至(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?")


def addresses_in(text: str) -> tuple[str, ...] | None:
    """Return the web addresses that are the whole of a text; None where it is anything else."""
    parts = re.split(r"[\s、，,；;]+", unicodedata.normalize("NFKC", text).strip())
    return tuple(parts) if all(map(_ADDRESS.fullmatch, parts)) else None


def host_of(address: str) -> str:
    """Return the host of one of `addresses_in`, in lower case."""
    found = _ADDRESS.fullmatch(address)
    return found[1].lower() if found else address


def is_filing_number(text: str) -> bool:
    """True if a text is the number of a filing and nothing else: 浙ICP备05012345号-3A, 政应备〔2026〕12号."""
    word = folded(text)
    return _FILING_NUMBER.fullmatch(word) is not None and _NOT_YET.search(word) is None


def frozen_until(text: str) -> date | None:
    """Return the last day of a freeze that a text names and nothing else: 冻结至2026年6月4日."""
    found = _FROZEN_UNTIL.fullmatch(folded(text))
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def told(record: NewRecord) -> str:
    """Return what a record says, in its closed word and with what was written beside it."""
    word = record.result.label if record.result else "未写明结果"
    return f"{word}（{record.text}）" if record.text and folded(record.text) != word else word


def target_of(record: NewRecord) -> str | None:
    """Return where content moved, as the office named it; None where it did not say."""
    said = "" if understood(record.kind, record.text) else record.text
    return record.item or said or None
