"""Where a command works: its settings, its database, and what goes wrong when they cannot be used."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from monitor.app.parts import Parts
    from monitor.core.channel import Channel
    from monitor.settings import Settings
    from monitor.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """The settings folder and the database that the command line names."""

    config: Path
    db: str

    def settings(self, *, secrets: bool = False) -> Settings:
        """Return the settings; with `secrets`, what they refer to must be there."""
        from monitor.app.settings import load_settings
        from monitor.settings import SettingsError
        from monitor.settings.load import bound_by

        if not self.config.is_dir():
            raise Refusal(f"找不到设置目录 {self.config}，请检查 --config 或环境变量 XUNCHA_CONFIG。")
        try:
            return bound_by(load_settings(self.config, os.environ if secrets else None), os.environ)
        except SettingsError as error:
            raise Refusal(str(error)) from error

    @contextmanager
    def store(self, *, reads: bool = False) -> Iterator[Store]:
        """Open the database, created and upgraded if need be; its failures are refusals.

        A command that only `reads` creates none: where there is none, it reads an empty one that is gone afterwards.
        """
        from monitor.store import StoreError, open_store

        with ExitStack() as stack:
            db = self.db
            if reads and not self.is_made:
                db = f"sqlite:///{stack.enter_context(TemporaryDirectory(prefix='xuncha-'))}/empty.db"
            try:
                yield stack.enter_context(open_store(db))
            except StoreError as error:
                raise Refusal(str(error)) from error

    @property
    def is_made(self) -> bool:
        """True if there is a database, or something in its place."""
        from monitor.store import StoreError
        from monitor.store.database import is_made

        try:
            return is_made(self.db)
        except StoreError as error:
            raise Refusal(str(error)) from error

    @property
    def _mark(self) -> Path:
        """The file beside the settings that says that there is a roster."""
        return self.config / "roster.known"

    def remember_roster(self) -> None:
        """Have a later start know that there was a roster; where the settings cannot be written, an alert does."""
        from monitor.app.clock import now
        from monitor.core.calendar import beijing_date

        if self._mark.exists():
            return
        with suppress(OSError):
            self._mark.write_text(
                f"{beijing_date(now())}起，数据库 {self._shown} 里有台账。数据库丢失时，服务凭这个文件拒绝启动；"
                "确实要从空的数据库开始的，删除这个文件。\n",
                encoding="utf-8",
            )

    def refuse_lost(self) -> None:
        """Refuse to work on a database without a roster where there was one before."""
        from monitor.store import StoreError
        from monitor.store.backup import holds_roster

        if not self._mark.exists():
            return
        try:
            is_there = self.is_made and holds_roster(self.db)
        except StoreError as error:
            raise Refusal(str(error)) from error
        if not is_there:
            raise Refusal(
                f"数据库 {self._shown} 里没有台账，而此前有过（见 {self._mark}），数据库可能已丢失或地址写错，未启动。"
                "请核对 --db 或环境变量 XUNCHA_DB，或用备份恢复；确实要从空的数据库开始的，删除该文件再启动。"
            )

    @property
    def _shown(self) -> str:
        """The database's address, without a password."""
        from monitor.store.database import shown

        return shown(self.db)

    @asynccontextmanager
    async def parts(self, settings: Settings, store: Store) -> AsyncIterator[Parts]:
        """Return everything a daemon has, with the real network."""
        from monitor.app.parts import open_parts

        async with AsyncExitStack() as stack:
            try:
                parts = await open_parts(settings, store, stack)
            except ValueError as error:
                raise Refusal(str(error)) from error
            yield parts


def channels(settings: Settings) -> Mapping[str, Channel]:
    """Return the channels of the settings by name; one that cannot be opened is a refusal."""
    from monitor.app.channels import open_channels
    from monitor.app.clock import now

    try:
        return open_channels(settings, now)
    except ValueError as error:
        raise Refusal(str(error)) from error


class MomentType(click.ParamType[datetime]):
    """A moment in ISO form, or `now`; without a zone it is Beijing's."""

    name = "时刻"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment in UTC, or refuse the text."""
        from datetime import UTC

        from monitor.app.clock import now
        from monitor.core.calendar import BEIJING

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
        from monitor.app.clock import now

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
place = click.make_pass_decorator(CommandContext)
