"""What the lines of the to-do list are read against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.core.account import Account
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.finding import RuleBook
from monitor.core.phrases import Names, plain
from monitor.core.subject import Subject
from monitor.store import Tx
from monitor.store.roster import account_once, accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoContext:
    """The moment, the rules of its day and what people are called."""

    now: datetime
    book: RuleBook
    calendar: WorkCalendar
    names: Names = field(default_factory=Names)
    viewer: str = ""
    """The operator for whom it is read; empty for all of them."""
    has_channels: bool = True
    """True if messages can leave at all."""

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return beijing_date(self.now)

    def called(self, tx: Tx, subject: Subject) -> str:
        """Return what people call an account, unit or area; an account with its unit: whom to ring up."""
        if subject.account is not None:
            known = accounts(tx, ids=[subject.account], with_people=False)
            account = known[0] if known else account_once(tx, subject.account)
            return self.account(account) if account else plain(subject.account)
        return plain(self.names.unit(subject.area or "", subject.name) if subject.unit else subject.name)

    def account(self, account: Account) -> str:
        """Return an account with its unit: “示例发布”（微博，示例局）."""
        area = f"，{plain(account.area)}" if self.names.with_area else ""
        return f"“{plain(account.name)}”（{account.platform.label}，{plain(account.unit)}{area}）"
