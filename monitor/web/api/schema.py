"""What the interface takes and answers, as models: requests are checked by them, and its document is made of them.

Descriptions are for the programmers of other systems, in Chinese.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from monitor.actions.case_batch import MOST
from monitor.core.account import AccountFunction, AccountStatus, Platform, Role
from monitor.core.calendar import beijing
from monitor.core.case import Closing, StepKind
from monitor.core.claim import Verdict
from monitor.core.closing_steps import ClosingDay
from monitor.core.decision import Ruling
from monitor.core.finding import Basis, State, Strength
from monitor.core.light import Light
from monitor.core.message import MessageAct, MessageState
from monitor.core.observation import Covers, Precision, Reason, Standing
from monitor.core.subject import SubjectKind
from monitor.core.web_hook import HookEvent
from monitor.web.words import masked


class Model(BaseModel):
    """A value of the interface; nothing beyond what it names is taken or given."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, from_attributes=True)


Moment = Annotated[
    datetime,
    PlainSerializer(lambda at: beijing(at).isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""A moment that is answered, on Beijing's clock."""
Masked = Annotated[str, PlainSerializer(masked, return_type=str)]
"""A text in which somebody may have written how people are reached: nobody's number leaves."""

_STEERING = r"\u0000-\u001f\u007f-\u009f"
"""Characters that no database and no log takes as they are."""
_BLANK = r"\u0020\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff"
NAME_PATTERN = f"^[^{_STEERING}{_BLANK}][^{_STEERING}]*$"
"""A text that begins with something that is seen."""
Said = Annotated[str, Field(max_length=2000, pattern=NAME_PATTERN)]
"""A text that says something, without control characters."""
Remark = Annotated[str, Field(max_length=2000, pattern=f"^[^{_STEERING}]*$")]
"""A text that may be empty."""


DAY_PATTERN = (
    "^(20[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|20([02468][048]|[13579][26])-02-29)$"
)
Day = Annotated[str, Field(pattern=DAY_PATTERN)]
"""A day of this century, of which anything here can be."""
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
    light: Light
    """更新情况。"""
    days: int | None
    """距最近一次更新的天数；没有可计算的为空。"""
    deadline: date | None
    """更新期限；没有期限的为空。"""
    newest: Moment | None
    """已知最近一次发布的时间。"""
    seen: date | None
    """最近一次采集到的日期。"""
    others: str
    """其他问题，最重的一项和项数；没有的为空。"""
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
    because: Masked
    """理由，一句中文。"""
    evidence: list[str]
    """证据的编号。"""


class StepModel(Model):
    """事项中的一步。"""

    kind: StepKind
    number: int
    at: AwareDatetime
    because: Masked


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


class AcknowledgementModel(Model):
    """有人知悉了一个事项。"""

    by: Masked
    at: Moment


class DecisionModel(Model):
    """对一个事项登记过的一个决定。"""

    ruling: Ruling
    by: Masked
    at: Moment
    note: Masked
    document: Masked | None
    until: date | None
    """豁免的最后一天。"""
    into: str | None
    """清理整合归集到哪里。"""
    standing: bool
    """现在仍有效。"""


class WaitingDecisionModel(Model):
    """一名操作员提出、待另一名确认的决定。"""

    ruling: Ruling
    asked_by: Masked
    at: Moment
    note: Masked


class CaseDetail(CaseModel):
    """一个事项，和现在的情况。"""

    because: Masked
    """现在的情况，一句中文。"""
    finding: FindingModel | None
    """规则现在的判定；已办结的为空。"""
    due: date | None
    """期限。"""
    coming: str
    """下一步。"""
    acknowledged: list[AcknowledgementModel]
    decisions: list[DecisionModel]
    rulings: list[Ruling]
    """可以登记的决定。"""
    waiting: WaitingDecisionModel | None
    can_be_closed: bool
    """可以人工办结。"""
    seen: str
    """现在的情况的标记，登记决定时带上。"""


class ReviewModel(Model):
    """一个待联合研判的事项。"""

    case: int
    rule: str
    account: str | None
    name: str | None
    platform: Platform | None
    unit: str | None
    area: str | None
    because: Masked
    due: date | None
    index: list[str]
    """最近八周的指数，最早的在前；没有的为“—”。"""
    rulings: list[Ruling]
    """可以登记的决定。"""


class SecondBody(Model):
    """对另一名操作员提出的决定怎样答复。"""

    act: Literal["confirm", "drop"]
    """confirm 为确认，drop 为退回；自己提出的，drop 为撤回。"""
    why: Remark = ""
    """退回的理由。"""


class AcknowledgeBody(Model):
    """谁知悉了。"""

    role: Literal["liaison", "leader"] | None = None
    """由办公室代为登记的写明：liaison 联络员，leader 责任领导；单位用户本人不填。"""


class CaseEvent(Model):
    """推送的内容：一个事项列入、有新的一步或办结之后的情况。"""

    type: HookEvent
    """发生了什么。"""
    timestamp: AwareDatetime
    """何时发生；每次重试都相同。"""
    data: CaseModel


class AccountDetail(AccountModel):
    """一个账号，及对它的判定和它的事项。"""

    said: Masked
    """最近一次提醒，和单位是否已知道。"""
    coming: str
    """下一步。"""
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
    """一条消息。"""

    id: str
    channel: str | None
    role: str
    state: MessageState
    subject: str
    created_at: AwareDatetime
    finished_at: AwareDatetime | None
    attempts: int


class TryModel(Model):
    """一次发送。"""

    at: Moment
    said: str
    """结果，一句中文。"""


class MessageActModel(Model):
    """有人对一条消息办了什么。"""

    at: Moment
    kind: MessageAct
    by: Masked
    text: Masked


class MessageDetail(MessageModel):
    """一条消息：收件人读到的文字（电话、邮箱和个人链接已隐去），和发送经过。"""

    body: Masked
    units: list[str]
    accounts: list[str]
    changed: bool
    """待放行的：生成以后账号的情况有了变化。"""
    is_failure: bool
    """发送失败，须有人办理。"""
    tries: list[TryModel]
    acts: list[MessageActModel]
    seen: str
    """文字的标记，放行时带上；文字已有变化的不放行。"""


class MuteModel(Model):
    """一次暂停提醒。"""

    kind: SubjectKind
    subject: str
    """账号ID、单位名称或地区。"""
    area: str | None
    first: date
    until: date
    """最后一天。"""
    by: Masked
    why: Masked


class LookLineModel(Model):
    """一个要人工核查的账号。"""

    account: str
    name: str
    platform: Platform
    unit: str
    area: str
    homepage: str | None
    seen_at: Moment | None
    """最近一次看到完整列表的时间。"""
    days_unseen: int | None
    last: date | None
    """已知最新发布的日期。"""
    due: bool
    """到期，要人看。"""


class DoneLookModel(Model):
    """一次人工核查的登记。"""

    number: int
    account: str
    by: Masked
    at: Moment
    newest: Moment | None
    """看到的最新发布；没有发布过的为空。"""
    complete: bool
    """看到了完整列表。"""


class ClaimModel(Model):
    """登记发布链接的结果。"""

    account: str
    link: str
    verdict: Verdict
    said: str
    """给登记人的一句话。"""
    post: PostModel | None


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
    on: date | None = None
    """作出决定的日期；不填为今天。"""
    into: Said | None = None
    """清理整合归集到的账号：账号ID，或同一地区内账号的名称；不在台账上的写名称。"""
    seen: Said | None = None
    """读到的 seen；情况已有变化的不登记，答复409并写明谁在何时办了什么。"""


class PickedBody(Model):
    """多个事项中的一个，对它怎样决定。"""

    case: CaseNumber
    """事项编号。"""
    ruling: Ruling
    into: Said | None = None
    """清理整合归集到的账号；不填的，按共同的。"""
    seen: Said | None = None
    """读到的 seen；情况已有变化的列入 passed。"""


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
    on: date | None = None
    """作出决定的日期；不填为今天。"""
    into: Said | None = None
    """清理整合归集到的账号。"""
    present: Annotated[list[Said], Field(max_length=20)] = []
    """参加研判的部门。"""


class PassedModel(Model):
    """没有登记决定的事项。"""

    case: int
    why: Masked
    """为什么。"""


class DecidedModel(Model):
    """登记了的决定，和没有登记的。"""

    said: str
    """办了什么，一句中文。"""
    passed: list[PassedModel]
    """没有登记的，原样未动。"""


class ReleaseBody(Model):
    """放行一条待放行的消息；可以没有内容。"""

    seen: Said | None = None
    """读到的 seen；文字已有变化的不放行。"""


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


class CorrectionBody(Model):
    """改正一次人工核查的登记。"""

    newest: Remark
    """应为的日期，写法同登记；为空是只撤回。"""
    is_complete: bool = True
    why: Said
    """原来的登记错在哪里。"""
    is_confirmed: bool = False


class ClosingBody(Model):
    """人工办结一个事项。"""

    by: Said | None = None
    note: Remark = ""
    seen: Said | None = None
    """读到的 seen；情况已有变化的不登记，答复409。"""


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


class ClosingStepsModel(Model):
    """一个账号的注销进度。"""

    ruling: Ruling
    """注销，或清理整合。"""
    asked: list[ClosingDay]
    """这个账号要登记的各步，按先后。"""
    days: dict[ClosingDay, date]
    """已登记的日期。"""
    next: str | None
    """下一步；都已办完的为空。"""
    opens: date | None
    """下一步最早哪天能办；现在就能办的为空。"""
    due: date | None
    """下一步的期限。"""
    seen: str
    """现在的情况的标记，登记时带上。"""


class StepsBody(Model):
    """注销进度各步的日期，写明全部已办的步骤；没有写的视为没有办。"""

    days: dict[ClosingDay, date | None]
    why: Remark = ""
    """改动已登记的日期时的更正原因。"""
    seen: Said
    """读到的 seen；情况已有变化的答复409。"""


class ContactsBody(Model):
    """要看哪个账号的主办单位的联系人。"""

    account: Said
    """账号ID。"""


class ContactModel(Model):
    """一位联系人。"""

    role: Role
    name: str
    phone: str | None
    mail: str | None
    dingtalk: str | None


class ContactsModel(Model):
    """一个单位的联系人。"""

    unit: str
    area: str
    contacts: list[ContactModel]
