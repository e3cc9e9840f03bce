"""click in Chinese: headings, usage, and what is said when a command is typed wrongly."""

from __future__ import annotations

from collections.abc import Sequence

import click

_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}


class Formatter(click.HelpFormatter):
    """Help pages with Chinese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is typed."""
        words = {"[OPTIONS]": "[选项]", "COMMAND": "命令", "[ARGS]...": "[参数]..."}
        for english, chinese in words.items():
            args = args.replace(english, chinese)
        super().write_usage(prog, args, prefix=prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """Write a section's heading."""
        super().write_heading(_HEADINGS.get(heading, heading))


class Context(click.Context):
    """A context whose help is written by our formatter."""

    formatter_class = Formatter


class Command(click.Command):
    """A command whose own help option is Chinese too."""

    context_class = Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help` with a Chinese explanation."""
        return _helped(super().get_help_option(ctx))


class Group(click.Group):
    """A group of such commands; `loaders` import a command only when it is asked for."""

    context_class = Context
    command_class = Command
    group_class = type

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help` with a Chinese explanation."""
        return _helped(super().get_help_option(ctx))


def _helped(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "显示说明。"
    return option


def sentence(error: click.ClickException) -> str:
    """Return one Chinese sentence for an error of usage."""
    match error:
        case click.NoSuchOption():
            guess = f"，是否想写 {'、'.join(error.possibilities)}" if error.possibilities else ""
            return f"没有选项 {error.option_name}{guess}。"
        case click.MissingParameter():
            return f"缺少{_named(error)}。"
        case click.BadParameter():
            return f"{_named(error)}的值不对：{_reason(error)}。"
        case click.UsageError() if error.message.startswith("No such command"):
            return f"没有命令 {error.message.split(chr(39))[1]}，用 --help 查看全部命令。"
        case click.UsageError() if error.message.startswith("Got unexpected extra"):
            return "参数过多，用 --help 查看用法。"
        case _:
            return f"{error.format_message().rstrip('.。')}。"


def _named(error: click.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return "参数"
    if isinstance(parameter, click.Option):
        return f"选项 {parameter.opts[0]}"
    return f"参数 {parameter.human_readable_name}"


def _reason(error: click.BadParameter) -> str:
    parameter = error.param
    if parameter is not None and isinstance(parameter.type, click.Choice):
        choices: Sequence[str] = parameter.type.choices
        return f"可以是 {'、'.join(choices)}"
    return error.message.rstrip(".。")
