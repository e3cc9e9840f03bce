"""The text of a message about notices: the gravest of each account, in words that fit its channel."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Role
from monitor.core.briefing import alarm
from monitor.core.case import Ladder, StepKind
from monitor.core.channel import Channel
from monitor.core.news import NewsItem, Office, Setting, Words, weight
from monitor.core.notice import Notice, is_the_units
from monitor.core.token import LINK_LIFE, Permit, Purpose
from monitor.core.wording import to_person
from monitor.pipeline.addresses import Addresses
from monitor.pipeline.evaluate import RulesInForce
from monitor.pipeline.recheck import RecheckContext
from monitor.store import outbox

UNNUMBERED = "待定"
"""The text in place of a message's number until its words are settled."""


def by_gravity(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return the notices in the order in which a message tells of them: the gravest first, then by account."""
    return tuple(sorted(notices, key=lambda notice: (-weight(notice.kind), notice.account, notice.rule)))


def gravest(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """Return, for each account and rule, the one notice that says most; the others are said with it."""
    best: dict[tuple[str, str], Notice] = {}
    for notice in notices:
        key = (notice.account, notice.rule)
        if key not in best or notice.kind.weight > best[key].kind.weight:
            best[key] = notice
    return tuple(best.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Finds the words of messages."""

    rules_in_force: RulesInForce
    office: Office
    addresses: Addresses

    def setting(self, now: datetime) -> Setting:
        """Return what words of this moment go by."""
        book = self.rules_in_force.book(now)
        return Setting(
            now=now,
            calendar=self.rules_in_force.calendar,
            ladder=Ladder.of(book),
            office=self.office,
            clauses=book.clauses,
        )

    def words(
        self,
        notices: Sequence[Notice],
        context: RecheckContext,
        roles: Collection[Role],
        now: datetime,
        page: str | None = None,
        *,
        is_group: bool = False,
    ) -> Words:
        """Return what one message says of these notices to somebody in these roles, or to a group.

        `page` is where they may answer. The pages of accounts open for the office alone: nobody else is led there.
        """
        items = [
            NewsItem(
                account=context.known[notice.account].account,
                kind=notice.kind,
                number=notice.number,
                finding=context.findings[notice.account, notice.rule],
                link=self.addresses.page_of(notice.account) if Role.OPERATOR in roles else None,
                is_polled=context.known[notice.account].is_polled,
                is_passed_on=Role.OPERATOR in roles and is_the_units(notice),
                told=context.told.get(notice.case, ()),
                failed=context.failed.get(notice.id, ()),
                may_be_listed=context.may_be_listed(notice, now),
            )
            for notice in gravest(notices)
        ]
        setting = self.setting(now)
        if any(notice.is_urgent for notice in notices):
            return alarm(items, UNNUMBERED, setting)
        return to_person(items, roles, UNNUMBERED, setting, page, is_group=is_group)

    def fitting(
        self,
        notices: Sequence[Notice],
        context: RecheckContext,
        kept: outbox.KeptMessage,
        channel: Channel,
        now: datetime,
    ) -> tuple[Words, tuple[Notice, ...]]:
        """Return words that the channel has room for about the gravest of it, and the notices that they say nothing of.

        One account is told of in any case: what is too long even then, the channel cuts.
        """
        heads = by_gravity(gravest(notices))
        page = self._page(heads, kept, now)
        count = len(heads)
        while True:
            words = self.words(heads[:count], context, {kept.role}, now, page, is_group=channel.is_group)
            size = len(words.body.encode())
            if size <= channel.longest or count == 1:
                break
            count = max(1, min(count - 1, count * channel.longest // size))
        told = {(notice.account, notice.rule) for notice in heads[:count]}
        return words, tuple(notice for notice in notices if (notice.account, notice.rule) not in told)

    def _page(self, notices: Sequence[Notice], kept: outbox.KeptMessage, now: datetime) -> str | None:
        """Return where the reader may answer; the operator, and who is told of an end, need not."""
        if kept.role is Role.OPERATOR or all(notice.kind is StepKind.RECOVERED for notice in notices):
            return None
        permit = Permit(purpose=Purpose.UNIT, message=kept.message.id, until=now + LINK_LIFE)
        return self.addresses.link_of(permit)
