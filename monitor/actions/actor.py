"""The actor: who asks for something to be done, how they came in and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.actions.refused import OutOfReachError, RefusedError
from monitor.core.account import Labelled, UnitKey
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
    LOOK = "look", "登记人工核查"
    PROPOSE = "propose", "提出联系人和账号的变更"
    SUBSCRIBE = "subscribe", "订阅期限日历"
    ANSWER_PROPOSAL = "answer_proposal", "采纳或退回单位提出的变更"
    STOP_LINKS = "stop_links", "停用单位的链接"
    MUTE = "mute", "暂停提醒"
    READ_MESSAGE = "read_message", "查看消息的收件人"
    RELEASE = "release", "放行消息"
    WITHHOLD = "withhold", "压下消息"
    RETRY = "retry", "重发消息"
    PHONE = "phone", "登记电话告知"
    TEST_CHANNEL = "test_channel", "试发消息"
    IMPORT = "import", "导入"
    WITHDRAW = "withdraw", "撤回导入"
    EXPORT = "export", "导出"
    EXPORT_PERSONAL = "export_personal", "导出个人信息"
    ERASE = "erase", "清除个人信息"
    REPORT = "report", "写出报表"
    MAKE_REPORT = "make_report", "生成报表"
    EXPORT_AUDIT = "export_audit", "导出操作记录"
    BACK_UP = "back_up", "备份数据库"
    SEE = "see", "查看账号和事项"
    SEE_CONTACTS = "see_contacts", "查看联系方式"
    SEE_MESSAGES = "see_messages", "查看消息"
    SEE_IMPORTS = "see_imports", "查看导入"
    SEE_AUDIT = "see_audit", "查看操作记录"
    SEE_SYSTEM = "see_system", "查看系统状态"
    MANAGE_USERS = "manage_users", "管理用户"
    LOG_IN = "log_in", "登录"
    KEEP_LOGIN = "keep_login", "修改自己的登录信息"
    MANAGE_TOKENS = "manage_tokens", "管理接口令牌"
    MANAGE_HOOKS = "manage_hooks", "管理推送地址"
    CALL = "call", "使用接口"


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
    own: UnitKey | None = None
    """The one unit that they see and act for; None for all."""

    area: str | None = None
    """The one area whose units they see and act for; None for all."""
    is_program: bool = False
    """True of a token that is no user's own: nobody knows which person acts by it."""

    def require(self, right: Right) -> None:
        """Raise RefusedError unless the actor has the right."""
        if right not in self.rights:
            raise RefusedError(f"您没有{right.label}的权限。")

    def require_reach(self, units: Iterable[UnitKey | None]) -> None:
        """Raise OutOfReachError unless all of these units are the actor's to see: what is others' is not there."""
        reached = set(units)
        if self.own is not None and reached != {self.own}:
            raise OutOfReachError
        self.require_area(unit.area if unit else None for unit in reached)

    def require_area(self, areas: Iterable[str | None]) -> None:
        """Raise OutOfReachError unless all that something is about lies in the actor's area, if they have but one."""
        if self.area is not None and set(areas) != {self.area}:
            raise OutOfReachError


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
