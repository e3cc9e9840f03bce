"""随机抽查: the accounts that were drawn, with the seed and the method, and a sheet for each thing that is checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.core.account import Account
from monitor.core.period import Period
from monitor.core.phrases import Names
from monitor.core.record import Record
from monitor.core.spot_check import METHOD, drawn, reviewers, usual_count
from monitor.documents.document import Attachment, Document, Table, Value
from monitor.documents.dossier import AREA, has_areas, places

_ABOUT = ("序号", "主办单位", "账号ID", "账号名称", "平台")
SHEETS = {
    "互动核查表": ("留言入口", "留言时间", "答复时间", "是否有效互动", "检查人", "检查日期", "备注"),
    "链接核查表": ("抽查链接1", "抽查链接2", "抽查链接3", "能否打开", "检查人", "检查日期", "备注"),
    "内容核查表": ("抽查日期", "表述错误", "不当内容", "转载来源", "检查人", "检查日期", "备注"),
}
"""What is filled in about every account, by sheet."""
_CROSS = "交叉互评表"


def spot_check(
    roster: Sequence[Account], orders: Sequence[Record], period: Period, *, seed: str, count: int | None
) -> Document:
    """Return the sample of a seed: `count` accounts, or one in ten, of all on a roster that are judged.

    `orders` are the records of the order of units, by which it lists them.
    """
    ids = [account.id for account in roster if account.is_judged]
    chosen = frozenset(drawn(ids, usual_count(len(ids)) if count is None else count, seed))
    place = places(orders)
    accounts = sorted((one for one in roster if one.id in chosen), key=lambda account: place(account.unit_key))
    head = (
        f"{period.label}：从{len(ids)}个账号中抽取{len(accounts)}个。",
        f"种子：{seed}。方法：{METHOD}。",
    )
    given = _Sheets(accounts=accounts, with_area=has_areas(roster))
    crossed = reviewers(tuple(dict.fromkeys(map(given.ranked, accounts))), seed)
    sheets = [Attachment(title=title, table=given.blank(names)) for title, names in SHEETS.items()]
    return Document(
        title="随机抽查名单",
        head=head,
        table=given.filled(("主页链接",), [(account.homepage,) for account in accounts]),
        attachments=(*sheets, Attachment(title=_CROSS, table=given.crossed(crossed))),
        landscape=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheets:
    """The sheets about the accounts that were drawn."""

    accounts: Sequence[Account]
    with_area: bool

    def unit(self, account: Account) -> str:
        """Return the unit of an account, with its area where units of several may have one name."""
        return Names(with_area=self.with_area).of(account)

    def ranked(self, account: Account) -> str:
        """Return by which text the unit is ranked: as ever, so that former samples are drawn again as they were."""
        return account.area + account.unit if self.with_area else account.unit

    def blank(self, names: Sequence[str]) -> Table:
        """Return a sheet whose columns people fill in."""
        return self.filled(names, [(None,) * len(names)] * len(self.accounts))

    def crossed(self, by: Mapping[str, str]) -> Table:
        """Return the sheet of 交叉互评: who reviews whom."""
        names = ("互评单位", "评价", "问题和建议", "日期")
        called = {self.ranked(account): self.unit(account) for account in self.accounts}
        given = (called.get(by.get(self.ranked(account), "")) for account in self.accounts)
        return self.filled(names, [(one, None, None, None) for one in given])

    def filled(self, names: Sequence[str], rest: Sequence[tuple[Value, ...]]) -> Table:
        """Return a sheet with these values behind what says which account it is."""
        columns = (_ABOUT[0], AREA, *_ABOUT[1:]) if self.with_area else _ABOUT
        rows = tuple((*self._about(number, account), *more) for number, (account, more) in self._numbered(rest))
        return Table.of((*columns, *names), rows)

    def _numbered(self, rest: Sequence[tuple[Value, ...]]) -> Iterator[tuple[int, tuple[Account, tuple[Value, ...]]]]:
        return enumerate(zip(self.accounts, rest, strict=True), start=1)

    def _about(self, number: int, account: Account) -> tuple[Value, ...]:
        area = (account.area,) if self.with_area else ()
        return (number, *area, account.unit, account.id, account.name, account.platform.label)
