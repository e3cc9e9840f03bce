"""Where a command works: its settings, its database, and what goes wrong when they cannot be used."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.app.clock import now
from monitor.app.settings import load_settings
from monitor.cli.refusal import Refusal
from monitor.core.calendar import beijing_date
from monitor.settings import Settings, SettingsError
from monitor.settings.load import bound_by
from monitor.settings.shipped import DEFAULT, shipped
from monitor.store import Store, StoreError, open_store
from monitor.store.backup import holds_roster
from monitor.store.database import is_made, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """The settings folder and the database that the command line names."""

    config: Path
    db: str

    def settings(self, *, secrets: bool = False) -> Settings:
        """Return the settings; with `secrets`, what they refer to must be there."""
        if not self.config.is_dir():
            raise Refusal(f"找不到设置目录 {self.config}，请检查 --config 或环境变量 XUNCHA_CONFIG。")
        return _loaded(self.config, os.environ if secrets else None)

    def settings_of_sample(self) -> Settings:
        """Return the same for the sample county; where no folder is named and none is there, those that are shipped."""
        if self.config == DEFAULT and not self.config.exists():
            return _loaded(shipped(), None)
        return self.settings()

    @contextmanager
    def store(self, *, reads: bool = False, upgrades: bool = True) -> Iterator[Store]:
        """Open the database, created and upgraded if need be; its failures are refusals.

        Without `upgrades` it must be there already, as this version knows it.

        A command that only `reads` creates none: where there is none, it reads an empty one that is gone afterwards.
        """
        with ExitStack() as stack:
            db = self.db
            if reads and not self.is_made:
                db = f"sqlite:///{stack.enter_context(TemporaryDirectory(prefix='xuncha-'))}/empty.db"
            try:
                yield stack.enter_context(open_store(db, upgrades=upgrades))
            except StoreError as error:
                raise Refusal(str(error)) from error

    @property
    def is_made(self) -> bool:
        """True if there is a database, or something in its place."""
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
        return shown(self.db)


def _loaded(folder: Path, env: Mapping[str, str] | None) -> Settings:
    """Return the settings in a folder; their faults are a refusal."""
    try:
        return bound_by(load_settings(folder, env), os.environ)
    except SettingsError as error:
        raise Refusal(str(error)) from error
