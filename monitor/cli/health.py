"""The command that asks the running service how it is: health."""

from __future__ import annotations

import http.client
import json

import click

from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a server on every address is asked
_LONGEST = 64 * 1024
_PATIENCE = 5


def ask_health(where: CommandContext) -> None:
    """Ask the running service how it is, and refuse where it is not well."""
    host, port = where.settings().web.bind
    problems, is_starting, is_standing_by = _asked(_LOOPBACK.get(host, host), port)
    if is_standing_by and len(problems) == 1:  # that it stands by is all there is to say
        click.echo("本机为备用，正在等待接替。")
        return
    if problems:
        raise Refusal("\n".join(problems))
    click.echo("服务刚启动，部分任务尚未执行。" if is_starting else "服务正常。")


def _asked(host: str, port: int) -> tuple[tuple[str, ...], bool, bool]:
    """Return what keeps the running service from being ready, whether it has just begun, and whether it stands by."""
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
    if answer.status != http.client.OK:
        problems = problems or ("服务尚未就绪。",)
    return problems, said.get("starting") is True, said.get("standing_by") is True


def _stranger(host: str, port: int) -> str:
    return f"{host}:{port} 上运行的不是本服务。"
