"""The word to the operator of accounts at which the service, or workers, died again and again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from monitor.core.briefing import quarantine_words
from monitor.core.phrases import quoted
from monitor.pipeline.compose import UNNUMBERED
from monitor.pipeline.draft import Drafter
from monitor.store import Tx, roster
from monitor.store.quarantine import Quarantined

_log = logging.getLogger(__name__)


def tell_of_suspects(tx: Tx, found: Sequence[Quarantined], drafter: Drafter, now: datetime) -> None:
    """Log what is left alone for a while; the operator is told of what was died of more than once."""
    for source in found:
        about = {"source": source.source, "deaths": source.deaths, "until": source.until.isoformat(timespec="seconds")}
        _log.warning("source quarantined", extra=about)
    again = [source for source in found if source.deaths > 1]
    if not again:
        return
    known = roster.accounts(tx, ids=[source.account for source in again])
    named = sorted(quoted(account) for account in known)
    words = quarantine_words(named, max(source.until for source in again), UNNUMBERED, drafter.composer.setting(now))
    drafter.tell_operator(tx, words, "quarantine", now)
