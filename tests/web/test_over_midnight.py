"""A minute before and a minute after midnight, whoever reads is told of as many days as have passed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from monitor.actions.api_tokens import IssueTokenCommand, issue_token
from monitor.actions.perform import perform
from monitor.core.case import LADDER
from monitor.core.token_scope import TokenScope
from monitor.queries.tables import findings_table
from monitor.store import open_store
from tests.bench.province import Province, account_id
from tests.bench.served import opened
from tests.core.build import beijing_time
from tests.databases import migrated
from tests.web.test_api_tokens import ME

BEFORE, AFTER = beijing_time("2026-05-20 23:59"), beijing_time("2026-05-21 00:01")
SILENT = 10
"""The number of an account, and its days without a post on the first day."""
HELD = (15, 16, 17)
"""The same of the accounts that the messages tell of that are held."""


@contextmanager
def shown(folder: Path, at: datetime) -> Iterator[tuple[Province, TestClient]]:
    """Yield a province that was filled in the morning, and somebody who has logged in at a later moment."""
    with open_store(migrated(folder / "x.db")) as store:
        province = Province(store, 20)
        asyncio.run(province.fill())
        scopes = frozenset({TokenScope.READ, TokenScope.OFFICE})
        command = IssueTokenCommand(name="省平台", scopes=scopes, lasts=timedelta(days=30))
        perform(store, issue_token, command, actor=ME, now=province.clock())
        province.clock.moment = at
        asyncio.run(province.parts.passes.judge_all())
        with opened(province) as (_, client):
            client.headers["Authorization"] = f"Bearer {command.secret}"
            yield province, client


def told(province: Province, client: TestClient) -> dict[str, set[int]]:
    """Return how many days each way of reading tells of an account."""
    id_ = account_id(SILENT)
    with province.store.read() as tx:
        rows = [
            row for row in findings_table(tx, {}, province.clock()).table.rows if row[0] == id_ and row[4] == LADDER
        ]
    found = client.get("/api/v1/findings", params={"account": id_, "all": "true"}).json()
    of_two_weeks = [one for one in found if one["rule"] == LADDER]
    assert len(rows) == len(of_two_weeks) == 1
    return {
        "workbook": numbers(f"已{rows[0][7]}天未更新{rows[0][8]}"),
        "interface": {one["days"] for one in of_two_weeks} | numbers(of_two_weeks[0]["because"]),
        "account": {max(numbers(client.get(f"/accounts/{id_}").text))},  # what was said before stands there too
    }


def told_in_messages(client: TestClient) -> dict[str, set[int]]:
    """Return how many days each way of reading held messages tells of their accounts."""
    held = [one["id"] for one in client.get("/api/v1/messages", params={"state": "held"}).json()]
    assert held
    return {
        "interface": {days for id_ in held for days in numbers(client.get(f"/api/v1/messages/{id_}").json()["body"])},
        "message": {days for id_ in held for days in numbers(client.get(f"/messages/{id_}").text)},
        "messages": numbers(client.get("/messages?state=held").text),
    }


def numbers(text: str) -> set[int]:
    return {int(days) for days in re.findall(r"已(?:<strong>|\*\*)?(\d+)天(?:</strong>|\*\*)?未更新", text)}


@pytest.mark.parametrize(("at", "more"), [(BEFORE, 0), (AFTER, 1)])
def test_a_minute_before_and_after_midnight_everything_that_is_read_counts_the_days_so_far(
    tmp_path: Path, at: datetime, more: int
) -> None:
    with shown(tmp_path, at) as (province, client):
        ways = told(province, client)
        assert ways == {way: {SILENT + more} for way in ways}
        ways = told_in_messages(client)
        assert ways == {way: {days + more for days in HELD} for way in ways}
