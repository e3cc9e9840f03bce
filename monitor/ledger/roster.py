"""The roster (台账): accounts as spreadsheet rows, there and back without loss."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from monitor.core.account import (
    BY_HAND,
    Account,
    AccountFunction,
    AccountStatus,
    BadMethodError,
    Contact,
    OperationMode,
    Outsourcing,
    Platform,
    Role,
    UnitLevel,
    declared_sources,
    told_apart,
)
from monitor.core.collector import KeyForm
from monitor.core.names import normal
from monitor.core.way import INSTEAD, ways_of
from monitor.documents.document import Column, Document, Guidance, Table
from monitor.ledger import cells
from monitor.ledger.book import Cell, TableFile
from monitor.ledger.columns import COLUMNS, PEOPLE, REQUIRED
from monitor.ledger.fault import Accepted, BadCellError, did_you_mean
from monitor.ledger.sheet import NOTES, Layout, SheetReading, SheetRow, Tell

TITLE = "台账"
ONLY_BY_HAND = "没有平台标识、主页链接和采集方式，只能人工核查"
LAYOUT = Layout(
    columns=tuple(column.name for column in COLUMNS),
    needs=(frozenset(REQUIRED),),
    own=frozenset({"账号ID", "平台标识", "主页链接", "采集方式", "粉丝数"}),
)

_PLATFORM = cells.one_of(Platform, "平台")
_LEVEL = cells.one_of(UnitLevel, "单位层级")
_FUNCTION = cells.one_of(AccountFunction, "账号类型")
_STATUS = cells.one_of(AccountStatus, "状态")
_MODE = cells.one_of(OperationMode, "运营方式")
_OF_WHAT = dict.fromkeys(("平台标识", "主页链接", "采集方式"), "平台") | {
    f"{role.label}{way}": role.label for role in (Role.LIAISON, Role.LEADER) for way in ("手机", "邮箱", "钉钉")
}
"""Columns that say nothing any more once another one says something else."""
_PHONES, _MAILS, _DINGTALKS = (cells.listed(read) for read in (cells.phone, cells.mail, cells.dingtalk))


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster(Accepted):
    """The content of a roster file, and the remarks for people although it is accepted."""

    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """The names that a roster may refer to."""

    areas: Sequence[str]
    collectors: Collection[str]
    channels: Collection[str]
    forms: Mapping[str, KeyForm]
    """The form of a collector's keys, where that is known."""
    until: date | None = None
    """The last day on which anything may have happened."""


def read_roster(
    path: TableFile,
    *,
    areas: Sequence[str],
    collectors: Collection[str],
    channels: Collection[str],
    before: Iterable[Account] = (),
    forms: Mapping[str, KeyForm] | None = None,
    until: date | None = None,
    tell: Tell | None = None,
) -> Roster:
    """Return the accounts of a file, in its order; raises LedgerError with every reason to refuse it.

    A blank 所属地区 is the only one of `areas`; with several it must be filled. A value that a sheet has no column for
    stays for an account as it was `before`. `forms` say what keys of a collector look like, by its name. Nothing was
    opened or closed after the day `until`. `tell` hears of every row.
    """
    names = KnownNames(areas=areas, collectors=collectors, channels=channels, forms=forms or {}, until=until)
    former = {account.id: account for account in before}
    reading = SheetReading(path, LAYOUT, tell)
    accounts: dict[str, Account] = {}
    places: dict[str, SheetRow] = {}
    keys: dict[tuple[Platform, str], SheetRow] = {}
    for row in reading.rows():
        account = _account(reading, _completed(row, former), names)
        if account is None:
            continue
        if account.id in places:
            reading.blame(row, f"账号ID“{account.id}”与{_place(places[account.id], row)}重复", "账号ID")
            continue
        accounts[account.id], places[account.id] = account, row
        if account.platform_id:
            first = keys.setdefault((account.platform, account.platform_id), row)
            if first is not row:
                said = f"与{_place(first, row)}的平台和平台标识相同，可能是同一个账号"
                kind = "平台和平台标识与前面的行相同，可能是同一个账号"
                reading.warn(said, row=row, column="平台标识", kind=kind, named=f"“{account.name}”")
        _remark(reading, row, account, names)
    _spell_alike(reading, accounts, places, former.values())
    if not accounts:
        reading.warn("文件中没有可导入的账号，请核对是否选错文件或表头位置")
    return Roster(accounts=tuple(accounts.values()), hints=reading.finish())


def _spell_alike(
    reading: SheetReading, accounts: dict[str, Account], places: Mapping[str, SheetRow], former: Iterable[Account]
) -> None:
    """Give every unit of an area one spelling, that of the other accounts if they have one: （） and () name no two."""
    spelled: dict[tuple[str, str], str] = {}
    for entry in former:
        if entry.id not in accounts:
            spelled.setdefault((entry.area, normal(entry.unit)), entry.unit)
    for account in accounts.values():
        known = spelled.setdefault((account.area, normal(account.unit)), account.unit)
        if known != account.unit:
            said = f"“{account.unit}”按“{known}”导入"
            kind = "写法不同而是同一个单位的，按已有的写法导入"
            row = places[account.id]
            reading.warn(f"{said}，是同一个单位", row=row, column="主办单位", kind=kind, named=said)
            accounts[account.id] = replace(account, unit=known)


def roster_document(accounts: Iterable[Account], *, with_people: bool = True) -> Document:
    """Return the accounts as they are imported; without accounts it is a form to fill in.

    Without the columns of people it can be imported as well: what it does not speak of stays as it is.
    """
    chosen = [column for column in COLUMNS if with_people or column.name not in PEOPLE]
    rows = ([column.of(account) for column in chosen] for account in accounts)
    table = Table(columns=[column.column for column in chosen], rows=rows)
    return Document(title=TITLE, table=table, guidance=_platforms())


def _platforms() -> Guidance:
    """Return what can be collected on each platform, what the roster has to name for it, and what to do else."""
    columns = (("平台名称", 14), ("采集器", 20), ("台账填写", 34), ("能采集到什么", 46), ("采集不到时", 60))
    rows = [
        (platform.label, way.collector, way.key.replace("`", ""), way.said, INSTEAD[platform])
        for platform in Platform
        for way in ways_of(platform)
    ]
    rows += [
        (platform.label, "", "", "没有可以自动采集的公开列表", INSTEAD[platform])
        for platform in Platform
        if not ways_of(platform)
    ]
    named = [Column(name=name, width=width) for name, width in columns]
    return Guidance(title=NOTES, table=Table(columns=named, rows=rows))


def _place(other: SheetRow, row: SheetRow) -> str:
    return f"“{other.sheet}”第{other.number}行" if other.sheet != row.sheet else f"第{other.number}行"


def _completed(row: SheetRow, former: Mapping[str, Account]) -> SheetRow:
    """Return a row with what its account said before in the columns that its sheet does not have."""
    if row.columns.issuperset(LAYOUT.columns):
        return row
    try:
        account = former.get(cells.identifier(row.cells["账号ID"])) if "账号ID" in row.cells else None
    except BadCellError:
        return row
    if account is None:
        return row
    said = {column.name: column.of(account) for column in COLUMNS}
    kept = {
        name: Cell(value)
        for name, value in said.items()
        if value is not None and name not in row.columns and _still_holds(_OF_WHAT.get(name), row, said)
    }
    return replace(row, cells={**kept, **row.cells})


def _still_holds(of_what: str | None, row: SheetRow, said: Mapping[str, object]) -> bool:
    """True if what a column depends on is as it was, or not spoken of either."""
    if of_what not in row.columns:
        return True
    written = cells.show(row.cells[of_what]) if of_what in row.cells else ""
    return "".join(written.split()) == "".join(str(said[of_what] or "").split())


def _account(reading: SheetReading, row: SheetRow, names: KnownNames) -> Account | None:
    """Return the account of a row; None when one of its cells is bad."""
    before = len(reading.faults)
    take = reading.take
    id_ = reading.require(row, "账号ID", cells.account_id)
    name = reading.require(row, "账号名称", cells.text)
    platform = reading.require(row, "平台", _PLATFORM)
    unit = reading.require(row, "主办单位", cells.text)
    written = take(row, "所属地区", cells.text)
    area = _as_settled(written, names.areas) if written else _only_area(reading, row, names.areas)
    account = Account(
        id=id_ or "",
        name=name or "",
        platform=platform or Platform.WEBSITE,
        unit=unit or "",
        area=area,
        platform_id=take(row, "平台标识", cells.identifier),
        homepage=take(row, "主页链接", cells.address),
        method=take(row, "采集方式", cells.pairs),
        level=take(row, "单位层级", _LEVEL),
        function=take(row, "账号类型", _FUNCTION) or AccountFunction.PUBLISHING,
        is_main=take(row, "主账号", cells.yes_no) or False,
        status=take(row, "状态", _STATUS) or AccountStatus.ACTIVE,
        opened_on=take(row, "开设日期", cells.day_from),
        closed_on=take(row, "注销日期", cells.day_until),
        verified_entity=take(row, "认证主体", cells.text),
        outsourcing=_outsourcing(reading, row),
        followers=take(row, "粉丝数", cells.count),
        contacts=told_apart((*_people(reading, row, Role.LIAISON), *_people(reading, row, Role.LEADER))),
        group=take(row, "通知群", cells.text),
        note=take(row, "备注", cells.note),
        grant_until=take(row, "授权到期", cells.day_until_or_ever),
        verified_until=take(row, "认证到期", cells.day_until_or_ever),
    )
    _check(reading, row, account, names)
    return account if len(reading.faults) == before else None


def _as_settled(written: str, areas: Sequence[str]) -> str:
    """Return an area as the settings write it: full-width letters and blanks make no other one."""
    return next((text for text in areas if normal(text) == normal(written)), written)


def _only_area(reading: SheetReading, row: SheetRow, areas: Sequence[str]) -> str:
    if len(areas) == 1:
        return areas[0]
    reading.blame(row, f"不能为空：设置中有多个地区（{'、'.join(areas)}）", "所属地区")
    return ""


def _outsourcing(reading: SheetReading, row: SheetRow) -> Outsourcing:
    take = reading.take
    return Outsourcing(
        mode=take(row, "运营方式", _MODE) or OperationMode.OWN,
        operator_org=take(row, "受委托方", cells.text),
        operator_type=take(row, "受委托方类型", cells.text),
        is_subcontracted=take(row, "转包", cells.yes_no),
        agreement_on=take(row, "委托协议日期", cells.day_from),
        confidentiality_on=take(row, "保密协议日期", cells.day_from),
        news_licence_until=take(row, "新闻资质到期", cells.day_until),
    )


def _people(reading: SheetReading, row: SheetRow, role: Role) -> tuple[Contact, ...]:
    """Return the contacts of a role: the first phone belongs to the first name, and so on."""
    people = reading.take(row, role.label, cells.names) or ()
    phones = _ways(reading, row, f"{role.label}手机", _PHONES, people)
    mails = _ways(reading, row, f"{role.label}邮箱", _MAILS, people)
    dingtalks = _ways(reading, row, f"{role.label}钉钉", _DINGTALKS, people)
    return tuple(
        Contact(role=role, name=name, phone=phone, mail=mail, dingtalk=dingtalk)
        for name, phone, mail, dingtalk in zip_longest(people, phones, mails, dingtalks)
        if name
    )


def _ways(
    reading: SheetReading, row: SheetRow, column: str, read: cells.Listed, people: Sequence[str]
) -> tuple[str | None, ...]:
    ways = reading.take(row, column, read) or ()
    if len(ways) > len(people):
        reading.blame(row, f"有{len(ways)}项，多于“{column[:-2]}”列的{len(people)}人", column)
    return ways


def _check(reading: SheetReading, row: SheetRow, account: Account, names: KnownNames) -> None:
    """Note what no single cell shows."""
    try:
        pairs = declared_sources(account)
    except BadMethodError as error:
        text = f"“{error}”应写作“{BY_HAND}”或“采集器=参数”，多项用分号隔开"
        reading.blame(row, text, "采集方式")
        pairs = ()
    for collector, key in pairs:
        form = names.forms.get(collector)
        if form is not None and "采集方式" in row.columns and not form.fits(key):
            reading.blame(row, f"“{collector}={key}”等号后面应为{form.said}", "采集方式")
        if collector not in names.collectors:
            reading.blame(row, f"没有采集器“{collector}”{did_you_mean(collector, names.collectors)}", "采集方式")
    if account.group is not None and account.group not in names.channels:
        listed = "、".join(names.channels) or "尚未设置任何渠道"
        text = f"“{account.group}”不在设置的 channels 中{did_you_mean(account.group, names.channels)}（现有：{listed}）"
        reading.blame(row, text, "通知群")
    for column, on in (("开设日期", account.opened_on), ("注销日期", account.closed_on)):
        if on and names.until and on > names.until:
            reading.blame(row, f"{on} 还没有到", column)
    if account.opened_on and account.closed_on and account.closed_on < account.opened_on:
        reading.blame(row, f"注销日期 {account.closed_on} 早于开设日期 {account.opened_on}", "注销日期")


def _remark(reading: SheetReading, row: SheetRow, account: Account, names: KnownNames) -> None:
    """Note what is allowed and worth a look."""
    if not (account.platform_id or account.homepage or account.method):
        said = f"“{account.name}”{ONLY_BY_HAND}"
        reading.warn(said, row=row, kind=ONLY_BY_HAND, named=f"“{account.name}”")
    if account.status is AccountStatus.CLOSED and account.closed_on is None:
        reading.warn("已注销的账号没有注销日期，不能发现是否重新上线", row=row, column="注销日期")
    if account.area not in names.areas:
        reading.warn(f"“{account.area}”不在设置的 office.areas 中", row=row, column="所属地区")
