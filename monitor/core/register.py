"""The register: what is known of a whole area beside what its accounts publish, at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.account import Account
from monitor.core.bulletin import Round
from monitor.core.filing import FiledList
from monitor.core.index import IndexWeek
from monitor.core.record import Record


@dataclass(frozen=True, kw_only=True)
class Register:
    """One area's facts, as they were known at the moment that is judged; what the registry rules judge."""

    area: str
    accounts: tuple[Account, ...] = ()
    """Every account on the roster then, in order of id; closed and out-of-scope ones included."""
    rounds: tuple[Round, ...] = ()
    """Every round issued by then, by series and number."""
    weeks: tuple[IndexWeek, ...] = ()
    """Every published week that had ended by then, oldest first."""
    filed: FiledList | None = None
    """The latest list of the area; None while none is known."""
    records: tuple[Record, ...] = ()
    """Oldest first."""
