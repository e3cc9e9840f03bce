"""Addresses of the pages as messages carry them: for people who can open pages, and signed links for everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from monitor.core.token import Permit, TokenKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the pages are, and the key that signs links; without a base there are no addresses at all."""

    base: str | None = None
    """`web.base_url`."""
    key: TokenKey | None = None
    """The key that signs links; without it messages carry none."""

    @property
    def home(self) -> str | None:
        """The address of the overview."""
        return f"{self.base.rstrip('/')}/" if self.base else None

    def page_of(self, account: str) -> str | None:
        """Return the address of an account's page."""
        return f"{self.home}accounts/{quote(account)}" if self.home else None

    def report_page(self, number: int) -> str | None:
        """Return the address of a report's page."""
        return f"{self.home}reports/{number}" if self.home else None

    def link_of(self, permit: Permit) -> str | None:
        """Return the address at which the reader of a message may do what the permit says."""
        return f"{self.home}k/{self.key.issue(permit)}" if self.home and self.key else None
