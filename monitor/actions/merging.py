"""The account that the content of another goes to (归集到): of the register if it is on it, else as it is written."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.actions.refused import Field, RefusedError
from monitor.core.account import Account, AccountStatus, Platform
from monitor.core.names import normal
from monitor.core.phrases import plain
from monitor.store import Tx, roster
from monitor.store.lights import AccountFilter, Order, ids

_INTO = Field("into", "归集到")
_AHEAD = 200
"""Accounts among which one of that very name is sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where content goes."""

    text: str
    """As people call it: 示例发布（微博）."""
    account: str | None = None
    """The id of the account, where it is on the register."""


def target_of(tx: Tx, moved: Account, written: str, *, seen: str | None = None) -> Target | None:
    """Return where an account's content goes; None where nothing is written. Raises RefusedError.

    An account of the register is named by its id, or by its name in the same area, with or without its platform. To
    somebody who sees but one area, `seen`, an account of another is not there.
    """
    text = plain(written).strip()
    if not text:
        return None
    found = tuple(one for one in _meant(tx, moved.area, text) if seen in {None, one.area})
    if len(found) > 1:
        listed = "、".join(f"{account.id}（{account.platform.label}，{plain(account.unit)}）" for account in found[:5])
        raise RefusedError(f"{moved.area}有{len(found)}个账号名为“{text}”：{listed}，请填写账号ID。", _INTO)
    if not found:
        return Target(text=text)
    (account,) = found
    if account.id == moved.id:
        raise RefusedError("不能归集到账号自己，请填写内容迁往的账号。", _INTO)
    if account.area != moved.area:
        raise RefusedError(f"“{plain(account.name)}”是{account.area}的账号，只能归集到{moved.area}的账号。", _INTO)
    if account.status is AccountStatus.CLOSED:
        raise RefusedError(f"“{plain(account.name)}”已注销，不能归集到已注销的账号。", _INTO)
    return Target(text=called(account), account=account.id)


def missing_target(tx: Tx, moved: Account, written: str) -> str:
    """Return what is to be put right about where an account's content goes, as a sentence; empty for nothing."""
    if not written.strip():
        return "没有写明归集到哪个账号，请在登记进度时补填。"
    try:
        target = target_of(tx, moved, written)
    except RefusedError as error:
        return str(error)
    is_known = target is not None and target.account is not None
    return "" if is_known else f"“{plain(written)}”不在台账中，请核对名称；确为台账以外的账号的，不必更改。"


def called(account: Account) -> str:
    """Return an account as it is named where content goes to it: 示例发布（微博）."""
    return f"{plain(account.name)}（{account.platform.label}）"


def _meant(tx: Tx, area: str, text: str) -> tuple[Account, ...]:
    by_id = roster.account(tx, text)
    if by_id is not None:
        return (by_id,)
    platform = next((one for one in Platform if text.endswith(f"（{one.label}）")), None)
    name = text.removesuffix(f"（{platform.label}）") if platform else text
    near = ids(tx, AccountFilter(area=area, platform=platform, wanted=name), Order.ID, limit=_AHEAD)
    there = roster.accounts(tx, ids=near, with_people=False) if near else ()
    return tuple(account for account in there if normal(account.name) == normal(name))
