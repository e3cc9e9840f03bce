"""The results of records, in closed words.

Every old entry keeps its text. Its result is set where the text is the whole of one of the words that an import takes,
or where its being there says it and no word of the text may deny that. The others are to be stated by the operator.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

RESULTS = (
    "sound",
    "faulty",
    "clean",
    "dead",
    "suspected",
    "settled",
    "untrue",
    "established",
    "not_established",
    "abolished",
    "held",
    "not_held",
    "met",
    "not_met",
    "inspected",
    "not_inspected",
    "received",
    "answered",
    "adopted",
    "not_adopted",
    "supported",
    "not_supported",
    "filed",
    "not_filed",
    "found",
    "not_found",
    "handed_on",
    "shut",
    "retain",
    "consolidate",
    "deregister",
    "shut_down",
    "cancel",
    "rectify",
    "undecided",
    "asked_for",
    "taken_back",
    "carried_out",
    "reported",
    "not_reported",
    "opening_approved",
    "opening_refused",
    "changed",
    "change_refused",
    "decided_to_end",
    "decided_to_merge",
    "end_filed",
    "archived",
    "announced",
    "applied",
    "frozen",
    "confirmed",
    "called_off",
    "deduct",
    "not_deduct",
    "moved",
    "not_moved",
    "muted",
    "resumed",
)

WORDS = {
    "institution": {
        "established": "已建立 建立 已印发 已制定 已出台 已修订 已复核",
        "not_established": "未建立 尚未建立 没有建立 未制定 尚未制定",
        "abolished": "已废止 废止",
    },
    "training": {
        "held": "已举办 已组织 已开展 已培训",
        "not_held": "未举办 未组织 未开展 未培训 已取消 取消",
    },
    "meeting": {
        "met": "已召开 已举办 已举行",
        "not_met": "未召开 未举办 未举行 已取消 取消",
    },
    "inspection": {
        "inspected": "已开展 已检查",
        "clean": "未发现问题 正常 无问题 没有问题 没有发现问题 未见异常",
        "faulty": "存在问题 发现问题 有问题",
        "not_inspected": "未开展 未检查 尚未检查 尚未开展 已取消 取消",
    },
    "interaction": {
        "sound": "正常 有效 互动功能正常 未发现问题 没有问题 无问题 未见异常",
        "faulty": "存在问题 缺失 无效 失效 不正常 异常",
    },
    "message_reply": {
        "received": "收到 已收到",
        "answered": "已答复 答复 已回复 已反馈 已办结",
    },
    "service_entry": {
        "sound": "正常 有效 入口正常 未发现问题 没有失效 未失效 可以访问",
        "dead": "失效 存在问题 无效 不正常 入口不正常 打不开 无法打开 无法访问",
    },
    "knowledge_base": {
        "adopted": "已引入 引入",
        "not_adopted": "未引入 尚未引入 没有引入",
    },
    "ipv6": {
        "supported": "支持 已支持",
        "not_supported": "不支持 未支持 尚不支持",
    },
    "app_filing": {
        "filed": "已备案 备案",
        "not_filed": "未备案 尚未备案 没有备案",
    },
    "content_safety": {
        "faulty": "存在问题 发现 发现问题",
        "suspected": "疑似 疑似问题 待核实",
        "settled": "已处置 处置 已处理 已整改 已删除 已纠正 已办结",
        "untrue": "不属实 误报",
        "clean": "未发现问题 未发现 没有发现问题 无问题 没有问题 正常 未见异常",
    },
    "impostor": {
        "found": "发现",
        "handed_on": "已转办 转办",
        "shut": "已关停 关停 已封禁 已注销 已处置 已处理 已办结",
        "untrue": "不属实 误报",
        "not_found": "未发现 没有发现 未发现问题 未发现假冒",
    },
    "joint_review": {
        "retain": "保留 予以保留 同意保留 建议保留",
        "consolidate": "清理整合 建议清理整合 同意清理整合",
        "deregister": "注销 予以注销 同意注销 建议注销",
        "shut_down": "关停 予以关停 同意关停 建议关停",
        "cancel": "取消 予以取消 同意取消 建议取消",
        "rectify": "整改 限期整改 建议整改",
        "undecided": "未形成意见 暂无意见 待研判",
    },
    "close_request": {
        "asked_for": "已申请 申请关停 申请",
        "taken_back": "已撤回 撤回 撤回申请 已撤销",
    },
    "phase": {
        "carried_out": "实施",
        "cancel": "取消 已取消 不实施",
    },
    "unit_return": {
        "reported": "已报送 报送 已上报",
        "not_reported": "未报送 尚未报送 没有报送 未上报",
    },
    "filing_change": {
        "opening_approved": "同意开设 开设 批准开设 已同意开设",
        "opening_refused": "不同意开设 不批准开设 未同意开设 未批准开设",
        "changed": "变更 同意变更 批准变更 已变更 名称变更",
        "change_refused": "不同意变更 不批准变更 未同意变更 未批准变更",
        "shut_down": "关停",
        "deregister": "注销",
    },
    "deregistration": {
        "decided_to_end": "决定注销 决定",
        "decided_to_merge": "决定清理整合",
        "end_filed": "备案 已备案",
        "archived": "存档 已存档",
        "announced": "公告 已公告",
        "applied": "申请 已申请",
        "frozen": "冻结 已冻结",
        "confirmed": "确认 已确认",
        "called_off": "终止 已终止",
    },
    "deduction": {
        "deduct": "扣分 建议扣分 予以扣分",
        "not_deduct": "不扣分 不予扣分 免予扣分",
    },
    "migration": {
        "moved": "已迁移",
        "not_moved": "未迁移 尚未迁移 暂未迁移 没有迁移",
    },
    "mute": {
        "muted": "暂停",
        "resumed": "恢复",
    },
}

HAPPENED = {
    "training": "held",
    "meeting": "met",
    "inspection": "inspected",
    "close_request": "asked_for",
    "phase": "carried_out",
    "unit_return": "reported",
    "deduction": "deduct",
}
"""The result that an entry of these kinds has by being there, unless its text may deny it."""
DENYING = re.compile(
    r"[未无不没非否勿莫待拟将尚欠缺撤废暂缓]|取消|中止|终止|停[办开课止]|延[期后]|推迟|改[期为在到]|顺延|计划|预[计定备]|准备|筹"
    r"|正在|申请中|审[批核]|报错|误|[?？]"
)
DENYING_REASONS = {
    "close_request": re.compile(r"[撤待拟缓暂?？]|取消|[不未][再予]?(?:申请|关停|注销|同意)|没有申请|尚未|^无$"),
    "deduction": re.compile(r"[扣撤免?？]|^无$"),
}
"""As above, where the text gives reasons."""
NAMED = frozenset({"population", "unit_order", "alias", "domain"})
"""The kinds without a result, whose text was the name or the number itself."""
INSTITUTIONS = ("信息发布审核制度", "安全管理制度", "应急预案", "考核评价办法", "值班值守制度", "工作制度")
HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
ADDRESS = re.compile(rf"(?:[Hh][Tt][Tt][Pp][Ss]?://)?{HOST}(?::\d{{1,5}})?(?:[/?#][!-~]{{0,2000}})?")
FILING_NUMBER = re.compile(
    r"[A-Za-z\u4e00-\u9fff]{1,8}备(?:案)?(?:字|第|字第)?[\[(〔]?\d{4,24}[\])〕]?\d{0,12}号(?:-\d{1,4}[A-Za-z]?)?"
)
FROZEN = re.compile(r"冻结(?:期)?至(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?")
MUTE = re.compile(
    r"(?:(?P<lifted>恢复)|至\s*(?P<until>[^；;]+?))\s*[；;]\s*(?P<by>[^；;]+?)\s*[；;]\s*(?P<why>\S.*)", re.DOTALL
)
DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")

Said = tuple[str | None, str, date | None]
"""A result, an item and a last day."""
UNSTATED: Said = (None, "", None)


def upgrade() -> None:
    results = ", ".join(repr(result) for result in RESULTS)
    with op.batch_alter_table("records") as batch:
        batch.add_column(sa.Column("result", sa.String(32), nullable=True))
        batch.add_column(sa.Column("item", sa.Text(), nullable=False, server_default=sa.text("''")))
        batch.add_column(sa.Column("until", sa.Date(), nullable=True))
        batch.create_check_constraint(op.f("ck_records_result"), sa.text(f"result IN ({results})"))
    _state()


def _state() -> None:
    """Set what the old entries say for certain."""
    records = sa.table(
        "records",
        sa.column("id", sa.Integer()),
        sa.column("kind", sa.Text()),
        sa.column("text", sa.Text()),
        sa.column("result", sa.String(32)),
        sa.column("item", sa.Text()),
        sa.column("until", sa.Date()),
    )
    tx = op.get_bind()
    rows = tx.execute(sa.select(records.c.id, records.c.kind, records.c.text)).all()
    stated = [
        {"row": row.id, "a_result": result, "an_item": item, "a_day": until}
        for row in rows
        for result, item, until in [said(row.kind, row.text)]
        if (result, item, until) != UNSTATED
    ]
    change = (
        sa.update(records)
        .where(records.c.id == sa.bindparam("row"))
        .values(result=sa.bindparam("a_result"), item=sa.bindparam("an_item"), until=sa.bindparam("a_day"))
    )
    if stated:
        tx.execute(change, stated)


def said(kind: str, text: str) -> Said:
    """Return what an old entry says for certain."""
    word = _folded(text)
    if kind in NAMED:
        return (None, text, None)
    if kind == "mute":
        return _mute(text)
    for result, words in WORDS.get(kind, {}).items():
        if word in words.split():
            return (result, "", None)
    if kind in HAPPENED and not DENYING_REASONS.get(kind, DENYING).search(word):
        return (HAPPENED[kind], text if kind == "phase" else "", None)
    match kind:
        case "institution":
            name = word.removeprefix("《").removesuffix("》")
            return ("established", name, None) if name in INSTITUTIONS else UNSTATED
        case "service_entry":
            parts = re.split(r"[\s、，,；;]+", unicodedata.normalize("NFKC", text).strip())
            return ("sound", " ".join(parts), None) if all(map(ADDRESS.fullmatch, parts)) else UNSTATED
        case "app_filing":
            is_number = FILING_NUMBER.fullmatch(word) and not DENYING.search(word)
            return ("filed", text, None) if is_number else UNSTATED
        case "deregistration":
            found = FROZEN.fullmatch(word)
            until = _day(found.groups()) if found else None
            return ("frozen", "", until) if until else UNSTATED
        case _:
            return UNSTATED


def _mute(text: str) -> Said:
    found = MUTE.fullmatch(text.strip())
    if found is None:
        return UNSTATED
    if found["lifted"]:
        return ("resumed", found["by"], None)
    day = DAY.fullmatch(found["until"])
    until = _day([part for part in day.groups() if part]) if day else None
    return ("muted", found["by"], until) if until else UNSTATED


def _day(parts: Sequence[str]) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).rstrip("。.！!；;，,、")
