"""A record (记录): what people did or found out that no platform shows, entered by an operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from monitor.core.account import Labelled
from monitor.core.subject import Subject, SubjectKind


class RecordKind(Labelled):
    """The kind of a record: the closed list of the import file's column 类型."""

    INSTITUTION = "institution", "制度"
    TRAINING = "training", "培训"
    MEETING = "meeting", "会议"
    INSPECTION = "inspection", "检查"
    INTERACTION = "interaction", "互动核查"
    MESSAGE_REPLY = "message_reply", "留言回复"
    SERVICE_ENTRY = "service_entry", "办事入口"
    KNOWLEDGE_BASE = "knowledge_base", "知识库"
    IPV6 = "ipv6", "IPv6核查"
    APP_FILING = "app_filing", "应用备案"
    CONTENT_SAFETY = "content_safety", "内容安全"
    IMPOSTOR = "impostor", "假冒"
    JOINT_REVIEW = "joint_review", "研判"
    CLOSE_REQUEST = "close_request", "关停申请"
    PHASE = "phase", "阶段"
    UNIT_RETURN = "unit_return", "单位报送"
    FILING_CHANGE = "filing_change", "备案变更"
    DEREGISTRATION = "deregistration", "注销进度"
    POPULATION = "population", "常住人口"
    UNIT_ORDER = "unit_order", "机构序列"
    DEDUCTION = "deduction", "扣分"
    MIGRATION = "migration", "内容迁移"
    ALIAS = "alias", "单位别名"
    DOMAIN = "domain", "民生领域"
    MUTE = "mute", "暂停提醒"
    WORK_ORDER = "work_order", "工单答复"
    LISTING = "listing", "通报意见"


_ACCOUNT, _UNIT, _AREA = (
    frozenset({SubjectKind.ACCOUNT}),
    frozenset({SubjectKind.UNIT}),
    frozenset({SubjectKind.AREA}),
)

SUBJECTS: Mapping[RecordKind, frozenset[SubjectKind]] = {
    RecordKind.INSTITUTION: _UNIT | _AREA,
    RecordKind.TRAINING: _UNIT | _AREA,
    RecordKind.MEETING: _UNIT | _AREA,
    RecordKind.INSPECTION: _ACCOUNT | _UNIT | _AREA,
    RecordKind.INTERACTION: _ACCOUNT,
    RecordKind.MESSAGE_REPLY: _ACCOUNT,
    RecordKind.SERVICE_ENTRY: _ACCOUNT,
    RecordKind.KNOWLEDGE_BASE: _ACCOUNT | _UNIT | _AREA,
    RecordKind.IPV6: _ACCOUNT,
    RecordKind.APP_FILING: _ACCOUNT,
    RecordKind.CONTENT_SAFETY: _ACCOUNT,
    RecordKind.IMPOSTOR: _ACCOUNT | _UNIT | _AREA,
    RecordKind.JOINT_REVIEW: _ACCOUNT | _UNIT | _AREA,
    RecordKind.CLOSE_REQUEST: _ACCOUNT,
    RecordKind.PHASE: _AREA,
    RecordKind.UNIT_RETURN: _UNIT,
    RecordKind.FILING_CHANGE: _ACCOUNT,
    RecordKind.DEREGISTRATION: _ACCOUNT,
    RecordKind.POPULATION: _UNIT | _AREA,
    RecordKind.UNIT_ORDER: _UNIT,
    RecordKind.DEDUCTION: _UNIT,
    RecordKind.MIGRATION: _ACCOUNT,
    RecordKind.ALIAS: _UNIT,
    RecordKind.DOMAIN: _ACCOUNT,
    RecordKind.MUTE: _ACCOUNT | _UNIT | _AREA,
    RecordKind.WORK_ORDER: _ACCOUNT | _AREA,
    RecordKind.LISTING: _ACCOUNT,
}
"""The subjects that each kind may have."""


class Result(Labelled):
    """The result in a record, in closed words; `forms` lists those that a kind may have.

    One word is one member, whatever kind says it: 取消 is a phase that is not to be, and what a review wants.
    """

    SOUND = "sound", "正常"
    FAULTY = "faulty", "存在问题"
    CLEAN = "clean", "未发现问题"
    DEAD = "dead", "失效"
    SUSPECTED = "suspected", "疑似"
    SETTLED = "settled", "已处置"
    UNTRUE = "untrue", "不属实"
    ESTABLISHED = "established", "已建立"
    NOT_ESTABLISHED = "not_established", "未建立"
    ABOLISHED = "abolished", "已废止"
    HELD = "held", "已举办"
    NOT_HELD = "not_held", "未举办"
    MET = "met", "已召开"
    NOT_MET = "not_met", "未召开"
    INSPECTED = "inspected", "已开展"
    NOT_INSPECTED = "not_inspected", "未开展"
    RECEIVED = "received", "收到"
    ANSWERED = "answered", "已答复"
    ADOPTED = "adopted", "已引入"
    NOT_ADOPTED = "not_adopted", "未引入"
    SUPPORTED = "supported", "支持"
    NOT_SUPPORTED = "not_supported", "不支持"
    FILED = "filed", "已备案"
    NOT_FILED = "not_filed", "未备案"
    FOUND = "found", "发现"
    NOT_FOUND = "not_found", "未发现"
    HANDED_ON = "handed_on", "已转办"
    SHUT = "shut", "已关停"
    RETAIN = "retain", "保留"
    CONSOLIDATE = "consolidate", "清理整合"
    DEREGISTER = "deregister", "注销"
    SHUT_DOWN = "shut_down", "关停"
    CANCEL = "cancel", "取消"
    RECTIFY = "rectify", "整改"
    UNDECIDED = "undecided", "未形成意见"
    ASKED_FOR = "asked_for", "已申请"
    TAKEN_BACK = "taken_back", "已撤回"
    CARRIED_OUT = "carried_out", "实施"
    REPORTED = "reported", "已报送"
    NOT_REPORTED = "not_reported", "未报送"
    OPENING_APPROVED = "opening_approved", "同意开设"
    OPENING_REFUSED = "opening_refused", "不同意开设"
    CHANGED = "changed", "变更"
    CHANGE_REFUSED = "change_refused", "不同意变更"
    DECIDED_TO_END = "decided_to_end", "决定注销"
    DECIDED_TO_MERGE = "decided_to_merge", "决定清理整合"
    END_FILED = "end_filed", "备案"
    ARCHIVED = "archived", "存档"
    ANNOUNCED = "announced", "公告"
    APPLIED = "applied", "申请"
    FROZEN = "frozen", "冻结"
    CONFIRMED = "confirmed", "确认"
    CALLED_OFF = "called_off", "终止"
    DEDUCT = "deduct", "扣分"
    NOT_DEDUCT = "not_deduct", "不扣分"
    MOVED = "moved", "已迁移"
    NOT_MOVED = "not_moved", "未迁移"
    MUTED = "muted", "暂停"
    RESUMED = "resumed", "恢复"
    RECTIFIED = "rectified", "已整改"
    LISTED = "listed", "列入通报"
    NOT_LISTED = "not_listed", "不列入通报"


AHEAD = frozenset({RecordKind.PHASE, RecordKind.MUTE})
"""The kinds whose day may be still to come: a phase is told by its last day, a mute may be asked for beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """One entry, before it is stored."""

    kind: RecordKind
    subject: SubjectKind
    name: str
    """The account's id, the unit's name, or the area's."""
    area: str | None = None
    """Of a unit: its area, for units are known by area and name. None for an account and an area, which name
    themselves, and of an old record whose unit was in several areas or in none: it is about each unit of that name."""
    on: date
    """The day it happened: its effective time."""
    result: Result | None = None
    """The result; None for kinds without results, and for old entries that have not been stated yet."""
    item: str = ""
    """The further word or number that its kind has: which institution, which message, how many; see `forms`."""
    until: date | None = None
    """Its last day, where its result has one: of a freeze, of a mute."""
    text: str = ""
    """The remark beside it: it explains, and no rule reads it."""
    attachment: str | None = None

    @property
    def about(self) -> Subject:
        """Whom it speaks of."""
        return (
            Subject.of_area(self.name)
            if self.subject is SubjectKind.AREA
            else Subject(self.subject, self.name, self.area)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(NewRecord):
    """The same as it is stored."""

    id: int

    @property
    def entered(self) -> NewRecord:
        """The entry as it came."""
        return NewRecord(**{part.name: getattr(self, part.name) for part in fields(NewRecord)})
