"""An office whose liaison was told of an overdue account, and a browser at the page of the message's links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from starlette.testclient import TestClient

from monitor.actions.claims import paste
from monitor.actions.unit_proposals import AcceptProposalCommand
from monitor.core.account import Account, Platform
from monitor.core.observation import Reason
from monitor.core.token import Permit, Purpose, TokenKey
from monitor.store import Store, outbox, tables
from monitor.store.audit import recent_audit
from monitor.web import create_app
from monitor.web.permits import Permits
from tests.pipeline.build import Canned, Office, account, feed, linking, office
from tests.web.county import Clock, Surroundings

ARTICLE = (Path(__file__).parents[1] / "fixtures" / "wechat_article" / "normal.html").read_bytes()
LINK = "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai"
NOW = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)
"""A Monday; the fixture's article appeared an hour and a half before."""
FEED = "https://feed.example/1.xml"
KEY = TokenKey(b"a made-up key of thirty-two bytes")
API_TOKEN = "a-made-up-token-that-opens-nothing"


@dataclass
class Visit:
    """Somebody with a message before them."""

    made: Office
    store: Store
    client: TestClient
    clock: Clock
    message: str
    body: str

    def token(self, purpose: Purpose = Purpose.UNIT, until: datetime | None = None, message: str | None = None) -> str:
        """Return a token as the service signs it."""
        good_for = until or self.clock() + timedelta(days=14)
        return KEY.issue(Permit(purpose=purpose, message=message or self.message, until=good_for))

    def asked(self) -> int:
        """Return how often the network was asked for anything."""
        door = self.made.parts.door
        assert isinstance(door, Canned)
        return len(door.fetched)

    def rows(self) -> str:
        """Return everything that a link could change; that one was refused is no change."""
        shown = (
            tables.acknowledgements,
            tables.spent_tokens,
            tables.claims,
            tables.posts,
            tables.unit_proposals,
            tables.unit_calendars,
            tables.unit_link_stops,
        )
        with self.store.read() as tx:
            done = [act for act in recent_audit(tx) if not act.action.endswith(" refuse")]
            return str([*(tx.execute(table.select()).all() for table in shown), done])

    def refused(self) -> list[tuple[str, str, str]]:
        """Return the refusals on the audit log, oldest first: action, why and from where."""
        with self.store.read() as tx:
            acts = [act for act in recent_audit(tx) if act.action.endswith(" refuse")]
        return [(act.action, act.detail, act.address) for act in reversed(acts)]

    def paste(self, token: str = "", link: str = LINK, account: str = "A01") -> tuple[int, str]:
        """Paste a link on the unit's page and return the answer's status and words."""
        return self.post(token, act="paste", account=account, link=link)

    def post(self, token: str = "", /, **fields: str | list[str]) -> tuple[int, str]:
        """Send a form of the unit's page and return the answer's status and words."""
        answer = self.client.post(f"/k/{token or self.token()}", data=fields)
        return answer.status_code, words(answer.text)

    def page(self, token: str = "") -> str:
        """Return the words of the unit's page."""
        return words(self.client.get(f"/k/{token or self.token()}").text)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


async def visit(
    store: Store, *others: Account, api_token: str | None = API_TOKEN, article: bytes | Reason = ARTICLE
) -> Visit:
    """Return an office whose liaison has a message about A01, an overdue account; `others` are on the roster, too."""
    bodies: dict[str, bytes | Reason] = {FEED: feed(NOW - timedelta(days=16)), LINK: article}
    made = office(store, lambda clock: Canned(clock, bodies))
    made.clock.moment = NOW
    await made.enrol([account(1, FEED, platform=Platform.WEIXIN_SUBSCRIPTION, platform_id="MzkwMDAwMDAwMQ=="), *others])
    await made.look()
    await made.parts.passes.judge_all()
    sender = linking(made.parts, KEY)
    await sender.drafter.prepare(made.clock())
    await sender.deliver_due()
    (sent, *_) = [kept for kept in await store.query(outbox.messages) if kept.person == "liaison@example.invalid"]
    clock = Clock(made.clock())
    permits = Permits(
        paste=partial(paste, store, made.parts.claim_verifier, clock=made.clock, judge=made.parts.passes.judge_at_once),
        key=KEY,
        api_token=api_token,
    )
    around = Surroundings(
        clock=clock,
        permits=permits,
        base="https://x.example",
        accepting=lambda number: AcceptProposalCommand(number=number, sources=made.parts.sources),
    )
    client = TestClient(create_app(around.view(store)), base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000))
    return Visit(made=made, store=store, client=client, clock=clock, message=sent.message.id, body=sent.message.body)
