"""The scopes of API tokens: what a program may do that shows one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from monitor.core.account import Labelled


class TokenScope(Labelled):
    """One thing that a token lets its caller do."""

    READ = "read", "读取"
    POST_LINKS = "post_links", "登记发布链接"
    DECIDE = "decide", "处置和放行"
    OFFICE = "office", "读取办公室资料"
    CONTACTS = "contacts", "查看联系方式"
    IMPORT = "import", "导入和撤回"

    @classmethod
    def given(cls, written: Collection[str]) -> tuple[TokenScope, ...]:
        """Return the scopes of these values, in their order."""
        return tuple(scope for scope in cls if scope.value in written)


NOTES: Mapping[TokenScope, str] = {
    TokenScope.READ: "读账号、判定、事项、消息清单、待办和报表，不含联系人",
    TokenScope.POST_LINKS: "登记新发布内容的链接",
    TokenScope.DECIDE: "对事项作决定、登记知悉、办结，放行、压下和重发消息，登记人工核查和注销进度，答复单位的变更，"
    "暂停提醒，生成报表",
    TokenScope.OFFICE: "读消息正文、单位提出的变更、导入记录、操作记录、运行状态和设置",
    TokenScope.CONTACTS: "查看单位联系人的姓名和电话，每次查看都留操作记录",
    TokenScope.IMPORT: "导入台账等文件，撤回导入",
}
"""What each of them is for, in words."""
