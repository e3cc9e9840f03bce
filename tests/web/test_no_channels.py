"""An office that has set no channel yet: everything works, drafts are shown, and nothing counts as broken."""

from __future__ import annotations

from dataclasses import replace

from starlette.testclient import TestClient

from monitor.app.serving import view_of
from monitor.core.message import NO_CHANNEL, MessageState
from monitor.daemon import Daemon
from monitor.store import Store, outbox
from monitor.web import create_app
from tests.pipeline.test_auditing import stale, without_channels
from tests.web.test_pages import text_of


async def test_without_a_channel_the_service_is_ready_and_what_it_would_say_is_shown(empty: Store) -> None:
    made = without_channels(await stale(empty, 12))
    parts = made.parts
    daemon = Daemon(parts.passes, parts.health, parts.metrics, parts.faults)
    for name in ("evaluate", "deliver", "digest", "audit", "self_check"):
        await daemon.once(next(pass_ for pass_ in daemon.passes if pass_.name == name))
    with empty.read() as tx:
        drafts = [kept for kept in outbox.messages(tx) if kept.state is MessageState.HELD]
    assert {kept.message.channel for kept in drafts} == {NO_CHANNEL}
    client = TestClient(
        create_app(replace(view_of(parts, daemon), logins=None)),
        base_url="http://127.0.0.1:8080",
        client=("127.0.0.1", 50000),
    )
    ready = client.get("/readyz")
    assert (ready.status_code, parts.health.problems(daemon.passes, parts.clock())) == (200, ())
    page = text_of(client.get("/messages").text)
    assert "还没有设置通知渠道：消息只生成草稿，不发出" in page
    assert all(text_of(kept.message.subject) in page for kept in drafts)
