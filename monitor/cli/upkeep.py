"""Commands for whoever keeps it running: config check, db upgrade, health."""

from __future__ import annotations

import http.client
import json

import click

from monitor.cli.chinese import Command, Group
from monitor.cli.place import Place, channels, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import warn

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a server on every address is asked
_LONGEST = 64 * 1024
_PATIENCE = 5


@click.group(cls=Group)
def config() -> None:
    """设置。"""


@config.command("check", cls=Command)
@place
def config_check(where: Place) -> None:
    """检查设置是否正确。"""
    from monitor.app import hints, now
    from monitor.core.calendar import beijing_date

    settings = where.settings(secrets=True)
    ways = channels(settings)
    book = settings.rule_book(beijing_date(now()))
    click.echo(f"设置正确：{len(book.clauses)} 条规则在用，{len(ways)} 个通知渠道。")
    warn(list(hints(settings)))


@click.group(cls=Group)
def db() -> None:
    """数据库。"""


@db.command("upgrade", cls=Command)
@place
def db_upgrade(where: Place) -> None:
    """把数据库升级到程序需要的版本；不存在则新建。"""
    with where.store() as store:
        problem = store.problem()
    if problem:
        raise Refusal(problem)
    click.echo("数据库已是最新版本。")


@click.command(cls=Command)
@place
def health(where: Place) -> None:
    """询问正在运行的服务是否正常。"""
    host, port = where.settings().web.bind
    problems = _problems(_LOOPBACK.get(host, host), port)
    if problems:
        raise Refusal("\n".join(problems))
    click.echo("服务正常。")


def _problems(host: str, port: int) -> tuple[str, ...]:
    """Return what the running service says keeps it from being ready."""
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        said = json.loads(answer.read(_LONGEST))
    except OSError as error:
        raise Refusal(f"服务没有运行，或 {host}:{port} 没有答复。") from error
    except (ValueError, http.client.HTTPException) as error:
        raise Refusal(_stranger(host, port)) from error
    finally:
        connection.close()
    if not isinstance(said, dict) or not isinstance(said.get("problems"), list):
        raise Refusal(_stranger(host, port))
    problems = tuple(str(problem) for problem in said["problems"])
    return problems if answer.status == http.client.OK else problems or ("服务尚未就绪。",)


def _stranger(host: str, port: int) -> str:
    return f"{host}:{port} 上运行的不是本服务。"


COMMANDS = (config, db, health)
