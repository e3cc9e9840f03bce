"""Commands that stay: run and sample."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import click

from monitor.app.dispatching import dispatch_problem, role_problem
from monitor.app.sample import run_sample
from monitor.app.serving import serve
from monitor.cli.debugging import is_debugging
from monitor.cli.network import opened_parts
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import progress
from monitor.cli.user import first_link
from monitor.logs import set_up
from monitor.settings import Settings
from monitor.settings.load import BIND
from monitor.store import Store, StoreError, roster
from monitor.web.serving import listening

SAMPLE_DB = Path("data/sample.db")


def run(where: CommandContext, *, or_sample: bool) -> None:
    """Run the service until it is told to end; without a roster, the sample county if asked to."""
    where.refuse_lost()
    if or_sample and not _has_roster(where):
        _sample(where)
        return
    settings = where.settings(secrets=True)
    with where.store() as store:
        if problem := dispatch_problem(settings, store.url.get_backend_name()):
            raise Refusal(problem)
        if not store.can_stand_by:
            _claim(store)
        with suppress(StoreError), store.read() as tx:  # a state that cannot be read now is reported once it serves
            if roster.has_roster(tx):
                where.remember_roster()
            if problem := role_problem(settings, tx):
                raise Refusal(problem)
        with _listening(settings) as sock:
            _stay(_run(settings, store, sock))


def sample(where: CommandContext) -> None:
    """Run the sample county."""
    _sample(where)


def _has_roster(where: CommandContext) -> bool:
    with where.store(reads=True) as store, store.read() as tx:
        return roster.has_roster(tx)


def _sample(where: CommandContext) -> None:
    """Run the sample county on a database made anew: its county is told anew each time."""
    settings = where.settings_of_sample()
    with _emptied(SAMPLE_DB), replace(where, db=f"sqlite:///{SAMPLE_DB}").store() as store:
        _claim(store)
        with _listening(settings) as sock:
            _stay(_run_sample(settings, store, sock))


@contextmanager
def _emptied(database: Path) -> Iterator[None]:
    """Delete what the last sample left, whatever state it is in; refuse if a daemon is running on it.

    The lock is the daemon's own (`Store.claim_daemon`), taken before anything is deleted and held throughout.
    """
    with ExitStack() as stack:
        try:
            database.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(database.with_name(f"{database.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
            stack.callback(os.close, lock)
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for suffix in ("", "-wal", "-shm"):
                database.with_name(database.name + suffix).unlink(missing_ok=True)
        except BlockingIOError as error:
            raise Refusal("示例县已在运行。") from error
        except OSError as error:
            raise Refusal(f"无法写入示例县的数据库 {database}，请检查目录和权限。") from error
        yield


def _claim(store: Store) -> None:
    if not store.claim_daemon():
        raise Refusal("这个数据库上已有一个服务在运行。")


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """Take the port of the pages."""
    host, port = settings.web.bind
    try:
        sock = listening(host, port)
    except OSError as error:
        where = f"设置项 web.bind 或环境变量 {BIND}"
        raise Refusal(f"无法使用 {host}:{port}，端口被占用或地址不可用，请改{where}。") from error
    with sock:
        yield sock


def _stay(work: Coroutine[None, None, None]) -> None:
    """Run until the daemon has ended; told to stop before it began, there is nothing to finish."""
    set_up(debug=is_debugging())
    try:
        asyncio.run(_until_told(work))
    except asyncio.CancelledError:
        click.echo("已停止。")


async def _until_told(work: Coroutine[None, None, None]) -> None:
    """Do the work; SIGTERM and Ctrl-C end it until the daemon listens to them itself."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
    await work


async def _run(settings: Settings, store: Store, sock: socket.socket) -> None:
    async with opened_parts(settings, store) as parts:
        click.echo(f"服务已启动：{_address(sock)}")
        with suppress(StoreError):  # as above: pages say how to come by a link
            if first := first_link(store, settings):
                click.echo(first)
        if not await serve(parts, sock):
            raise Refusal("与数据库的连接中断期间，另一个服务已经接替，本机退出。")


async def _run_sample(settings: Settings, store: Store, sock: socket.socket) -> None:
    with ExitStack() as until_ready:
        bar = until_ready.enter_context(progress("正在准备示例县三个月的历史", 1))

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        def welcome(sent: str) -> None:
            until_ready.close()
            click.echo(_welcome(_address(sock), sent))

        await run_sample(settings, store, sock, tell, welcome)


def _address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _welcome(page: str, sent: str) -> str:
    return (
        f"示例县已启动。\n  页面：{page}\n  发出的消息：{sent}\n"
        "按 Ctrl-C 停止。换成自己的台账：source .venv/bin/activate，再 xuncha export template --out 台账.xlsx，填好后 "
        "xuncha import roster 台账.xlsx，再 make run。"
    )
