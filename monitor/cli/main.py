"""The commands. Each imports what it needs when it runs, so that `--help` is quick.

Exit 0: done, whatever was found; 1: refused, or the answer is no; 2: typed wrongly. Errors are
Chinese sentences on stderr; a traceback never reaches a user.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from monitor.cli import asking, chinese, running, sending, tables
from monitor.cli.place import Place


@click.group(cls=chinese.Group, context_settings={"help_option_names": ["--help", "-h"]})
@click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path),
    default=Path("config"),
    envvar="XUNCHA_CONFIG",
    show_default=True,
    metavar="目录",
    help="设置所在的目录（环境变量 XUNCHA_CONFIG）。",
)
@click.option(
    "--db",
    "db",
    default="sqlite:///data/xuncha.db",
    envvar="XUNCHA_DB",
    show_default=True,
    metavar="URL",
    help="数据库（环境变量 XUNCHA_DB）。",
)
@click.version_option(package_name="xuncha", message="xuncha %(version)s", help="显示版本。")
@click.pass_context
def xuncha(context: click.Context, config: Path, db: str) -> None:
    """巡查：监测政务新媒体的更新与可用情况，在超期之前提醒责任人。"""
    context.obj = Place(config=config, db=db)


def command_line() -> click.Group:
    """Return `xuncha` with all its commands."""
    for command in (*running.COMMANDS, *asking.COMMANDS, *tables.COMMANDS, *sending.COMMANDS):
        xuncha.add_command(command)
    return xuncha


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(lambda: command_line()(standalone_mode=False)))


def run(command: Callable[[], object]) -> int:
    """Run a command and return its exit code; expected failures become one sentence each on stderr."""
    try:
        command()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        click.echo("已中止。", err=True)
        return 1
    except click.UsageError as error:
        click.echo(chinese.sentence(error), err=True)
        return 2
    except click.ClickException as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    return 0
