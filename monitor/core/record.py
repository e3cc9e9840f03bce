"""A record (记录): what people did or found out that no platform shows, entered by an operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

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


class Subject(Enum):
    """What a record speaks of."""

    ACCOUNT = "account"
    UNIT = "unit"
    AREA = "area"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry; `id` is None until it is stored."""

    id: int | None = None
    kind: RecordKind
    subject: Subject
    name: str
    """The account's id, the unit's name, or the area's."""
    on: date
    """The day it happened: its effective time."""
    text: str = ""
    attachment: str | None = None
