"""Tell far sides what happened to cases: what waits for them is sent, and every try is kept.

A crash between a try and its note has it sent again, under the same id: far sides take the second for what it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from monitor.core.message import Attempt, Outcome
from monitor.core.web_hook import signed
from monitor.pipeline.faults import Faults
from monitor.pipeline.hook_vault import HookVault
from monitor.store import Store, StoreError, Tx, web_hooks
from monitor.store.audit import Act, record_audit
from monitor.store.web_hooks import Delivery, WebHook

SHIFT = timedelta(seconds=10)
"""After how long a pass ends, the last try of each far side aside; the next begins at once."""
SEALED = Attempt(outcome=Outcome.TEMPORARY, code="sealed", detail="地址和密钥无法打开，设置中的 key 已更换，请重新登记")
Post = Callable[[str, bytes, Mapping[str, str]], Awaitable[Attempt]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSender:
    """Sends what waits for far sides: side by side, to each one after another."""

    store: Store
    vault: HookVault
    post: Post
    """Tries once: address, body, headers."""
    clock: Callable[[], datetime]
    delivered: Callable[[Outcome], None]
    """Told of every try."""
    faults: Faults
    is_stopping: Callable[[], bool] = lambda: False
    _unwritten: deque[Callable[[Tx], None]] = field(default_factory=deque, init=False)
    """What came of tries that the database did not take, written before anything else is sent."""

    async def send_due(self) -> int:
        """Send what is due to every far side; return how many tries were made."""
        while self._unwritten:
            await self.store.write(self._unwritten[0])
            self._unwritten.popleft()
        due = await self.store.query(lambda tx: web_hooks.due_hooks(tx, self.clock()))
        ended = await asyncio.gather(*map(self._serve, due), return_exceptions=True)
        for came in ended:
            if isinstance(came, BaseException):
                raise came
        return sum(came for came in ended if isinstance(came, int))

    async def _serve(self, hook: WebHook) -> int:
        """Send to one far side until nothing is due, it fails, or its time is up; return how many tries were made."""
        began, tried = self.clock(), 0
        while not self.is_stopping() and began <= (now := self.clock()) < began + SHIFT:
            delivery = await self.store.query(partial(web_hooks.next_delivery, number=hook.id, now=now))
            if delivery is None:
                break
            tried += 1
            if not await self._try(hook, delivery):
                break
        return tried

    async def _try(self, hook: WebHook, delivery: Delivery) -> bool:
        """Try one delivery, write down what came of it, and return whether the far side took it."""
        attempt = Attempt(outcome=Outcome.UNANSWERED, code="bug", detail="a bug, see the log")
        with self.faults.contained("hooks", hook=str(hook.id)):
            attempt = await sent(self.vault, self.post, hook, delivery.key, delivery.body, self.clock())
        self.delivered(attempt.outcome)
        await self._write_down(partial(self._note, hook=hook, delivery=delivery, attempt=attempt, at=self.clock()))
        if attempt.outcome is not Outcome.SENT:
            about = {"hook": hook.id, "host": hook.host, "delivery": delivery.key}
            _log.warning("not pushed", extra=about | {"outcome": attempt.outcome.value, "answer": attempt.code})
        return attempt.outcome is Outcome.SENT

    def _note(self, tx: Tx, *, hook: WebHook, delivery: Delivery, attempt: Attempt, at: datetime) -> None:
        if web_hooks.note_try(tx, delivery, attempt, at=at):
            act = Act(at=at, actor="xuncha", action="hook disable", object=str(hook.id), detail=web_hooks.GONE)
            record_audit(tx, act)

    async def _write_down(self, note: Callable[[Tx], None]) -> None:
        try:
            await self.store.write(note)
        except StoreError:
            self._unwritten.append(note)
            raise


async def sent(vault: HookVault, post: Post, hook: WebHook, key: str, body: str, now: datetime) -> Attempt:
    """Return what came of one try to tell a far side something, signed at this moment."""
    kept = vault.open(hook.sealed, hook.name)
    if kept is None:
        return SEALED
    return await post(kept.url, body.encode(), signed(kept.secrets(now), key, body, now))
