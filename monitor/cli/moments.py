"""Days and moments as they are typed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from monitor.app.clock import now
from monitor.core.calendar import BEIJING


class MomentType(click.ParamType[datetime]):
    """A moment in ISO form, or `now`; without a zone it is Beijing's."""

    name = "时刻"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment in UTC, or refuse the text."""
        if isinstance(value, datetime):
            return value
        if value == "now":
            return now()
        try:
            moment = datetime.fromisoformat(str(value))
            return (moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"“{value}”不是时刻，请写成 2026-05-19 或 2026-05-19T09:00", param, ctx)


class PastMoment(MomentType):
    """A moment that is not still to come."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment in UTC, or refuse it."""
        moment = super().convert(value, param, ctx)
        if moment > now():
            self.fail(f"日期{value}晚于今天，请改为今天或以前", param, ctx)
        return moment


class DayType(click.ParamType[date]):
    """A day in ISO form."""

    name = "日期"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or refuse the text."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"“{value}”不是日期，请写成 2026-05-19", param, ctx)


DAY = DayType()
MOMENT = MomentType()
PAST_MOMENT = PastMoment()
