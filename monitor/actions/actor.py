"""The actor: who asks for something to be done, how they came in and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.refused import RefusedError
from monitor.core.account import Labelled
from monitor.store import Tx
from monitor.store.audit import Act, record_audit


class Origin(Labelled):
    """How an actor came in."""

    COMMAND_LINE = "command_line", "命令行"
    PAGE = "page", "页面"
    API = "api", "接口"
    SIGNED_LINK = "signed_link", "消息中的链接"


class Right(Labelled):
    """A right of an actor; the label completes the sentence 没有……的权限."""

    VERIFY = "verify", "核实事项"
    DECIDE = "decide", "登记处置决定"
    CLOSE = "close", "办结事项"
    ACKNOWLEDGE = "acknowledge", "知悉事项"
    PASTE = "paste", "登记新发布的链接"
    MUTE = "mute", "暂停提醒"
    READ_MESSAGE = "read_message", "查看消息的收件人"
    RELEASE = "release", "放行消息"
    RETRY = "retry", "重发消息"
    TEST_CHANNEL = "test_channel", "试发消息"
    IMPORT = "import", "导入"
    WITHDRAW = "withdraw", "撤回导入"
    EXPORT = "export", "导出"
    EXPORT_PERSONAL = "export_personal", "导出个人信息"
    ERASE = "erase", "清除个人信息"
    REPORT = "report", "写出报表"
    EXPORT_AUDIT = "export_audit", "导出操作记录"
    BACK_UP = "back_up", "备份数据库"


EVERYTHING = frozenset(Right)
"""The rights of anybody at the machine's command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person or program that asks for something: name, origin and rights; login and address for the audit log."""

    name: str
    """Their name, where they do not say in whose name they act."""
    origin: Origin
    rights: frozenset[Right]
    login: str = ""
    """The user of the machine, of a command."""
    address: str = ""
    """The network address, of a page, a link or the API."""

    def require(self, right: Right) -> None:
        """Raise RefusedError unless the actor has the right."""
        if right not in self.rights:
            raise RefusedError(f"您没有{right.label}的权限。")


def write_audit(  # noqa: PLR0913 - an audit row has that many parts
    tx: Tx,
    actor: Actor,
    now: datetime,
    action: str,
    subject: str = "",
    detail: str = "",
    *,
    by: str | None = None,
    before: str = "",
    after: str = "",
) -> None:
    """Append the audit row of an action on a subject; `by` names who decided, where that is not the actor."""
    row = Act(
        at=now,
        actor=by or actor.name,
        action=action,
        object=subject,
        detail=detail,
        login=actor.login,
        address=actor.address,
        before=before,
        after=after,
    )
    record_audit(tx, row)
