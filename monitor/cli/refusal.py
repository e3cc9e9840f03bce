"""The refusal of a command that cannot be done."""

from __future__ import annotations

import click


class Refusal(click.ClickException):
    """The command cannot be done; the message is the sentence for the user, or several, one to a line."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        """Say why: every line becomes a whole sentence."""
        super().__init__("\n".join(f"{line.removesuffix('。')}。" for line in message.splitlines()))
