"""The forms of decisions: from what was typed to the command of an action, and from a refusal to its fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from monitor.actions.refused import Field, RefusedError
from monitor.core.choices import ChoicePart
from monitor.core.decision import Ruling
from monitor.core.members import member
from monitor.web.days import written_day
from monitor.web.forms import Form
from monitor.web.paging import whole


def ruling_of(written: str) -> Ruling | None:
    """Return the decision that a form names, or None."""
    return member(Ruling, written)


def parts_of(form: Form, prefix: str = "") -> Mapping[ChoicePart, str]:
    """Return what was typed for each part of a decision; its field is called by the part, after a prefix."""
    return {part: form.get(f"{prefix}{part.value}").strip() for part in ChoicePart}


def day_of(parts: Mapping[ChoicePart, str], part: ChoicePart) -> date | None:
    """Return a day that was typed, None for nothing; raises RefusedError."""
    written = parts[part]
    try:
        return written_day(written) if written else None
    except ValueError as error:
        raise RefusedError(f"{part.label}应写作2026-05-19。", Field(part.value, part.label)) from error


def numbers_of(written: tuple[str, ...] | list[str]) -> tuple[int, ...]:
    """Return the numbers of cases that were ticked; what is no number is left out."""
    return tuple(number for text in written if (number := whole(text)))
