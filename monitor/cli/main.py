"""The command line of a process: what it does, and what is told of its failures.

Exit 0: done, even if troubles were found; 1: refused, or the answer is no; 2: typed wrongly. Errors are
Chinese sentences on stderr; a traceback never reaches a user.
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Sequence

import click

from monitor.cli import chinese, debugging
from monitor.cli.commands import XUNCHA

_LITTLE_GARBAGE = 20_000
"""Objects made before Python looks for garbage: left alone it looks at each 700, and to start makes a million."""


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
        code = XUNCHA.main(arguments, prog_name="xuncha", standalone_mode=False)
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
