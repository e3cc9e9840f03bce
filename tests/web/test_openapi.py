"""The document of the interface: valid, complete, and true of every answer."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor.core.token_scope import TokenScope
from monitor.store import Store
from monitor.web.api.operation import Acting, ListReading
from monitor.web.api.routes import OPERATIONS, ROOT
from monitor.web.app import create_app
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
    assert routed - described == {("GET", f"{ROOT}/openapi.json")}
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
