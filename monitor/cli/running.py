"""Commands that stay: run and sample."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.chinese import Command
from monitor.cli.place import Place, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    import socket

    from monitor.settings import Settings
    from monitor.store import Store

SAMPLE_DB = Path("data/sample.db")


@click.command(cls=Command)
@click.option("--or-sample", "or_sample", is_flag=True, help="还没有台账时，运行示例县。")
@place
def run(where: Place, or_sample: bool) -> None:  # noqa: FBT001 - click passes flags
    """运行服务，直到按 Ctrl-C 或收到 SIGTERM。"""
    if or_sample and not _has_roster(where):
        _sample(where)
        return
    settings = where.settings(secrets=True)
    with _pages(settings) as sock, where.store() as store:
        _claim(store)
        asyncio.run(_run(where, settings, store, sock))


@click.command(cls=Command)
@place
def sample(where: Place) -> None:
    """运行示例县：虚构的账号、平台和收件箱，都在本机，用来了解本系统。"""
    _sample(where)


def _has_roster(where: Place) -> bool:
    from monitor.store import roster

    with where.store() as store, store.read() as tx:
        return roster.has_roster(tx)


def _sample(where: Place) -> None:
    """Run the sample county on a database made anew: its county is told anew each time."""
    settings = where.settings()
    place_of_sample = replace(where, db=f"sqlite:///{SAMPLE_DB}")
    with _pages(settings) as sock:
        with place_of_sample.store() as store:
            _claim(store)
        for file in SAMPLE_DB.parent.glob(f"{SAMPLE_DB.name}*"):
            file.unlink()
        with place_of_sample.store() as store:
            _claim(store)
            asyncio.run(_run_sample(settings, store, sock))


def _claim(store: Store) -> None:
    if not store.claim_daemon():
        raise Refusal("这个数据库上已有一个服务在运行。")


def _pages(settings: Settings) -> socket.socket:
    """Take the port of the pages."""
    from monitor.logs import set_up
    from monitor.web import listening

    host, port = settings.web.bind
    try:
        sock = listening(host, port)
    except OSError as error:
        raise Refusal(f"无法使用 {host}:{port}：端口被占用或地址不可用（设置项 web.bind）。") from error
    set_up()
    return sock


async def _run(where: Place, settings: Settings, store: Store, sock: socket.socket) -> None:
    from monitor.app import serve

    async with where.parts(settings, store) as parts:
        click.echo(f"服务已启动：{_address(sock)}")
        await serve(parts, sock)


async def _run_sample(settings: Settings, store: Store, sock: socket.socket) -> None:
    from monitor.app import run_sample

    with click.progressbar(length=1, label="正在准备示例县三个月的历史", show_eta=False) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        await run_sample(settings, store, sock, tell, lambda sent: click.echo(_welcome(_address(sock), sent)))


def _address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://{host}:{port}"


def _welcome(page: str, sent: str) -> str:
    return (
        f"\n示例县已启动。\n  页面：{page}\n  发出的消息：{sent}\n"
        "按 Ctrl-C 停止。换成自己的台账：xuncha export template --out 台账.xlsx，填好后 "
        "xuncha import roster 台账.xlsx，再 make run。"
    )


COMMANDS = (run, sample)
