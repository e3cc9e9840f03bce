"""The group of commands that take files in: import."""

from __future__ import annotations

import click

from monitor.cli.chinese import Group, LazyCommand, LazyCommands

_COMMANDS = LazyCommands(
    {
        "roster": LazyCommand("monitor.cli.import_roster", "import_roster", "导入台账：按账号ID新增或修改。"),
        "posts": LazyCommand("monitor.cli.import_roster", "import_posts", "导入发布记录：增加到已知的发布中。"),
        "filed-list": LazyCommand(
            "monitor.cli.import_papers", "import_filed_list", "导入已备案清单：一个地区那一天全部已备案的账号。"
        ),
        "bulletins": LazyCommand(
            "monitor.cli.import_papers", "import_bulletins", "导入通报：同一系列同一期再次导入即为更正，整期替换。"
        ),
        "index": LazyCommand(
            "monitor.cli.import_papers",
            "import_index",
            "导入运营效果指数：同一周同一账号再次导入即为更正，其他账号不变。",
        ),
        "decisions": LazyCommand(
            "monitor.cli.import_papers",
            "import_decisions",
            "导入处置决定：豁免、保留、清理整合、注销、确认、误报、撤销。",
        ),
        "records": LazyCommand(
            "monitor.cli.import_papers",
            "import_records",
            "导入记录：培训、检查、核查、备案变更等，类型见 docs/operating.md。",
        ),
        "list": LazyCommand(
            "monitor.cli.import_withdraw", "import_list", "列出导入过的文件，最近的在前；编号用于撤回。"
        ),
        "withdraw": LazyCommand(
            "monitor.cli.import_withdraw",
            "import_withdraw",
            "撤回一次导入的全部内容；撤回前所知的仍可按 --known-at 判定。",
        ),
    }
)


@click.group("import", cls=Group, commands=_COMMANDS)
def import_() -> None:
    """导入表格（xlsx 或 csv）。有一行不合格，整个文件都不导入。"""
