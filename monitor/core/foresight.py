"""How far ahead what is known of an account tells how it will be judged, if nothing new is learnt of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from monitor.core.download import Download
from monitor.core.finding import Known

FORESEEN = timedelta(days=8)
"""After how long an account is judged in any case, at the latest."""
_SPREAD = timedelta(days=1)


def foresees(known: Known, now: datetime) -> bool:
    """True if what is known tells how the account will be judged, until time or news has it judged again.

    Not where others decide it (of a closed account those that may be it come back, an outage), nor where no look
    shows a polled account, or shows only what there was on an earlier day, or a link has to be tried.
    """
    look = known.covering(now)
    return (
        known.account.status.is_judged
        and known.doubt is None
        and not known.successors
        and not (known.is_polled if look is None else look.is_delayed)
        and not any(isinstance(observation.seen, Download) for observation in known.observations)
    )


def foreseen_until(known: Known, now: datetime) -> datetime:
    """Return the moment up to which what is known carries a judgement: that at which the freshest look grows stale.

    Without any look it is some days; not the same moment for all who were judged together.
    """
    share = crc32(known.account.id.encode()) / 2**32
    latest = now + FORESEEN - _SPREAD * share
    stale = known.support_ends(now)
    return latest if stale is None else min(stale, latest)
