"""What of a finding only ages: the days without an update, which are counted for the day on which they are read.

Kept without them, a finding stays the same from one day to the next until it says something else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from monitor.core.finding import Finding
from monitor.core.phrases import for_days, silent_for

_DAYS, _SILENCE = "\ue000", "\ue001"
"""What stands in a sentence for the days, and for that there was an update that day or none for so many days."""


def without_days(finding: Finding, today: date) -> tuple[Finding, date | None]:
    """Return what a finding of today says on any day, and the day from which its days are counted.

    None where nothing is counted, and where its sentence could not be told again as it is.
    """
    days, said = finding.days, finding.because
    if days is None:
        return finding, None
    kept = said.replace(silent_for(days), _SILENCE, 1)
    if kept == said and days:
        kept = said.replace(for_days(days), for_days(_DAYS), 1)
    if _told(kept, days) != said:
        return finding, None
    return replace(finding, days=None, because=kept), today - timedelta(days=days)


def with_days(finding: Finding, counted_from: date, today: date) -> Finding:
    """Return what a finding that `without_days` returned says today."""
    days = max(0, (today - counted_from).days)
    return replace(finding, days=days, because=_told(finding.because, days))


def _told(kept: str, days: int) -> str:
    return kept.replace(_SILENCE, silent_for(days)).replace(_DAYS, str(days))
