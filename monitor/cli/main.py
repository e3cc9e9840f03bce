"""The commands. Each imports what it needs when it runs, so that `--help` is quick.

Exit 0: done, whatever was found; 1: refused, or the answer is no; 2: typed wrongly. Errors are
Chinese sentences on stderr; a traceback never reaches a user.
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from monitor.cli import (
    audit,
    case,
    chinese,
    debugging,
    evaluate,
    export,
    import_roster,
    look,
    message,
    report,
    running,
    upkeep,
)
from monitor.cli.place import CommandContext

_LITTLE_GARBAGE = 20_000
"""Objects made before Python looks for garbage: left alone it looks at each 700, and to start makes a million."""

_MODULES = (running, look, evaluate, import_roster, export, report, case, message, audit, upkeep)


@click.group(cls=chinese.Group, context_settings={"help_option_names": ["--help", "-h"]})
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


for _module in _MODULES:
    for _command in _module.COMMANDS:
        xuncha.add_command(_command)


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
