"""The output of commands to a terminal, and to a pipe."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_YES = frozenset({"y", "yes", "是"})
_UNPRINTABLE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")
"""Characters that a terminal obeys or cannot show, and JSON does not escape: control and direction marks, half
characters."""


def printed(value: object) -> str:
    """Return JSON as people and programs read it; nothing in it can steer a terminal."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _UNPRINTABLE.sub(lambda mark: f"\\u{ord(mark[0]):04x}", text)


def warn(warnings: Iterable[str]) -> None:
    """Say what people should know although the command goes on."""
    for warning in warnings:
        click.echo(f"提示：{warning.rstrip('。')}。", err=True)


def confirmed(question: str) -> bool:
    """Ask on the terminal; anything but yes is no, and so is silence."""
    try:
        answer = click.prompt(f"{question}（是/否）", default="否", show_default=False, prompt_suffix="：", err=True)
    except click.Abort:
        return False
    return str(answer).strip().lower() in _YES


def progress(label: str, length: int) -> ProgressBar[int]:
    """Return a progress bar for long work: on a terminal, and nowhere else."""
    return click.progressbar(
        length=length, label=label, show_eta=False, file=sys.stderr, hidden=not sys.stderr.isatty()
    )


@contextmanager
def telling(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far long work has come: yield who hears how much of how much is done."""
    with progress(label, 1) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tell
