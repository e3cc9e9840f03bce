"""What a command says when it cannot be done."""

from __future__ import annotations

import click


class Refusal(click.ClickException):
    """The command cannot be done; the message is the sentence for the user."""

    exit_code = 1
