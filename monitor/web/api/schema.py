"""What the interface takes and answers, as models: requests are checked by them, and its document is made of them.

Descriptions are for the programmers of other systems, in Chinese.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from monitor.actions.case_batch import MOST
from monitor.core.account import AccountFunction, AccountStatus, Platform
from monitor.core.case import Closing, StepKind
from monitor.core.claim import Verdict
from monitor.core.decision import Ruling
from monitor.core.figures import FigureName
from monitor.core.finding import Basis, State, Strength
from monitor.core.message import MessageState
from monitor.core.observation import Covers, Precision, Reason, Standing
from monitor.core.report import ReportKind
from monitor.core.subject import SubjectKind
from monitor.core.web_hook import HookEvent


class Model(BaseModel):
    """A value of the interface; nothing beyond what it names is taken or given."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


_STEERING = r"\u0000-\u001f\u007f-\u009f"
"""Characters that no database and no log takes as they are."""
_BLANK = r"\u0020\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff"
NAME_PATTERN = f"^[^{_STEERING}{_BLANK}][^{_STEERING}]*$"
"""A text that begins with something that is seen."""
Said = Annotated[str, Field(max_length=2000, pattern=NAME_PATTERN)]
"""A text that says something, without control characters."""
Remark = Annotated[str, Field(max_length=2000, pattern=f"^[^{_STEERING}]*$")]
"""A text that may be empty."""


CaseNumber = Annotated[int, Field(ge=1, le=999_999_999)]
"""The number of a case."""


class ProblemModel(Model):
    """出错的说明（RFC 9457）。"""

    type: Literal["about:blank"] = "about:blank"
    title: str
    """状态码的名称。"""
    status: int
    detail: str
    """一句中文说明：哪里不对，怎么办。"""


class AccountModel(Model):
    """台账中的一个账号，不含联系人。"""

    id: str
    """账号ID。"""
    name: str
    """账号名称。"""
    platform: Platform
    """平台。"""
    unit: str
    """主办单位。"""
    area: str
    """所属地区。"""
    status: AccountStatus
    """状态。"""
    function: AccountFunction
    """账号类型。"""
    main: bool
    """是否主账号。"""
    homepage: str | None
    """主页链接。"""
    newest: AwareDatetime | None
    """已知最近一次发布的时间。"""
    muted_until: date | None
    """暂停提醒的最后一天。"""


class FindingModel(Model):
    """一条规则对一个账号、单位或地区的判定。"""

    rule: str
    account: str | None
    unit: str | None
    area: str | None
    state: State
    """判定结果。"""
    since: date | None
    """这一结果从哪天起。"""
    days: int | None
    """距最近一次更新的天数。"""
    strength: Strength
    """条款的力度。"""
    proposals: list[str]
    """建议的处置，由人决定。"""
    basis: Basis
    """依据的来源。"""
    clause: str
    """条款原文。"""
    because: str
    """理由，一句中文。"""
    evidence: list[str]
    """证据的编号。"""


class StepModel(Model):
    """事项中的一步。"""

    kind: StepKind
    number: int
    at: AwareDatetime
    because: str


class CaseModel(Model):
    """一个事项。"""

    id: int
    rule: str
    account: str
    """账号ID；针对单位或地区的为空。"""
    unit: str | None
    """列入时的主办单位；针对地区的为空。"""
    area: str | None
    """所属地区。"""
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    closing: Closing | None
    """怎样办结的。"""
    steps: list[StepModel]


class CaseEvent(Model):
    """推送的内容：一个事项列入、有新的一步或办结之后的情况。"""

    type: HookEvent
    """发生了什么。"""
    timestamp: AwareDatetime
    """何时发生；每次重试都相同。"""
    data: CaseModel


class AccountDetail(AccountModel):
    """一个账号，及对它的判定和它的事项。"""

    findings: list[FindingModel]
    cases: list[CaseModel]


class PostModel(Model):
    """一条发布。"""

    published_at: AwareDatetime
    title: str
    url: str | None
    pinned: bool


class ProfileModel(Model):
    """页面上写明的账号情况。"""

    name: str | None
    id: str | None
    followers: int | None
    posts: int | None


class TimelineModel(Model):
    """一次采集到的账号情况。"""

    standing: Standing | None
    reason: Reason | None
    """没采集到的原因。"""
    covers: Covers | None
    newest: AwareDatetime | None
    precision: Precision | None
    posts: list[PostModel]
    profile: ProfileModel | None


class DownloadModel(Model):
    """一次采集到的下载情况。"""

    link: str
    fault: str | None
    version: str | None


class ObservationModel(Model):
    """一段时间内多次采集到的同样情况。"""

    id: int
    collector: str
    first_seen: AwareDatetime
    last_confirmed: AwareDatetime
    seen: TimelineModel | DownloadModel


class MessageModel(Model):
    """一条消息，不含正文和收件人。"""

    id: str
    channel: str | None
    role: str
    state: MessageState
    subject: str
    created_at: AwareDatetime
    finished_at: AwareDatetime | None
    attempts: int


class TaskModel(Model):
    """今天要办的一件事。"""

    key: str
    count: int
    text: str
    why: str
    """原因或名单。"""
    due: date | None
    """期限；已过的为应办的日期，没有期限的为空。"""
    link: str
    """办理的页面。"""


class ClaimModel(Model):
    """登记发布链接的结果。"""

    account: str
    link: str
    verdict: Verdict
    said: str
    """给登记人的一句话。"""
    post: PostModel | None


class FigureModel(Model):
    """报表的一项指标。"""

    name: FigureName
    label: str
    """中文名称。"""
    value: float | None
    """数值；合格率为百分数；没有可检查的账号时为空。"""
    before: float | None
    """上期的数值。"""
    text: str
    """报表上的写法，带单位。"""
    change: str
    """与上期相比，报表上的写法。"""
    how: str
    """怎样计算，一句中文。"""
    accounts: str
    """列出所计账号的页面地址。"""


class ReportModel(Model):
    """一份已生成的报表。"""

    number: int
    kind: ReportKind
    period: str
    """期间，如 2026-W21、2026-05、2026-Q2、2026-05-01..2026-05-20。"""
    first: date
    last: date
    known_at: AwareDatetime
    """数据截至何时。"""
    made_at: AwareDatetime
    by: str
    """谁生成的。"""
    digest: str
    """数据的校验值（SHA-256）。"""


class FigureGroupModel(Model):
    """一个平台或一个单位的检查情况。"""

    name: str
    area: str
    accounts: int
    checked: int
    unqualified: int
    exempted: int
    not_verifiable: int
    pass_rate: float | None


class FigureMonthModel(Model):
    """一个月的检查情况。"""

    month: str
    accounts: int
    checked: int
    unqualified: int
    pass_rate: float | None
    episodes: int | None


class OpenGapModel(Model):
    """期末仍未更新的一个账号。"""

    account: str
    name: str
    unit: str
    since: date
    days: int


class ReportDetail(ReportModel):
    """一份已生成的报表，及它的各项指标。"""

    figures: list[FigureModel]
    platforms: list[FigureGroupModel]
    units: list[FigureGroupModel]
    months: list[FigureMonthModel]
    gaps: list[OpenGapModel]


class DoneModel(Model):
    """办成的事。"""

    said: str
    """办了什么，一句中文。"""


class LinkBody(Model):
    """新发布内容的链接。"""

    link: Said


class DecisionBody(Model):
    """对一个事项的处置决定。"""

    ruling: Ruling
    by: Said | None = None
    """决定人。"""
    note: Remark = ""
    """理由或说明。"""
    document: Said | None = None
    """依据文号或纪要编号。"""
    until: date | None = None
    """豁免的最后一天。"""
    into: Said | None = None
    """清理整合归集到的账号：账号ID，或同一地区内账号的名称；不在台账上的写名称。"""


class PickedBody(Model):
    """多个事项中的一个，对它怎样决定。"""

    case: CaseNumber
    """事项编号。"""
    ruling: Ruling
    into: Said | None = None
    """清理整合归集到的账号；不填的，按共同的。"""


class DecisionsBody(Model):
    """一次会议或一次办理中，对多个事项的处置决定。"""

    cases: Annotated[list[PickedBody], Field(min_length=1, max_length=MOST)]
    by: Said | None = None
    """决定人。"""
    note: Remark = ""
    """理由或说明。"""
    document: Said | None = None
    """依据文号或纪要编号。"""
    until: date | None = None
    """豁免的最后一天。"""
    into: Said | None = None
    """清理整合归集到的账号。"""


class PassedModel(Model):
    """没有登记决定的事项。"""

    case: int
    why: str
    """为什么。"""


class DecidedModel(Model):
    """登记了的决定，和没有登记的。"""

    said: str
    """办了什么，一句中文。"""
    passed: list[PassedModel]
    """没有登记的，原样未动。"""


class WithholdBody(Model):
    """压下一条待放行的消息。"""

    why: Said
    """原因。"""


class PhoneBody(Model):
    """发送失败的消息，已电话告知。"""

    to: Said
    """告知了谁。"""
    at: AwareDatetime | None = None
    """何时；不填为现在。"""


class LookBody(Model):
    """人工核查：打开账号采集到的最新发布日期。"""

    newest: Said
    """日期，如 2026-12-01；- 为没有发布过，= 为没有更新。"""
    is_complete: bool = True
    """采集到完整列表；只知道其中一条的，为 false。"""
    is_confirmed: bool = False
    """将认定超期的，须再核对一次，确认后为 true。"""


class ClosingBody(Model):
    """人工办结一个事项。"""

    by: Said | None = None
    note: Remark = ""


class MuteBody(Model):
    """暂停提醒一个账号、单位或地区。"""

    kind: SubjectKind
    subject: Said
    """账号ID、单位名称或地区。"""
    area: Said | None = None
    """单位所在的地区。"""
    until: date | None
    """最后一天；为空是提前结束。"""
    why: Said
    by: Said | None = None
