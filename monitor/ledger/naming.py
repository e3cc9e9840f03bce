"""Which account a row means: by its id, else by platform and platform id, else by platform and name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from monitor.core.account import Account, Platform
from monitor.ledger import cells
from monitor.ledger.fault import did_you_mean
from monitor.ledger.sheet import Reading, Row

COLUMNS = ("账号ID", "平台", "平台标识", "账号名称")
NEEDS = (frozenset({"账号ID"}), frozenset({"平台", "平台标识"}), frozenset({"平台", "账号名称"}))


class Directory:
    """The accounts there are, as rows of other files refer to them."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._by_id = {account.id: account for account in accounts}
        self._by_key: dict[tuple[Platform, str], list[Account]] = defaultdict(list)
        self._by_name: dict[tuple[Platform, str], list[Account]] = defaultdict(list)
        for account in self._by_id.values():
            if account.platform_id:
                self._by_key[account.platform, account.platform_id].append(account)
            self._by_name[account.platform, account.name].append(account)

    def find(self, reading: Reading, row: Row) -> Account | None:
        """Return the account of a row; None when it is unknown or not clear (then the fault is noted)."""
        if "账号ID" in row.cells:
            return self._with_id(reading, row)
        before = len(reading.faults)
        platform = reading.take(row, "平台", cells.one_of(Platform, "平台"))
        key = reading.take(row, "平台标识", cells.identifier)
        name = reading.take(row, "账号名称", cells.text)
        if platform and key:
            return _only(reading, row, "平台标识", key, self._by_key[platform, key])
        if platform and name:
            return _only(reading, row, "账号名称", name, self._by_name[platform, name])
        if len(reading.faults) == before:
            reading.blame(row, "没有写明账号：请填写账号ID，或平台和平台标识，或平台和账号名称")
        return None

    def _with_id(self, reading: Reading, row: Row) -> Account | None:
        id_ = reading.require(row, "账号ID", cells.identifier)
        if id_ is None:
            return None
        found = self._by_id.get(id_)
        if found is None:
            reading.blame(row, f"台账中没有账号ID“{id_}”{did_you_mean(id_, self._by_id)}", "账号ID")
        return found


def _only(reading: Reading, row: Row, column: str, written: str, found: list[Account]) -> Account | None:
    if len(found) == 1:
        return found[0]
    if found:
        ids = "、".join(account.id for account in found)
        reading.blame(row, f"台账中有{len(found)}个账号的{column}是“{written}”（{ids}），请填写账号ID", column)
    else:
        reading.blame(row, f"台账中该平台没有{column}为“{written}”的账号", column)
    return None
