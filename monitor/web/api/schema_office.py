"""The models of the office itself: how it stands, its imports, its reports, and the monitor's own state."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from monitor.core.account import Platform, Role
from monitor.core.decision import Ruling
from monitor.core.figures import FigureName
from monitor.core.light import Light
from monitor.core.report import ReportKind
from monitor.core.token_scope import TokenScope
from monitor.core.unit_proposal import ProposalAnswer, ProposalKind
from monitor.core.work_order import OrderStanding
from monitor.ledger.diff import ChangeKind
from monitor.web.api.schema import Masked, Model, Moment, Said


class TaskModel(Model):
    """今天要办的一件事。"""

    key: str
    count: int
    text: str
    why: Masked
    """原因或名单。"""
    due: date | None
    """期限；已过的为应办的日期，没有期限的为空。"""
    link: str
    """办理的页面。"""


class LightCountModel(Model):
    """有多少个账号是这种更新情况。"""

    light: Light
    label: str
    count: int


class DeadlineModel(Model):
    """一个账号的更新期限。"""

    account: str
    name: str
    unit: str
    due: date | None


class PlatformOutageModel(Model):
    """暂停采集。"""

    platform: Platform | None
    """哪个平台；全部平台的为空。"""
    since: Moment


class OverviewModel(Model):
    """全县情况。"""

    lights: list[LightCountModel]
    accounts: int
    checked: int
    unqualified: int
    exempted: int
    not_verifiable: int
    pass_rate: float | None
    """合格率，百分数。"""
    waiting_on_units: int
    """等单位办的事项。"""
    done_today: int
    """今天已办的，按登记的次数。"""
    deadlines: list[DeadlineModel]
    outages: list[PlatformOutageModel]
    last_look: Moment | None


class UnitAccountModel(Model):
    """一个单位的一个账号。"""

    account: str
    name: str
    platform: Platform
    light: Light
    days: int | None
    deadline: date | None
    troubles: list[str]
    """其他问题，各一句。"""
    waiting_links: int
    """待核实的链接。"""


class UnitModel(Model):
    """一个主办单位。"""

    name: str
    area: str
    accounts: list[UnitAccountModel]
    cases: list[int]
    """未办结的事项。"""
    acknowledged_by: Masked | None
    acknowledged_at: Moment | None
    waiting: list[int]
    """等待答复的变更。"""


class UnitBody(Model):
    """哪个单位。"""

    unit: Said
    """主办单位的全称。"""
    area: Said
    """所属地区。"""


class ProposalModel(Model):
    """单位提出的一项变更。"""

    number: int
    kind: ProposalKind
    unit: str
    area: str
    accounts: list[str]
    from_on: date
    """自哪天起。"""
    role: Role | None
    """变更的是哪位联系人。"""
    note: Masked
    at: Moment
    answer: ProposalAnswer | None
    answered_at: Moment | None
    answered_by: Masked | None
    why: Masked


class DeclineBody(Model):
    """退回的原因。"""

    why: Said


class PassModel(Model):
    """一项自动进行的工作。"""

    name: str
    last_success: Moment | None
    late: bool


class PlatformModel(Model):
    """一个平台能不能采集。"""

    platform: Platform
    accounts: int
    failing: int
    reasons: str
    canary: str
    seen_at: Moment | None
    suspended_since: Moment | None
    to_do: str
    """怎么办，谁办。"""


class SystemModel(Model):
    """运行状态。"""

    version: str
    starting: bool
    standing_by: bool
    problems: list[str]
    """妨碍工作的故障，各一句；没有的为空。"""
    hints: list[str]
    passes: list[PassModel]
    platforms: list[PlatformModel]


class SettingModel(Model):
    """一项设置。"""

    key: str
    value: str
    place: str
    """写在哪个文件哪一行。"""


class SettingsModel(Model):
    """现在生效的设置。"""

    lines: list[SettingModel]
    problems: list[str]
    """文件现在有什么错误。"""
    hints: list[str]


class ActModel(Model):
    """一条操作记录。"""

    number: int
    at: Moment
    who: Masked
    what: str
    text: str
    """办了什么，中文。"""
    object: Masked
    detail: Masked
    login: Masked
    address: str
    before: Masked
    after: Masked
    digest: str
    """校验值，接着上一条算出。"""


class HookModel(Model):
    """一个推送地址。"""

    number: int
    name: str
    host: str
    area: str | None
    stands: str
    used: str
    waiting: int
    given_up: int
    dropped: int
    is_on: bool
    is_troubled: bool


class TokenModel(Model):
    """出示的令牌。"""

    name: str
    prefix: str
    scopes: list[TokenScope]
    area: str | None
    owner: str | None
    """持有人；属于程序的为空。"""
    expires_at: Moment
    last_used_at: Moment | None
    """最近使用，至多每小时记一次。"""


class ImportModel(Model):
    """一次导入。"""

    number: int
    kind: str
    file: Masked
    as_of: Moment
    """文件所说的事实的时间。"""
    imported_at: Moment
    by: Masked
    detail: Masked
    withdrawn_at: Moment | None
    withdrawn_by: Masked | None


class KindModel(Model):
    """一种文件。"""

    kind: str
    label: str
    last: int | None
    """最近一次导入的编号。"""
    last_at: Moment | None
    gaps: list[str]
    """缺什么。"""


class UnmatchedModel(Model):
    """导入过而没有对应账号的一行。"""

    file: Masked
    written: Masked
    at: Moment


class GapsModel(Model):
    """各种文件缺什么。"""

    kinds: list[KindModel]
    unmatched: list[UnmatchedModel]
    """至多200行。"""
    unmatched_in_all: int
    missing_rounds: list[str]
    unstated_records: int
    """没有写明结果的记录。"""


class FileLineModel(Model):
    """文件里要改正或留意的一处。"""

    place: str
    """哪一行、哪一列；整个文件的为空。"""
    text: str


class FieldChangeModel(Model):
    """一格怎样改动；电话只显示首尾。"""

    column: str
    before: str
    after: str


class ChangeModel(Model):
    """导入会改动的一项。"""

    kind: ChangeKind
    name: str
    fields: list[FieldChangeModel]
    parts: list[str]


class PreviewModel(Model):
    """一个已上传的文件：哪里有误，或会改动什么。"""

    id: str
    """编号，24小时内凭它导入或放弃。"""
    file: Masked
    kind: str
    day: date
    area: str | None
    faults: list[FileLineModel]
    """有一处即整个文件不能导入。"""
    hints: list[FileLineModel]
    notes: list[str]
    total: int
    same: int
    counts: dict[ChangeKind, int]
    """新增、修改、删除各几项。"""
    not_named: int
    """台账：文件没有列出的账号，导入时写明 removed 才删除。"""
    changes: list[ChangeModel]
    """至多200项。"""
    shown: str | None
    """核对结果的标记，导入时带上；有误的为空。"""


class ApplyBody(Model):
    """按核对过的结果导入。"""

    shown: Said
    """核对结果的 shown。"""
    removed: Annotated[int, Field(ge=0, le=999_999)] | None = None
    """台账：同时删除文件没有列出的账号，写明删除几个，须与 not_named 相同。"""


class ImportedModel(Model):
    """导入了的文件。"""

    said: str
    number: int
    """编号，凭它撤回。"""


class DueReportModel(Model):
    """一份按期应出的报表。"""

    kind: ReportKind
    period: str
    on: date
    """哪天应出。"""
    missed: bool
    """已到期而没有生成。"""


class ReportBody(Model):
    """生成一份报表。"""

    kind: ReportKind
    period: Said
    """期间，如 2026-W21、2026-05、2026-Q2、2026-05-01..2026-05-20。"""


class MadeModel(Model):
    """生成了的报表。"""

    said: str
    number: int | None
    """编号；还在生成的为空。"""


class CountedModel(Model):
    """报表的一项指标所计的一个账号，按当时的情况。"""

    account: str
    name: str
    platform: Platform
    unit: str
    area: str


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
    known_at: Moment
    """数据截至何时。"""
    made_at: Moment
    by: Masked
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


class OrderModel(Model):
    """省平台的一个工单，就其中一个账号。"""

    number: Masked
    account: str | None
    """台账里的账号ID；没有对应账号的为空。"""
    name: Masked
    problem: Masked
    issued_on: date
    due: date
    standing: OrderStanding
    last_post: date | None
    seen_on: date | None
    """最近一次采集到的日期。"""
    answered_on: date | None
    answer: Masked | None
    """怎样答复的。"""


class StandingDecisionModel(Model):
    """一项有效的决定。"""

    ruling: Ruling
    rule: str
    account: str | None
    """账号ID；针对单位、地区的为空。"""
    name: Masked | None
    unit: str | None
    area: str | None
    case: int | None
    """可在哪个事项里改变或撤销；没有的为空。"""
    by: Masked
    at: Moment
    note: Masked
    document: Masked | None
    until: date | None
    """有效期至；没有的为空。"""
    into: Masked | None
    basis_changed: Masked | None
    """作出决定的依据后来怎样变了；没有变的为空。"""
