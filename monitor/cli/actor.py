"""The actor of a command, as the audit log keeps it, and how a command performs an action."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.perform import Action
from monitor.actions.perform import perform as run
from monitor.actions.refused import Field, RefusedError
from monitor.app.clock import now
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.store import Store

C = TypeVar("C")
D = TypeVar("D")


def command_line_actor() -> Actor:
    """Return who really runs this: they may do everything that the machine's user may."""
    name, uid = _login(), f"uid {os.getuid()}"
    login = f"{name}（{os.getuid()}）" if name else uid
    return Actor(name=name or uid, origin=Origin.COMMAND_LINE, rights=EVERYTHING, login=login)


def perform(where: CommandContext, action: Action[C, D], command: C) -> D:
    """Have an action done in the database of the command line; what it refuses is a Refusal."""
    with where.store() as store:
        return perform_in(store, action, command)


def perform_in(store: Store, action: Action[C, D], command: C, *, at: datetime | None = None) -> D:
    """Have an action done, now or at a moment that was read before, in a database that is open."""
    with refusals():
        return run(store, action, command, actor=command_line_actor(), now=at or now())


@contextmanager
def refusals() -> Iterator[None]:
    """Refuse what an action refuses, with the options of the fields that it is about."""
    try:
        yield
    except RefusedError as error:
        raise Refusal(error.told(_with_option)) from error


def _with_option(field: Field) -> str:
    return f"{field.label}（--{field.name.replace('_', '-')}）"


def _login() -> str:
    """Return the name of the user that the system runs this as: what the environment says of it anybody can write."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that no file names
        return ""
