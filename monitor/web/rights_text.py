"""What each right means to the people of an office, and the table of who has it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from monitor.actions.actor import Right
from monitor.actions.roles import HOLDERS
from monitor.core.user import UserRole

ROLES: Mapping[UserRole, str] = {
    UserRole.ADMINISTRATOR: "管用户和系统的人，不办理事项",
    UserRole.OPERATOR: "办公室办理日常工作的人",
    UserRole.READER: "领导、网信办等只看情况的人",
    UserRole.UNIT: "主办单位的人，只能打开本单位的页面",
}
"""Whom each role is for."""

MEANINGS: Mapping[Right, str] = {
    Right.SEE: "账号的更新情况、事项、期限和判定依据",
    Right.REPORT: "联合研判表、扣分建议清单、周报和通报送审稿等",
    Right.MAKE_REPORT: "按现在的数据生成周报、通报送审稿，或重做一份",
    Right.ACKNOWLEDGE: "登记“已知悉，由我处理”，例行提醒暂停，期限不变",
    Right.PASTE: "提交新发布的链接，核实后自动办结",
    Right.LOOK: "登记平台上最新一条的发布日期",
    Right.PROPOSE: "联系人有变、账号停用或拟注销的，报办公室采纳",
    Right.SUBSCRIBE: "把更新期限加到手机或电脑的日历",
    Right.ANSWER_PROPOSAL: "采纳后台账随之更改",
    Right.STOP_LINKS: "已发出的消息里的链接随即不能再用",
    Right.SEE_MESSAGES: "发给单位的消息、何时送达",
    Right.SEE_CONTACTS: "联络员、责任领导的手机和邮箱；每次查看都记入操作记录",
    Right.READ_MESSAGE: "一条消息发到哪个号码、邮箱",
    Right.VERIFY: "确认属实或登记误报",
    Right.DECIDE: "豁免、保留、清理整合、注销，以及撤销",
    Right.CLOSE: "写明原因，人工办结",
    Right.MUTE: "一个单位或账号到某日为止不发提醒，采集和判定照常",
    Right.RELEASE: "核对后发给单位",
    Right.WITHHOLD: "写明原因，不再发出",
    Right.RETRY: "发送失败的再发一次",
    Right.PHONE: "发送失败的，登记何时电话告知了谁",
    Right.TEST_CHANNEL: "发一条测试，看渠道通不通",
    Right.SEE_IMPORTS: "导入过哪些文件、还缺什么",
    Right.IMPORT: "台账、通报、指数、清单和各种记录，也包括修改单个账号",
    Right.WITHDRAW: "改回导入以前的样子",
    Right.EXPORT: "把列表、台账下载为表格",
    Right.EXPORT_PERSONAL: "应本人要求，写出系统保存的关于这个人的全部信息",
    Right.ERASE: "应本人要求，或保存期已满",
    Right.SEE_AUDIT: "谁在什么时候做了什么",
    Right.SEE_SYSTEM: "采集、发送是否正常，设置的现值",
    Right.EXPORT_AUDIT: "连同校验码写出，供核对",
    Right.BACK_UP: "在服务器上做",
    Right.MANAGE_USERS: "新增、停用用户，改角色，发一次性链接",
    Right.KEEP_LOGIN: "改密码、动态口令，退出其他登录",
    Right.MANAGE_TOKENS: "给其他程序开通、停用接口",
    Right.MANAGE_HOOKS: "新增、停用推送地址，把事项推送给其他单位的程序",
}
"""What somebody who has a right sees or does by it."""

_SEEING = "查看"
YES, OWN, NO = "可以", "仅本单位", "不可以"


@dataclass(frozen=True, slots=True)
class RightRow:
    """A right, and what each role has of it, in the order of the roles."""

    right: Right
    meaning: str
    cells: tuple[str, ...]


def seeing() -> tuple[RightRow, ...]:
    """Return the rights to see something."""
    return tuple(row for row in _rows() if row.right.label.startswith(_SEEING))


def acting() -> tuple[RightRow, ...]:
    """Return the rights to do something."""
    return tuple(row for row in _rows() if not row.right.label.startswith(_SEEING))


def named(roles: Collection[UserRole]) -> str:
    """Return roles in words, the highest first."""
    return "、".join(role.label for role in UserRole if role in roles)


def _rows() -> Iterator[RightRow]:
    for right, holders in HOLDERS.items():
        if holders:
            cells = tuple(_cell(right, role) if role in holders else NO for role in UserRole)
            yield RightRow(right, MEANINGS.get(right, ""), cells)


def _cell(right: Right, role: UserRole) -> str:
    """Return what a role has of a right: the login of a unit's person is not the unit's."""
    return OWN if role is UserRole.UNIT and right is not Right.KEEP_LOGIN else YES
