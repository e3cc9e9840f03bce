"""A record (记录): what people did or found out that no platform shows, entered by an operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from monitor.core.account import Labelled


class RecordKind(Labelled):
    """What a record is about: the closed list of the import file's column 类型."""

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


class Subject(Labelled):
    """What a record speaks of."""

    ACCOUNT = "account", "账号ID"
    UNIT = "unit", "主办单位"
    AREA = "area", "地区"


_ACCOUNT, _UNIT, _AREA = frozenset({Subject.ACCOUNT}), frozenset({Subject.UNIT}), frozenset({Subject.AREA})

SUBJECTS: Mapping[RecordKind, frozenset[Subject]] = {
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
}
"""What each kind may speak of."""

WORDS: Mapping[RecordKind, tuple[str, ...]] = {
    RecordKind.INSTITUTION: (
        "信息发布审核制度",
        "安全管理制度",
        "应急预案",
        "考核评价办法",
        "值班值守制度",
        "工作制度",
    ),
    RecordKind.INTERACTION: ("正常", "缺失"),
    RecordKind.MESSAGE_REPLY: ("收到", "答复"),
    RecordKind.SERVICE_ENTRY: ("正常", "失效"),
    RecordKind.KNOWLEDGE_BASE: ("已引入", "未引入"),
    RecordKind.IPV6: ("支持", "不支持"),
    RecordKind.CONTENT_SAFETY: ("发现", "处置"),
    RecordKind.IMPOSTOR: ("发现", "转办", "关停"),
    RecordKind.JOINT_REVIEW: ("保留", "清理整合", "注销", "整改"),
    RecordKind.FILING_CHANGE: ("开设", "变更", "关停", "注销"),
    RecordKind.DEREGISTRATION: ("决定", "备案", "存档", "公告", "申请", "冻结", "确认", "终止"),
}
"""The words by which rules understand the text of a kind; see `Record.word`."""

NUMBERS = frozenset({RecordKind.POPULATION, RecordKind.UNIT_ORDER})
"""The kinds whose text is a whole number."""

AHEAD = frozenset({RecordKind.PHASE, RecordKind.MUTE})
"""The kinds whose day may be still to come: a phase is told by its last day, a mute may be asked for beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry; `id` is None until it is stored."""

    id: int | None = None
    kind: RecordKind
    subject: Subject
    name: str
    """The account's id, the unit's name, or the area's."""
    area: str | None = None
    """Of a unit: its area, for units are known by area and name. None for an account and an area, which name
    themselves, and of an old record whose unit was in several areas or in none: it is about each unit of that name."""
    on: date
    """The day it happened: its effective time."""
    text: str = ""
    attachment: str | None = None

    @property
    def about(self) -> tuple[Subject, str | None, str]:
        """Whom it speaks of, as nobody else is spoken of."""
        return (self.subject, self.area, self.name)

    @property
    def word(self) -> str | None:
        """What the text says in the words of its kind: the one it begins with, else the only one in it, else None."""
        words = sorted(WORDS.get(self.kind, ()), key=len, reverse=True)
        if begun := next((word for word in words if self.text.startswith(word)), None):
            return begun
        rest, found = self.text, set[str]()
        for word in words:  # the longer first: 不支持 does not say 支持
            if word in rest:
                found.add(word)
                rest = rest.replace(word, "")
        return found.pop() if len(found) == 1 else None
