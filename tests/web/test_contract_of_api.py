"""The interface keeps what its document says, whatever is sent: schemathesis calls the running service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.api_tokens import IssueTokenCommand, issue_token
from monitor.actions.perform import perform
from monitor.core.token_scope import TokenScope
from monitor.store import Store, open_store
from monitor.web import create_app
from monitor.web.api.openapi import openapi
from monitor.web.api.routes import OPERATIONS, ROOT
from tests.databases import migrated
from tests.often import THOROUGH
from tests.web.county import Surroundings, fill
from tests.web.serving import listened
from tests.web.sessions import closed

CLOSED, OPEN = (
    schemathesis.openapi.from_dict(openapi(OPERATIONS, "0.1.0", is_open=is_open)) for is_open in (False, True)
)
ME = Actor(name="甲", origin=Origin.COMMAND_LINE, rights=EVERYTHING)


@dataclass(frozen=True)
class Service:
    """A running service: its address, and a token with every scope."""

    address: str
    token: str = field(repr=False)


@pytest.fixture(scope="module", params=[False, True], ids=["closed", "open"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_store(migrated(tmp_path_factory.mktemp("service") / "xuncha.db")) as store:
        fill(store)
        around = Surroundings()
        view = around.view(store) if request.param else closed(store, around).view
        with listened(create_app(view)) as address:
            yield Service(address + ROOT, _token(store, around))


def _token(store: Store, around: Surroundings) -> str:
    command = IssueTokenCommand(name="核对程序", scopes=frozenset(TokenScope), lasts=timedelta(days=300))
    perform(store, issue_token, command, actor=ME, now=around.clock())
    return command.secret


quick = settings(
    max_examples=50 if os.environ.get(THOROUGH) else 5,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
Case = schemathesis.Case[Any]


@CLOSED.parametrize()
@quick
@pytest.mark.parametrize("running", [False], indirect=True)
def test_whoever_shows_a_token_is_answered_as_the_document_says(case: Case, running: Service) -> None:
    # A link that is understood and not taken is 422, as the document says.
    excluded = [positive_data_acceptance] if case.operation.definition.raw["operationId"] == "postLink" else []
    case.headers["Authorization"] = f"Bearer {running.token}"  # in the case itself: what is sent is then no breach
    case.call_and_validate(base_url=running.address, excluded_checks=excluded)  # type: ignore[arg-type] # two classes of answers


@CLOSED.parametrize()
@quick
@pytest.mark.parametrize("running", [False], indirect=True)
def test_whoever_shows_none_is_answered_as_the_document_says(case: Case, running: Service) -> None:
    case.call_and_validate(base_url=running.address)


@OPEN.parametrize()
@quick
@pytest.mark.parametrize("running", [True], indirect=True)
def test_where_no_log_in_is_needed_whoever_asks_is_answered_as_the_document_says(case: Case, running: Service) -> None:
    case.call_and_validate(base_url=running.address)
