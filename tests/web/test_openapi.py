"""The document of the interface: valid, complete, and true of every answer."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor.core.token_scope import NOTES, TokenScope
from monitor.core.web_hook import HookEvent
from monitor.store import Store
from monitor.web.api.operation import Acting, Downloading, ListReading, OperationGroup
from monitor.web.api.routes import OPERATIONS, ROOT
from monitor.web.app import create_app
from tests.services import require_spectral
from tests.web.conftest import client_of
from tests.web.county import OVERDUE, Surroundings, fill
from tests.web.test_api_tokens import bearer, issued


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


def test_no_scope_that_only_reads_lets_anybody_act() -> None:
    reading = {TokenScope.READ, TokenScope.OFFICE}
    for operation in OPERATIONS:
        if isinstance(operation, Acting):
            assert operation.scope not in reading
        if operation.scope in reading:
            assert operation.is_safe or isinstance(operation, Downloading)


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


PARTS = range(1, len(OperationGroup) + 2)


def test_its_pages_name_everything_that_stands_in_it_and_load_no_script(
    client: TestClient,
    document: Any,  # noqa: ANN401
) -> None:
    whole = client.get(f"{ROOT}/")
    pages = [whole, *(client.get(f"{ROOT}/?part={number}") for number in PARTS)]
    for answer in pages:
        assert (answer.status_code, "<script" in answer.text) == (200, False)
        assert len(answer.content) <= 100_000
    parts = "".join(unescape(answer.text) for answer in pages[1:])
    for path, item in document["paths"].items():
        for method, said in item.items():
            assert f"{method.upper()} {ROOT}{path}" in unescape(whole.text)
            assert f"{method.upper()} {ROOT}{path}" in parts
            assert said["summary"] in unescape(whole.text)
            assert f'id="{said["operationId"]}"' in parts
    for name, schema in document["components"]["schemas"].items():
        assert f'id="{name}"' in parts or name == "ProblemModel" or "enum" in schema
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in parts or name == "ProblemModel"
    for event in document["webhooks"]:
        assert event in parts
    for scope in TokenScope:
        assert scope.value in whole.text
        assert NOTES[scope] in unescape(whole.text)
    assert client.get(f"{ROOT}/?part=99").status_code == 404


def test_every_link_of_its_pages_leads_somewhere(client: TestClient) -> None:
    for address in (f"{ROOT}/", *(f"{ROOT}/?part={number}" for number in PARTS)):
        page = client.get(address).text
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(set(ids)) == len(ids), address
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids), address
        for target, anchor in re.findall(r'href="(/api[^"#]*)#([^"]+)"', page):
            assert f' id="{anchor}"' in client.get(unescape(target)).text
        assert 'href="/"' in page or f'href="{ROOT}/"' in page


def test_its_examples_work_when_they_are_pasted(empty: Store, around: Surroundings) -> None:
    fill(empty)
    client, headers = client_of(empty, around), bearer(issued(empty, around, *TokenScope))
    lines = [unescape(line) for line in re.findall(r"<pre><code>(.*?)</code></pre>", client.get(f"{ROOT}/").text)]
    assert len(lines) >= 4
    for line in lines:
        asked = shlex.split(line.replace("A01", OVERDUE.id))
        assert asked[0] == "curl"
        given = dict(word.split(": ", 1) for flag, word in pairwise(asked) if flag == "-H") | headers
        body = next((word for flag, word in pairwise(asked) if flag == "-d"), None)
        answer = client.request("GET" if body is None else "POST", asked[-1], content=body, headers=given)
        assert answer.status_code == 200, (line, answer.text)
