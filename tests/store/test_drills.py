"""A daemon whose database cannot be written: it says so, looks at nothing, loses nothing and heals by itself."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.app.serving import view_of
from monitor.core.message import Attempt, Message, MessageState
from monitor.daemon import Daemon
from monitor.store import Store, StoreError, open_store, outbox, tables
from tests.pipeline.build import NOW, Canned, Office, Taking, account, feed, office

URL = "https://feed.example/a.xml"
IMPATIENT = timedelta(milliseconds=50)


class Drill:
    """An office with a daemon whose passes are called by hand, each in its turn."""

    def __init__(self, store: Store) -> None:
        bodies = feed(NOW - timedelta(days=12))
        self.of: Office = office(store, lambda clock: Canned(clock, {URL: bodies}))
        parts = self.of.parts
        self.daemon = Daemon(parts.passes, parts.health, parts.metrics, parts.faults)
        self.view = view_of(parts, self.daemon)

    async def turn(self) -> None:
        """Run every pass once, the self-check first."""
        for pass_ in (self.daemon.passes[-1], *self.daemon.passes[:-1]):
            await self.daemon.once(pass_)

    def sources(self) -> list[object]:
        """Return how looking goes."""
        with self.of.parts.store.read() as tx:
            return [tuple(row) for row in tx.execute(sa.select(tables.sources))]

    @property
    def said(self) -> list[str]:
        return sorted(f"{message.subject} {message.address}" for message in self.of.mail.taken)


async def undisturbed(folder: Path) -> list[str]:
    """Return what is said when nothing is in the way."""
    with open_store(f"sqlite:///{folder}/undisturbed.db") as store:
        drill = Drill(store)
        await drill.of.enrol([account(1, URL)])
        drill.of.clock.forward(timedelta(minutes=3))
        await drill.turn()
        await drill.turn()
        return drill.said


async def go_through(store: Store, trouble: Callable[[], AbstractContextManager[None]], why: str, folder: Path) -> None:
    """Have the trouble begin after the roster came in, and end after two turns."""
    drill = Drill(store)
    await drill.of.enrol([account(1, URL)])
    await drill.turn()
    assert await drill.view.problems() == ()
    drill.of.clock.forward(timedelta(minutes=3))
    before = drill.sources()
    with trouble():
        for _ in range(2):
            await drill.turn()
            (sentence,) = await drill.view.problems()
            assert why in sentence
    assert drill.sources() == before
    assert drill.said == []
    for _ in range(2):
        await drill.turn()
    assert await drill.view.problems() == ()
    assert drill.said == await undisturbed(folder) != []


@contextmanager
def small_disk() -> Iterator[Path]:
    """Give a disk of our own on which little has room."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False)
        if mounted.returncode:
            pytest.skip("no disk can be mounted here")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no byte free."""
    (database,) = disk.glob("*.db")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # or there would be room in what is there
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    yield
    filler.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts disks")
async def test_a_full_disk(tmp_path: Path) -> None:
    with small_disk() as disk, open_store(f"sqlite:///{disk}/xuncha.db", patience=IMPATIENT) as store:
        await go_through(store, lambda: filled(disk), "磁盘已满", tmp_path)


HOLDER = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another(file: Path) -> Iterator[None]:
    """Have another process hold the database for itself."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield
        other.kill()


async def test_a_database_that_another_program_holds(tmp_path: Path) -> None:
    file = tmp_path / "xuncha.db"
    with open_store(f"sqlite:///{file}", patience=IMPATIENT) as store:
        await go_through(store, lambda: held_by_another(file), "被其他程序占用", tmp_path)


@contextmanager
def read_only(store: Store, file: Path) -> Iterator[None]:
    """Let nobody write the file, and have the service find out when it opens it again."""
    user = os.geteuid()
    for path, mode in ((file, 0o444), (file.parent, 0o555)):
        path.chmod(mode)
    if user == 0:
        os.seteuid(65534)
    store.reopen()
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(0)
        for path, mode in ((file.parent, 0o777), (file, 0o666)):
            path.chmod(mode)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that every user can enter: pytest's own is for its user only."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


async def test_a_database_that_may_only_be_read(tmp_path: Path, open_folder: Path) -> None:
    file = open_folder / "data" / "xuncha.db"
    with open_store(f"sqlite:///{file}", patience=IMPATIENT) as store:
        await go_through(store, lambda: read_only(store, file), "权限", tmp_path)


class LosesAnswers(Taking):
    """A channel during whose first answer the database is taken away."""

    def __init__(self, file: Path) -> None:
        super().__init__("mail")
        self.file, self.holding = file, ExitStack()

    async def send(self, message: Message) -> Attempt:
        if not self.taken:
            self.holding.enter_context(held_by_another(self.file))
        return await super().send(message)


async def test_an_answer_that_could_not_be_written_down_is_kept_in_mind_and_not_asked_for_again(tmp_path: Path) -> None:
    file = tmp_path / "xuncha.db"
    with open_store(f"sqlite:///{file}", patience=IMPATIENT) as store:
        drill = Drill(store)
        channel = LosesAnswers(file)
        drill.of.mail = channel
        drill.of.parts = replace(drill.of.parts, channels={**drill.of.parts.channels, "mail": channel})
        works = drill.of.parts.passes
        await drill.of.enrol([account(1, URL)])
        await drill.of.look()
        await works.judge_all()
        with channel.holding, pytest.raises(StoreError, match="占用"):
            await works.deliver()
        while await works.deliver():
            pass
        numbers = [message.id for message in channel.taken]
        assert len(numbers) == len(set(numbers))
        with store.read() as tx:
            assert {kept.state for kept in outbox.messages(tx) if kept.message.channel == "mail"} == {MessageState.SENT}
