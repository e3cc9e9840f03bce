"""How a document names an account, and whom it means: by id, else by platform id, else by name; never by guess."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.core.account import Account, Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An account as a row names it: by id, or by platform with a platform id, a name or both."""

    account: str | None = None
    platform: Platform | None = None
    platform_id: str | None = None
    name: str | None = None

    def may_mean(self, account: Account) -> bool:
        """True if an account may be meant although it does not answer to it: the id or the name may be a slip."""
        if self.account is not None:
            return True
        is_another = self.platform_id and account.platform_id and self.platform_id != account.platform_id
        return self.platform is account.platform and not is_another

    def __str__(self) -> str:
        """Return it as it was written, on one line."""
        if self.account is not None:
            return f"账号ID {self.account}"
        platform = self.platform.label if self.platform else ""
        name = f"“{self.name}”" if self.name else ""
        key = f"（{self.platform_id}）" if self.platform_id and name else self.platform_id or ""
        return f"{platform} {name}{key}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """Why no account, or no single one, answers to a reference."""

    column: str
    """The column that does not tell."""
    why: str
    """One Chinese clause."""


class AccountIndex:
    """The accounts there are, as documents refer to them.

    Accounts on the roster come first; those that have left it are still whom an older document meant.
    """

    def __init__(
        self, present: Iterable[Account], former: Iterable[Account] = (), filed_names: Mapping[str, str] | None = None
    ) -> None:
        """Take the roster, the accounts that left it, and by account the name it was filed under."""
        self._given = (tuple(present), tuple(former), dict(filed_names or {}))
        present, former, names = self._given
        self._books = (_Book(present, names), _Book(former, names))

    def __eq__(self, other: object) -> bool:
        """True if it is made of the same."""
        return isinstance(other, AccountIndex) and self._given == other._given

    __hash__ = None  # type: ignore[assignment]  # nobody keeps it as a key

    def __reduce__(self) -> tuple[type[AccountIndex], tuple[object, ...]]:
        """Return it as what it is made of."""
        return (AccountIndex, self._given)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all of them."""
        return frozenset(id_ for book in self._books for id_ in book.by_id)

    @property
    def left(self) -> frozenset[str]:
        """The ids of those that have left the roster."""
        present, former = self._books
        return frozenset(former.by_id.keys() - present.by_id.keys())

    @property
    def names(self) -> Mapping[str, str]:
        """The name of each of them, by id."""
        return {id_: account.name for book in reversed(self._books) for id_, account in book.by_id.items()}

    def find(self, reference: Reference, area: str | None = None) -> Account | Unmatched:
        """Return the one account that is meant, or why that cannot be told.

        In a document of an area a name means an account of that area: another area has others of the same name.
        """
        found = next(filter(None, (book.find(reference, area) for book in self._books)), [])
        if not found:
            is_elsewhere = area is not None and any(book.find(reference, None) for book in self._books)
            return _nobody(reference, area if is_elsewhere else None)
        if len(found) == 1:
            return found[0]
        column, written = _told_by(reference)
        ids = "、".join(account.id for account in found)
        return Unmatched(column=column, why=f"台账中有{len(found)}个账号的{column}是“{written}”（{ids}），请填写账号ID")


class _Book:
    """Some accounts, by what names them."""

    def __init__(self, accounts: Iterable[Account], filed_names: Mapping[str, str]) -> None:
        self.by_id = {account.id: account for account in accounts}
        self._by_key: dict[tuple[Platform, str], list[Account]] = defaultdict(list)
        self._by_name: dict[tuple[Platform, str], list[Account]] = defaultdict(list)
        for account in self.by_id.values():
            if account.platform_id:
                self._by_key[account.platform, account.platform_id].append(account)
            for name in {_bare(account.name), _bare(filed_names.get(account.id, account.name))}:
                self._by_name[account.platform, name].append(account)

    def find(self, reference: Reference, area: str | None) -> list[Account]:
        """Return everybody who may be meant, by a name in the area if one is given; empty for nobody."""
        if reference.account is not None:
            account = self.by_id.get(reference.account)
            return [account] if account else []
        if reference.platform is None:
            return []
        if reference.platform_id and (found := self._by_key.get((reference.platform, reference.platform_id))):
            return found
        if not reference.name:
            return []
        named = self._by_name.get((reference.platform, _bare(reference.name)), [])
        # Another platform id under the same name is another account.
        named = [account for account in named if not (reference.platform_id and account.platform_id)]
        return [account for account in named if area in {None, account.area}]


def _bare(name: str) -> str:
    """Return a name without what is only a matter of typing: full-width letters and blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name))


def _told_by(reference: Reference) -> tuple[str, str]:
    """Return the column that a reference rests on, and what stands there."""
    if reference.account is not None:
        return "账号ID", reference.account
    if reference.platform_id:
        return "平台标识", reference.platform_id
    return "账号名称", reference.name or ""


def _nobody(reference: Reference, area: str | None) -> Unmatched:
    column, written = _told_by(reference)
    of_platform = "" if column == "账号ID" else "该平台"
    if area:
        of_platform = f"{area}在该平台"
    what = f"账号ID“{written}”" if column == "账号ID" else f"{column}为“{written}”的账号"
    return Unmatched(column=column, why=f"台账中{of_platform}没有{what}")
