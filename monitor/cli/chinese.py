"""click in Chinese: headings, usage, and what is said when a command is typed wrongly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

import click

_HEADINGS = {"Options": "选项", "Commands": "命令", "Positional arguments": "参数"}
_USAGE = {"[OPTIONS]": "[选项]", "COMMAND": "命令", "[ARGS]...": "[参数]..."}
_WIDE = frozenset({"W", "F"})
_CHINESE = re.compile("[\u4e00-\u9fff]")


class Formatter(click.HelpFormatter):
    """Help pages with Chinese headings, in columns that stay straight with Chinese in them."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is typed."""
        for english, chinese in _USAGE.items():
            args = args.replace(english, chinese)
        super().write_usage(prog, args, prefix=prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """Write a section's heading."""
        self.write(f"{' ' * self.current_indent}{_HEADINGS.get(heading, heading)}：\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write what there is to choose from, each with its explanation."""
        lines = tuple(rows)
        column = max(_width(name) for name, _ in lines) + col_spacing
        for name, text in lines:
            self.write(f"{' ' * self.current_indent}{name}{' ' * (column - _width(name))}{text}\n")


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(mark) in _WIDE else 1 for mark in text)


class Context(click.Context):
    """A context whose help is written by our formatter."""

    formatter_class = Formatter


class Option(click.Option):
    """An option whose help says everything itself: click would add `[required]` and `[default: …]`."""

    def get_help_extra(self, ctx: click.Context) -> click.types.OptionHelpExtra:
        """Return nothing to be added."""
        return {}


class Command(click.Command):
    """A command and where the function stands that does it: nothing of it is imported before it is called."""

    context_class = Context

    def __init__(
        self, name: str, explained: str, does: str, *params: click.Parameter, short: str | None = None
    ) -> None:
        """Take its help, and the function as `module:name` of `monitor.cli`."""
        super().__init__(name, params=list(params), help=explained, short_help=short)
        self.does = does

    def function(self) -> Callable[..., None]:
        """Return what does it: a function of a CommandContext and of every parameter by its name."""
        module, _, name = self.does.partition(":")
        found: Callable[..., None] = getattr(import_module(f"monitor.cli.{module}"), name)
        return found

    def invoke(self, ctx: click.Context) -> None:
        """Do what was typed, where the options of the program say."""
        from monitor.cli.place import CommandContext  # noqa: PLC0415 - settings and database, which no help waits for

        self.function()(CommandContext(**ctx.find_root().params), **ctx.params)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help` with a Chinese explanation."""
        return _helped(super().get_help_option(ctx))


class Group(click.Group):
    """A group of such commands."""

    context_class = Context

    def __init__(self, name: str, explained: str, commands: Sequence[click.Command], *params: click.Parameter) -> None:
        """Take its help and its commands."""
        super().__init__(name, commands, params=list(params), help=explained)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help` with a Chinese explanation."""
        return _helped(super().get_help_option(ctx))


def _helped(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "显示说明。"
    return option


def sentence(error: click.UsageError) -> str:
    """Return one Chinese sentence for an error of usage."""
    match error:
        case click.NoSuchOption():
            return f"没有选项 {error.option_name}{_guess(error.possibilities)}。"
        case click.NoSuchCommand():
            return f"没有命令 {error.command_name}{_guess(error.possibilities)}，用 --help 查看全部命令。"
        case click.BadOptionUsage():
            fault = "不带值" if "does not take" in error.message else "后面缺少值"
            return f"选项 {error.option_name} {fault}。"
        case click.MissingParameter():
            return f"缺少{_named(error).rstrip()}，用 --help 查看用法。"
        case click.BadParameter():
            return f"{_named(error)}的值不对：{_reason(error)}。"
        case _ if _CHINESE.search(error.message):  # our own words
            return f"{error.message}。"
        case _ if error.message == "Missing command.":
            return "缺少命令，用 --help 查看全部命令。"
        case _ if error.message.startswith("Got unexpected extra"):
            return "参数过多，用 --help 查看用法。"
        case _:
            return "命令写法不对，用 --help 查看用法。"


def _guess(possibilities: Sequence[str] | None) -> str:
    return f"（是否应为“{'、'.join(possibilities)}”？）" if possibilities else ""


def _named(error: click.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return "参数"
    if isinstance(parameter, click.Option):
        return f"选项 {parameter.opts[0]} "
    return f"参数“{parameter.human_readable_name}”"


def _reason(error: click.BadParameter) -> str:
    parameter = error.param
    match parameter.type if parameter is not None else None:
        case click.Choice() as choice:
            return f"可以是 {'、'.join(choice.choices)}"
        case click.types.IntParamType():
            return "应为整数"
        case _:
            return error.message  # our own words
