"""The document of the interface: valid, complete, and true of every answer."""

from __future__ import annotations

import json
import re
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor.core.token_scope import TokenScope
from monitor.core.web_hook import HookEvent
from monitor.store import Store
from monitor.web.api.operation import Acting, ListReading
from monitor.web.api.routes import OPERATIONS, ROOT
from monitor.web.app import create_app
from tests.services import require_spectral
from tests.web.county import Surroundings


@pytest.fixture
def document(client: TestClient) -> Any:  # noqa: ANN401 - JSON
    return client.get(f"{ROOT}/openapi.json").json()


def test_the_document_is_valid(document: Any) -> None:  # noqa: ANN401
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_of_the_interface_stands_in_it(
    document: Any,  # noqa: ANN401
    county: Store,
) -> None:
    described = {(method.upper(), ROOT + path) for path, item in document["paths"].items() for method in item}
    routed = {
        (method, route.path.replace(":path}", "}"))
        for route in create_app(Surroundings().view(county)).routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD" and route.path.startswith(ROOT)
    }
    assert routed - described == {("GET", f"{ROOT}/openapi.json"), ("GET", f"{ROOT}/")}
    assert described <= routed


def test_every_part_of_it_is_explained(document: Any) -> None:  # noqa: ANN401
    for path, item in document["paths"].items():
        for said in item.values():
            assert said["summary"], path
            assert all(parameter["description"] for parameter in said["parameters"]), path


def test_every_act_needs_a_scope_that_does_not_only_read() -> None:
    for operation in OPERATIONS:
        assert (operation.scope is TokenScope.READ) is not isinstance(operation, Acting)


def test_every_list_with_pages_has_a_place_to_go_on_from() -> None:
    for operation in OPERATIONS:
        if isinstance(operation, ListReading):
            assert bool(operation.kinds) is ("cursor" in operation.parameters.model_fields)


def test_a_linter_of_such_documents_finds_nothing(document: Any, tmp_path: Path) -> None:  # noqa: ANN401
    spectral = require_spectral()
    (tmp_path / "openapi.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "rules.yaml").write_text('extends: ["spectral:oas"]\n', encoding="utf-8")
    asked = [spectral, "lint", "--ruleset", "rules.yaml", "--fail-severity", "hint", "openapi.json"]
    found = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_linter_finds_what_is_wrong(document: Any, tmp_path: Path) -> None:  # noqa: ANN401
    del document["info"]["contact"]
    with pytest.raises(AssertionError, match="info-contact"):
        test_a_linter_of_such_documents_finds_nothing(document, tmp_path)


def test_every_event_that_is_pushed_stands_in_it_with_what_signs_it(document: Any) -> None:  # noqa: ANN401
    assert set(document["webhooks"]) == {event.value for event in HookEvent}
    for item in document["webhooks"].values():
        assert {given["name"] for given in item["post"]["parameters"]} == {
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        }
        schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/CaseEvent"}


def test_its_page_names_everything_that_stands_in_it_and_loads_no_script(
    client: TestClient,
    document: Any,  # noqa: ANN401
) -> None:
    answer = client.get(f"{ROOT}/")
    page = unescape(answer.text)
    assert answer.status_code == 200
    assert len(answer.content) <= 100_000
    assert "<script" not in page
    for path, item in document["paths"].items():
        for method, said in item.items():
            assert f"{method.upper()} {ROOT}{path}" in page
            assert said["summary"] in page
            assert f'id="{said["operationId"]}"' in page
    for name, schema in document["components"]["schemas"].items():
        assert f'id="{name}"' in page
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in page
    for event in document["webhooks"]:
        assert event in page


def test_every_link_of_its_page_leads_somewhere(client: TestClient) -> None:
    page = client.get(f"{ROOT}/").text
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
    assert len(ids) == len(re.findall(r' id="([^"]+)"', page))
