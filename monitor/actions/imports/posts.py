"""Import posts: they add to what is known; a complete file is a look by hand at the accounts it is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor
from monitor.actions.imports.kept import begin, finish
from monitor.actions.refused import Field, RefusedError
from monitor.core.account import Account
from monitor.core.observation import Covers, Post, timeline
from monitor.store import Tx, looks


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPostsCommand:
    """Posts that somebody wants to have known."""

    file: str
    posts: Mapping[str, Sequence[Post]]
    """By account."""
    silent: Sequence[str] = ()
    """Accounts that were looked at and had posted nothing new."""
    accounts: Mapping[str, Account]
    """By id, at least those of `posts` and `silent`."""
    complete: bool = False
    """True if the file lists everything that the accounts it names had posted."""
    as_of: datetime
    """When it was looked up."""


def silent_accounts(chosen: Sequence[str] | None, known: Collection[str], named: Collection[str]) -> tuple[str, ...]:
    """Return who of the chosen accounts (None: all) had posted nothing, as the file does not name them.

    Raises RefusedError where one is on no roster.
    """
    ids = sorted(known) if chosen is None else chosen
    unknown = [id_ for id_ in ids if id_ not in known]
    if unknown:
        said = f"台账中没有账号“{'、'.join(unknown)}”，请核对编号；未导入任何内容。"
        raise RefusedError(said, Field("accounts", "账号"))
    return tuple(id_ for id_ in dict.fromkeys(ids) if id_ not in named)


def import_posts(tx: Tx, command: ImportPostsCommand, *, actor: Actor, now: datetime) -> None:
    """Keep posts, and that of the silent accounts there were none, and have all of them judged anew."""
    number = begin(tx, "posts", command.file, command.as_of, actor=actor, now=now)
    save_posts(tx, command, known_at=now, import_id=number)
    detail = f"{sum(map(len, command.posts.values()))}条"
    detail += f"，登记为没有新发布的{len(command.silent)}个账号" if command.silent else ""
    finish(tx, "posts", command.file, number, detail, actor=actor, now=now)


def save_posts(tx: Tx, command: ImportPostsCommand, *, known_at: datetime, import_id: int | None) -> None:
    """Keep posts as looks by hand; without an import's number to find out what they would change."""
    covers = Covers.ALL if command.complete else Covers.SOME
    for id_ in (*command.posts, *command.silent):
        seen = timeline(command.posts.get(id_, ()), covers=covers)
        looks.hand_look(tx, command.accounts[id_], seen, at=command.as_of, known_at=known_at, import_id=import_id)
