"""The command that serves the queue of an exit address: worker."""

from __future__ import annotations

import asyncio
import os

import click

from monitor.app.dispatching import dispatch_problem
from monitor.app.settings import load_worker_settings
from monitor.cli.debugging import is_debugging
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.logs import set_up
from monitor.settings import Settings, SettingsError
from monitor.settings.kinds import bind_of, proxy_of
from monitor.settings.problem import did_you_mean
from monitor.store import StoreError
from monitor.store.database import parse_url


def serve_queue(where: CommandContext, *, queue: str, proxy: str | None, metrics: str | None) -> None:
    """Make the looks that wait in a queue, until told to stop."""
    try:
        bind = None if metrics is None else bind_of(metrics)
    except ValueError as error:
        raise click.UsageError(f"--metrics：{error}") from error
    try:
        proxy = proxy and proxy_of(proxy)
    except ValueError as error:
        raise click.UsageError(f"--proxy（XUNCHA_PROXY）：{error}") from error
    settings = _settings(where)
    try:
        problem = dispatch_problem(settings, parse_url(where.db).get_backend_name())
    except StoreError as error:
        raise Refusal(str(error)) from error
    if problem is not None:
        raise Refusal(problem)
    addresses = settings.dispatch.addresses
    if settings.dispatch.kind == "embedded":
        raise Refusal("设置项 dispatch.kind 为 embedded：由服务自己采集，不用运行采集进程。")
    if queue not in addresses:
        raise Refusal(f"--queue：“{queue}”不在设置项 dispatch.addresses 中{did_you_mean(queue, addresses)}。")
    from monitor.app.worker import WorkerError, work  # noqa: PLC0415 - procrastinate may not be installed

    set_up(debug=is_debugging())
    with where.store(upgrades=False) as store:
        click.echo(f"采集进程已启动：{queue}")
        try:
            asyncio.run(work(settings, store, queue, proxy=proxy, metrics=bind))
        except (WorkerError, StoreError) as error:
            raise Refusal(str(error)) from error


def _settings(where: CommandContext) -> Settings:
    if not where.config.is_dir():
        raise Refusal(f"找不到设置目录 {where.config}，请检查 --config 或环境变量 XUNCHA_CONFIG。")
    try:
        return load_worker_settings(where.config, os.environ)
    except SettingsError as error:
        raise Refusal(str(error)) from error
