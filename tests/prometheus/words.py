"""The words that queries may use: names of metrics, and values of labels that are closed sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from monitor.core.account import AccountStatus, Platform
from monitor.core.case import StepKind
from monitor.core.finding import State
from monitor.core.message import MessageState, Outcome
from monitor.core.observation import Reason
from monitor.core.web_hook import DeliveryState
from monitor.metrics import Metrics, Snapshot

_AT = datetime(2026, 11, 20, tzinfo=UTC)
VALUES = {
    "state": {*State, *MessageState, *DeliveryState},
    "step": {*StepKind},
    "platform": {*Platform},
    "status": {*AccountStatus},
    "outcome": {*Outcome, *Reason, "seen", "unchanged"},
}
"""What the labels with closed sets may be."""


def names() -> frozenset[str]:
    """Return the names of all series that the service writes."""
    written = Metrics(lambda: _AT).render(Snapshot(at=_AT)).decode()
    found = set()
    for family in text_string_to_metric_families(written):
        match family.type:
            case "histogram":
                found |= {f"{family.name}_{part}" for part in ("bucket", "count", "sum")}
            case "counter":
                found.add(f"{family.name}_total")
            case _:
                found.add(family.name)
    return frozenset(found)


def faults(query: str) -> list[str]:
    """Return what a query names and there is not: metrics of ours, values of labels."""
    return [*_unknown_names(query), *_unknown_values(query)]


def _unknown_names(query: str) -> Iterator[str]:
    known = names()
    yield from (name for name in re.findall(r"\b(?:xuncha|process)_\w+", query) if name not in known)


def _unknown_values(query: str) -> Iterator[str]:
    for label, values in re.findall(r'\b(\w+)[!=]=?~?"([^"$]*)"', query):
        if label in VALUES:
            known = {str(getattr(value, "value", value)) for value in VALUES[label]}
            yield from (f"{label}={value}" for value in values.split("|") if value not in known)
