"""The dashboards are those that the generator writes, and whole."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any
from urllib.parse import quote

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from ruamel.yaml import YAML

from monitor.store import Store, lights
from tests.grafana.dashboards import FOLDER, PAGES, boards, text
from tests.grafana.panels import FILES, GRAFANA, Query, board, queries
from tests.prometheus.words import faults
from tests.web.conftest import client_of, county
from tests.web.county import Surroundings

__all__ = ["county"]

GRID = 24
"""How many columns Grafana's grid has."""
WINDOW = "__rate_interval"


def panels(file: str) -> list[dict[str, Any]]:
    return list(board(file)["panels"])


def test_every_dashboard_is_generated() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(boards()) == sorted(FILES)


@pytest.mark.parametrize("file", FILES)
def test_what_is_committed_is_what_the_generator_writes(file: str) -> None:
    assert (FOLDER / file).read_text("utf-8") == text(boards()[file])


@pytest.mark.parametrize("file", FILES)
def test_grafanas_own_types_read_a_dashboard_and_lose_nothing(file: str) -> None:
    register_default_plugins()
    read = Dashboard.from_json(board(file))
    assert json.loads(JSONEncoder().encode(read)) == board(file)


@pytest.mark.parametrize("file", FILES)
def test_panels_lie_on_the_grid_beside_each_other(file: str) -> None:
    covered = []
    for panel in panels(file):
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= GRID
        covered.append({(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])})
    assert [pair for pair in combinations(covered, 2) if pair[0] & pair[1]] == []


@pytest.mark.parametrize("file", FILES)
def test_the_grid_has_no_holes(file: str) -> None:
    places = [panel["gridPos"] for panel in panels(file)]
    covered = {
        (x, y) for at in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
    }
    whole = {(x, y) for x in range(GRID) for y in range(max(at["y"] + at["h"] for at in places))}
    assert whole - covered == set()


@pytest.mark.parametrize("file", FILES)
def test_panels_are_told_apart_and_named_for_people(file: str) -> None:
    ids = [panel["id"] for panel in panels(file)]
    assert len(ids) == len(set(ids))
    titles = [panel["title"] for panel in panels(file)]
    assert len(titles) == len(set(titles))
    assert [title for title in titles if not re.search("[\u4e00-\u9fff]", title) and title != "CPU"] == []


def test_dashboards_are_told_apart() -> None:
    assert len({board(file)["uid"] for file in FILES}) == len(FILES)


@pytest.mark.parametrize("query", queries(), ids=str)
def test_a_query_asks_for_what_there_is(query: Query) -> None:
    assert faults(query.expr) == []
    defined = {variable["name"] for variable in board(query.file)["templating"]["list"]}
    assert set(re.findall(r"\$(\w+)", query.expr)) <= defined | {WINDOW}
    assert (WINDOW in query.expr) <= query.is_range


@pytest.mark.parametrize("file", FILES)
def test_every_panel_and_query_takes_the_data_source_of_the_readers_choice(file: str) -> None:
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    asking = [panel for panel in panels(file) if panel["type"] != "row"]
    assert all(panel["datasource"] == chosen for panel in asking)
    assert all(target["datasource"] == chosen for panel in asking for target in panel["targets"])


def links(file: str) -> list[str]:
    """Return the addresses of all links."""
    found = [link["url"] for panel in panels(file) for link in panel.get("links", ())]
    for panel in panels(file):
        for override in panel.get("fieldConfig", {}).get("overrides", ()):
            found += [
                link["url"] for entry in override["properties"] if entry["id"] == "links" for link in entry["value"]
            ]
    return found


def test_links_lead_to_pages_that_there_are(county: Store) -> None:
    client = client_of(county, Surroundings())
    with county.read() as tx:
        account_id = quote(lights.ids(tx, lights.AccountFilter(), lights.Order.ID)[0], safe="")
    found = links("county.json")
    assert any("__data.fields" in link for link in found)
    for link in found:
        page = link.removeprefix(PAGES).replace("${__data.fields.编号:percentencode}", account_id)
        assert link.startswith(PAGES)
        assert "$" not in page
        assert client.get(page).status_code == 200, page


def test_the_column_whose_value_a_link_takes_is_in_the_table() -> None:
    (table,) = (panel for panel in panels("county.json") if panel["type"] == "table")
    (organize,) = (step for step in table["transformations"] if step["id"] == "organize")
    assert "编号" in organize["options"]["renameByName"].values()


@pytest.mark.parametrize("file", FILES)
def test_variables_ask_for_what_there_is(file: str) -> None:
    asked = [variable for variable in board(file)["templating"]["list"] if variable["type"] == "query"]
    assert [faults(variable["query"]) for variable in asked] == [[]] * len(asked)


def test_what_is_provisioned_fits_together() -> None:
    read = YAML(typ="safe").load
    (source,) = read(GRAFANA / "provisioning" / "datasources" / "prometheus.yaml")["datasources"]
    (provider,) = read(GRAFANA / "provisioning" / "dashboards" / "xuncha.yaml")["providers"]
    scraping = read(GRAFANA.parent / "prometheus" / "prometheus.yaml")
    assert (source["type"], source["isDefault"]) == ("prometheus", True)
    assert source["jsonData"]["timeInterval"] == scraping["global"]["scrape_interval"]
    assert provider["type"] == "file"
