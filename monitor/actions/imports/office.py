"""What files are read against beside the database: the words and settings of the office."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.core.account import Account
from monitor.core.collector import KeyForm
from monitor.core.decision import USUAL_TERMS, DecisionTerms
from monitor.ledger.decisions import Ruled, StrengthsOn
from monitor.store.roster import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOffice:
    """Everything that imports need of the settings; built in `monitor.app`."""

    areas: Sequence[str]
    collectors: Collection[str]
    channels: Collection[str]
    forms: Mapping[str, KeyForm]
    sources: Sources
    by_hand: Callable[[Account], str | None]
    """Returns why people have to look at an account themselves; None where a source shows what is newest."""
    advice: Callable[[Sequence[Account]], Sequence[str]]
    """Returns what else people should know who have these accounts watched, each one Chinese sentence."""
    institutions_on: Callable[[date], Collection[str]]
    """Returns the systems (制度) that a record may name on a day."""
    rules: Mapping[str, Ruled]
    strengths_on: StrengthsOn
    terms: DecisionTerms = USUAL_TERMS

    @property
    def has_areas(self) -> bool:
        """True if the office has several areas, so that which one is meant has to be said."""
        return len(self.areas) > 1

    def read_by_hand(self, accounts: Sequence[Account]) -> Mapping[str, Sequence[Account]]:
        """Return which accounts people have to look at themselves, by the reason why."""
        found: dict[str, list[Account]] = {}
        for account in accounts:
            if why := self.by_hand(account):
                found.setdefault(why, []).append(account)
        return found
