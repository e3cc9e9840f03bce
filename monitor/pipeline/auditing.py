"""Prove that no open case is forgotten: each has a next step, or waits for somebody named."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.core.calendar import beijing_date
from monitor.core.case import Case
from monitor.core.mute import over
from monitor.core.next_step import NoNextStep, Situation, no_next_step
from monitor.core.notice import ChannelDirectory
from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Store, Tx, cases, due_sources, records, roster

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An open case in which nothing comes next."""

    case: int
    account: str
    rule: str
    no_next_step: NoNextStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Looks through the open cases and repairs nothing: passes that judge and deliver must not prove themselves."""

    store: Store
    rules_in_force: RulesInForce
    directory: ChannelDirectory
    clock: Callable[[], datetime]

    async def lost(self) -> tuple[Lost, ...]:
        """Return the cases in which nothing comes next, by number."""
        now = self.clock()
        lost = await self.store.query(lambda tx: self._lost(tx, now))
        for what, count in Counter(entry.no_next_step for entry in lost).items():
            _log.error("cases without a next step", extra={"lapse": what.value, "cases": count})
        return lost

    def _lost(self, tx: Tx, now: datetime) -> tuple[Lost, ...]:
        found = cases.outstanding(tx)
        concerned = {outstanding.case.account for outstanding in found if outstanding.case.account}
        findings = cases.findings_on(tx, [outstanding.case for outstanding in found], now)
        accounts = {account.id: account for account in roster.accounts(tx, at=now, known_at=now, ids=concerned)}
        book = self.rules_in_force.book(now)
        pacings = {rule.id: rule.pacing for rule in self.rules_in_force.in_force(book)}
        pacings |= {rule.id: rule.pacing for rule in self.rules_in_force.on_areas(book)}

        mutes = records.mutes_on(tx, beijing_date(now))
        looked_at_now = due_sources.accounts_due(tx, now)

        def situation(outstanding: cases.Outstanding) -> Situation:
            account = accounts.get(outstanding.case.account or "")
            untold = (
                self.directory.is_set
                and account is not None
                and any(notice.route >= len(self.directory.routes(notice, account)) for notice in outstanding.waiting)
            )
            return Situation(
                case=outstanding.case,
                pacing=pacings.get(outstanding.case.rule),
                finding=findings.get((outstanding.case.subject.key, outstanding.case.rule)),
                judged_at=outstanding.judged_at,
                is_untold=untold,
                is_muted=account is not None and over(account, mutes) is not None,
                has_operator=bool(self.directory.to_operator()),
                is_look_due=outstanding.case.account in looked_at_now,
            )

        verdicts = ((outstanding.case, no_next_step(situation(outstanding), now)) for outstanding in found)
        return tuple(_named(case, why) for case, why in verdicts if why)


def _named(case: Case, why: NoNextStep) -> Lost:
    return Lost(case=case.id, account=case.account or "", rule=case.rule, no_next_step=why)
