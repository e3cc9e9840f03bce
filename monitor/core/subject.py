"""Whom something is about: an account, a unit of an area, or an area."""

from __future__ import annotations

from typing import NamedTuple

from monitor.core.account import Labelled


class SubjectKind(Labelled):
    """What sort of subject something is about; the label is the column that names it in files."""

    ACCOUNT = "account", "账号ID"
    UNIT = "unit", "主办单位"
    AREA = "area", "地区"


class Subject(NamedTuple):
    """One account, one unit of an area, or one area."""

    kind: SubjectKind
    name: str
    """The account's id, the unit's name, or the area's."""
    area: str | None = None
    """Of a unit its own, for the 教育局 of one area is not that of another; an area itself; None for an account, whose
    area may change, and for the unit of an old record, which is each unit of that name."""

    @classmethod
    def of_account(cls, account_id: str) -> Subject:
        """Return an account as a subject."""
        return cls(SubjectKind.ACCOUNT, account_id)

    @classmethod
    def of_unit(cls, area: str | None, name: str) -> Subject:
        """Return a unit of an area as a subject."""
        return cls(SubjectKind.UNIT, name, area)

    @classmethod
    def of_area(cls, name: str) -> Subject:
        """Return an area as a subject."""
        return cls(SubjectKind.AREA, name, name)

    @classmethod
    def named(cls, account: str | None, unit: str | None, area: str | None) -> Subject:
        """Return whom something is about that names an account, else a unit and its area, else an area."""
        if account:  # by far the most: every finding is asked
            return cls(SubjectKind.ACCOUNT, account)
        return cls.of_area(area or "") if unit is None else cls.of_unit(area, unit)

    @classmethod
    def read(cls, key: str) -> Subject:
        """Return the subject of a `key`."""
        kind, _, rest = key.partition("/")
        if kind == SubjectKind.UNIT.value:
            area, _, name = rest.partition("/")
            return cls.of_unit(area, name)
        return cls.of_account(rest) if kind == SubjectKind.ACCOUNT.value else cls.of_area(rest)

    @property
    def account(self) -> str | None:
        """The account's id; None for a unit or an area."""
        return self.name if self.kind is SubjectKind.ACCOUNT else None

    @property
    def unit(self) -> str | None:
        """The unit's name; None for an account or an area."""
        return self.name if self.kind is SubjectKind.UNIT else None

    @property
    def key(self) -> str:
        """What the database knows it by: `account/ID`, `unit/AREA/NAME` or `area/NAME`."""
        match self.kind:
            case SubjectKind.ACCOUNT:
                return f"account/{self.name}"
            case SubjectKind.UNIT:
                return f"unit/{self.area}/{self.name}"
            case SubjectKind.AREA:
                return f"area/{self.name}"
