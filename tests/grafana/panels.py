"""The dashboards as they are committed: panels and queries, read from the files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GRAFANA = Path(__file__).parents[2] / "config" / "grafana"
FILES = ("county.json", "service.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One query of one panel."""

    file: str
    panel: str
    letter: str
    expr: str
    is_range: bool

    def __str__(self) -> str:
        """Return where it stands."""
        return f"{self.file}/{self.panel}/{self.letter}"

    def filled(self, variables: Mapping[str, str]) -> str:
        """Return what Grafana asks once the variables have their values."""
        expr = self.expr
        for name, value in variables.items():
            expr = expr.replace(f"${name}", value)
        assert "$" not in expr, expr
        return expr


def board(file: str) -> dict[str, Any]:
    """Return a dashboard as Grafana reads it."""
    found: dict[str, Any] = json.loads((GRAFANA / "dashboards" / file).read_text("utf-8"))
    return found


def queries() -> tuple[Query, ...]:
    """Return every query of every panel."""
    return tuple(
        Query(
            file=file,
            panel=panel["title"],
            letter=target["refId"],
            expr=target["expr"],
            is_range=target["range"],
        )
        for file in FILES
        for panel in board(file)["panels"]
        for target in panel.get("targets", ())
    )
