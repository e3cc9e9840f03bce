"""Web hooks: name the far sides that are told of cases, try them, and see to what did not arrive."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.perform import perform_async
from monitor.actions.refused import FIELDS, Field, RefusedError
from monitor.core.message import Attempt, Outcome, spoken
from monitor.core.web_hook import SECRET, TEST
from monitor.pipeline.hook_vault import HookSecret, HookVault
from monitor.pipeline.hooks import Post, sent
from monitor.store import Store, Tx, web_hooks
from monitor.store.reach import areas_of
from monitor.store.web_hooks import NewWebHook, WebHook

NAME_LENGTH = 60
"""Characters of a far side's name at most."""
MOST = 20
"""Far sides that are told at most: each change of a case is written down for each of them."""
_BYTES = 32
_NAME, _URL, _AREA, _NUMBER = (
    Field("name", "名称"),
    Field("url", "地址"),
    Field("area", "地区"),
    Field("number", "编号"),
)


def _new_secret() -> str:
    return SECRET + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class HookOffice:
    """What the actions on far sides need of the program: what keeps secrets, whom one may name, what sends."""

    vault: HookVault
    fault_of: Callable[[str], str]
    """Returns what is wrong with an address, as the end of a sentence; empty for one that may be named."""
    post: Post


@dataclass(frozen=True, slots=True, kw_only=True)
class AddHookCommand:
    """The command to tell a far side of cases from now on."""

    name: str
    url: str = field(repr=False)
    area: str | None = None
    """The area of whose cases it is told; None for all."""
    office: HookOffice = field(repr=False)
    secret: str = field(default_factory=_new_secret, repr=False)
    """What its deliveries are signed with: 256 random bits, told once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateHookCommand:
    """The command to give a far side another secret; the one before is signed with for a day more."""

    number: int
    office: HookOffice = field(repr=False)
    secret: str = field(default_factory=_new_secret, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookCommand:
    """The command to do something about one far side."""

    number: int


def add_hook(tx: Tx, command: AddHookCommand, *, actor: Actor, now: datetime) -> int:
    """Keep a far side and return its number; raises RefusedError."""
    actor.require(Right.MANAGE_HOOKS)
    name, url = command.name.strip(), command.url.strip()
    if not name.isprintable() or not 0 < len(name) <= NAME_LENGTH:
        raise RefusedError(f"请用1到{NAME_LENGTH}个字写明{FIELDS}。", _NAME)
    if web_hooks.is_named(tx, name):
        raise RefusedError(f"已有名为“{name}”的推送地址，请换一个{FIELDS}。", _NAME)
    if sum(hook.disabled_at is None for hook in web_hooks.web_hooks(tx)) >= MOST:
        raise RefusedError(f"推送地址至多{MOST}个，请先停用不用的。", _NAME)
    if fault := command.office.fault_of(url):
        raise RefusedError(f"{FIELDS}{fault}。", _URL)
    host = urlsplit(url).netloc
    area = command.area or None
    if area is not None and area not in areas_of(tx):
        raise RefusedError(f"台账中没有这个{FIELDS}，请核对。", _AREA)
    kept = HookSecret(url=url, secret=command.secret)
    hook = NewWebHook(
        name=name, host=host, sealed=command.office.vault.close(kept, name), area=area, created_by=actor.name
    )
    number = web_hooks.save_hook(tx, hook, at=now)
    write_audit(tx, actor, now, "hook add", str(number), name, after=f"{host}{f'，{area}' if area else ''}")
    return number


def rotate_hook(tx: Tx, command: RotateHookCommand, *, actor: Actor, now: datetime) -> WebHook:
    """Give a far side another secret and return it as it was; raises RefusedError."""
    actor.require(Right.MANAGE_HOOKS)
    found = _hook(tx, command.number)
    kept = command.office.vault.open(found.sealed, found.name)
    if kept is None:
        raise RefusedError("原来的地址和密钥无法打开（设置中的 key 已更换），请停用后重新新增。", _NUMBER)
    rotated = kept.rotated(command.secret, now)
    web_hooks.reseal(tx, found.id, command.office.vault.close(rotated, found.name))
    write_audit(tx, actor, now, "hook rotate", str(found.id), found.name)
    return found


def disable_hook(tx: Tx, command: HookCommand, *, actor: Actor, now: datetime) -> WebHook:
    """Tell a far side nothing more and return it as it was; raises RefusedError."""
    actor.require(Right.MANAGE_HOOKS)
    found = _hook(tx, command.number)
    if found.disabled_at is not None:
        raise RefusedError(f"推送地址{found.id}已经停用。", _NUMBER)
    web_hooks.disable(tx, found.id, f"{actor.name}停用", at=now)
    write_audit(tx, actor, now, "hook disable", str(found.id), found.name, before="启用", after="已停用")
    return found


def enable_hook(tx: Tx, command: HookCommand, *, actor: Actor, now: datetime) -> WebHook:
    """Tell a far side again, of what happens from now on, and return it as it was; raises RefusedError."""
    actor.require(Right.MANAGE_HOOKS)
    found = _hook(tx, command.number)
    if found.disabled_at is None:
        raise RefusedError(f"推送地址{found.id}没有停用。", _NUMBER)
    web_hooks.enable(tx, found.id, at=now)
    write_audit(tx, actor, now, "hook enable", str(found.id), found.name, before="已停用", after="启用")
    return found


def resend_hook(tx: Tx, command: HookCommand, *, actor: Actor, now: datetime) -> int:
    """Have tried anew what did not arrive at a far side, and return how many; raises RefusedError."""
    actor.require(Right.MANAGE_HOOKS)
    found = _hook(tx, command.number)
    if found.disabled_at is not None:
        raise RefusedError(f"推送地址{found.id}已停用，请先启用再补发。", _NUMBER)
    count = web_hooks.send_again(tx, found.id, at=now)
    write_audit(tx, actor, now, "hook resend", str(found.id), found.name, after=f"补发{count}条")
    return count


def settle_hook(tx: Tx, command: HookCommand, *, actor: Actor, now: datetime) -> int:
    """Have nothing done about what did not arrive at a far side, and return how many; raises RefusedError."""
    actor.require(Right.MANAGE_HOOKS)
    found = _hook(tx, command.number)
    count = web_hooks.let_go(tx, found.id, at=now)
    write_audit(tx, actor, now, "hook settle", str(found.id), found.name, after=f"不再补发{count}条")
    return count


def test_hook(tx: Tx, command: HookCommand, *, actor: Actor, now: datetime) -> WebHook:
    """Write down that a far side is tried, and return it; raises RefusedError."""
    actor.require(Right.MANAGE_HOOKS)
    found = _hook(tx, command.number)
    write_audit(tx, actor, now, "hook test", str(found.id), found.name)
    return found


async def try_hook(
    store: Store, office: HookOffice, command: HookCommand, *, actor: Actor, clock: Callable[[], datetime]
) -> Attempt:
    """Send a far side one event of the type `test` now; raises RefusedError unless it took it.

    It stands in no line: whether the far side answers is asked, and nothing of a case is told.
    """
    now = clock()
    found = await perform_async(store, test_hook, command, actor=actor, now=now)
    body = web_hooks.body_of(TEST, {}, now)
    attempt = await sent(office.vault, office.post, found, web_hooks.new_key(), body, now)
    if attempt.outcome is not Outcome.SENT:
        raise RefusedError(f"没有送到：{spoken(attempt)}。")
    return attempt


def _hook(tx: Tx, number: int) -> WebHook:
    found = web_hooks.web_hook(tx, number)
    if found is None:
        raise RefusedError(f"没有编号为{number}的推送地址，请核对编号。", _NUMBER)
    return found
