"""The commands: each is imported when it is typed, and the floors below when it runs, so that `--help` is quick.

Exit 0: done, even if troubles were found; 1: refused, or the answer is no; 2: typed wrongly. Errors are
Chinese sentences on stderr; a traceback never reaches a user.
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from monitor.cli import chinese, debugging
from monitor.cli.chinese import LazyCommand, LazyCommands
from monitor.cli.place import CommandContext

_LITTLE_GARBAGE = 20_000
"""Objects made before Python looks for garbage: left alone it looks at each 700, and to start makes a million."""
_COMMANDS = LazyCommands(
    {
        "run": LazyCommand("monitor.cli.run", "run", "运行服务，直到按 Ctrl-C 或收到 SIGTERM。"),
        "sample": LazyCommand(
            "monitor.cli.run", "sample", "运行示例县：虚构的账号、平台和收件箱，都在本机，用来了解本系统。"
        ),
        "check": LazyCommand("monitor.cli.look", "check", "立即采集账号（不写则采集全部），并保存采集到的内容。"),
        "read": LazyCommand("monitor.cli.look", "read", "用采集器读一个保存下来的页面，输出读到的内容。"),
        "evaluate": LazyCommand("monitor.cli.evaluate", "evaluate", "按规则判定并列出结果；只读取，不改变任何事项。"),
        "import": LazyCommand(
            "monitor.cli.imports", "import_", "导入表格（xlsx 或 csv）。有一行不合格，整个文件都不导入。"
        ),
        "export": LazyCommand("monitor.cli.export", "export", "导出台账、空白表、记录、判定、事项、消息、个人信息。"),
        "report": LazyCommand("monitor.cli.report", "report", "写出扣分建议清单、联合研判表、注销进度表。"),
        "case": LazyCommand("monitor.cli.case", "case", "事项：查看、核实、登记处置决定、办结。"),
        "message": LazyCommand("monitor.cli.message", "message", "消息：查看、重发、放行、试发。"),
        "audit": LazyCommand("monitor.cli.audit", "audit", "操作记录。"),
        "config": LazyCommand("monitor.cli.config", "config", "设置。"),
        "db": LazyCommand("monitor.cli.db", "db", "数据库。"),
        "health": LazyCommand("monitor.cli.health", "health", "询问正在运行的服务是否正常。"),
    }
)


@click.group(cls=chinese.Group, commands=_COMMANDS, context_settings={"help_option_names": ["--help", "-h"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("config"),
    envvar="XUNCHA_CONFIG",
    metavar="目录",
    help="设置所在的目录，默认 config（环境变量 XUNCHA_CONFIG）。",
)
@click.option(
    "--db",
    default="sqlite:///data/xuncha.db",
    envvar="XUNCHA_DB",
    metavar="URL",
    help="数据库，默认 sqlite:///data/xuncha.db（环境变量 XUNCHA_DB）。",
)
@click.version_option(package_name="xuncha", message="xuncha %(version)s", help="显示版本。")
@click.pass_context
def xuncha(context: click.Context, *, config: Path, db: str) -> None:
    """巡查：监测政务新媒体的更新与可用情况，在超期之前提醒责任人。"""
    context.obj = CommandContext(config=config, db=db)


def main() -> None:
    """Run the command line of this process and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese, half a character in a name
    debugging.keep_logs()
    gc.set_threshold(_LITTLE_GARBAGE)
    sys.exit(run())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (the process's own by default) and return its exit code; failures are one sentence each."""
    try:
        code = xuncha.main(arguments, prog_name="xuncha", standalone_mode=False)
    except click.Abort:
        return _said("已中止。", 1)
    except click.exceptions.NoArgsIsHelpError as error:
        return _said(error.message, 2)
    except click.UsageError as error:
        return _said(chinese.sentence(error), 2)
    except click.ClickException as error:
        return _said(error.message, error.exit_code)
    except Exception as bug:  # noqa: BLE001 - reported, and the end of the process
        return _said(debugging.report(bug), 1)
    return code if isinstance(code, int) else 0


def _said(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code
