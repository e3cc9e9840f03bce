"""How a row names an account: by its id, by platform and platform id, by platform and name."""

from __future__ import annotations

from monitor.core.account import Account, Platform
from monitor.core.reference import AccountIndex, Reference, Unmatched
from monitor.ledger import cells
from monitor.ledger.fault import did_you_mean
from monitor.ledger.sheet import SheetReading, SheetRow

COLUMNS = ("账号ID", "平台", "平台标识", "账号名称")
NEEDS = (frozenset({"账号ID"}), frozenset({"平台", "平台标识"}), frozenset({"平台", "账号名称"}))

_PLATFORM = cells.one_of(Platform, "平台")


def is_named(row: SheetRow) -> bool:
    """True if a row says anything of an account."""
    return any(column in row.cells for column in COLUMNS)


def reference(reading: SheetReading, row: SheetRow) -> Reference | None:
    """Return whom a row names; None when it does not say so (then the fault is noted)."""
    before = len(reading.faults)
    if "账号ID" in row.cells:
        id_ = reading.require(row, "账号ID", cells.identifier)
        return Reference(account=id_, name=reading.take(row, "账号名称", cells.text)) if id_ else None
    platform = reading.take(row, "平台", _PLATFORM)
    key = reading.take(row, "平台标识", cells.identifier)
    name = reading.take(row, "账号名称", cells.text)
    if platform and (key or name):
        return Reference(platform=platform, platform_id=key, name=name)
    if len(reading.faults) == before:
        reading.blame(row, "没有写明账号：请填写账号ID，或平台和平台标识，或平台和账号名称")
    return None


def find(reading: SheetReading, row: SheetRow, directory: AccountIndex) -> Account | None:
    """Return the account of a row; None when it is unknown or not clear (then the fault is noted)."""
    written = reference(reading, row)
    if written is None:
        return None
    found = directory.find(written)
    if isinstance(found, Unmatched):
        reading.blame(row, why(found, written, directory), found.column)
        return None
    return found


def why(unmatched: Unmatched, written: Reference, directory: AccountIndex) -> str:
    """Return why nobody answers, with the id that may have been meant."""
    guess = did_you_mean(written.account, directory.ids) if written.account else ""
    return f"{unmatched.why}{guess}"
