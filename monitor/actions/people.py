"""Personal data: erase what is kept about a person who asks for that."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import Field, RefusedError
from monitor.store import Tx, people


def new_alias() -> str:
    """Return a name that says nothing of anybody."""
    return f"已清除-{secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseCommand:
    """The person, by name, phone, mail or DingTalk id, whose personal data somebody wants to have erased."""

    person: str
    alias: str = field(default_factory=new_alias)
    """The text that stands in the place of the person from then on, and in the audit log."""


def erase(tx: Tx, command: EraseCommand, *, actor: Actor, now: datetime) -> people.Erased:
    """Make one person nameless wherever they are kept; raises RefusedError while they are needed."""
    actor.require(Right.ERASE)
    done = people.erase(tx, command.person, alias=command.alias)
    if isinstance(done, people.Needed):
        raise RefusedError(done.why, Field("person", "姓名、手机、邮箱或钉钉"))
    write_audit(tx, actor, now, "db prune", command.alias, "应本人要求清除")
    return done
